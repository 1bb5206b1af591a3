import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SHIPPED_RECIPES, compile, ownRecipes, type RecipeInput } from '../src/engine/index.js'

const docs = readFileSync(new URL('../docs/recipes.md', import.meta.url), 'utf8')

const own = ownRecipes({
  proposers: ['a/1', 'b/2', 'c/3', 'd/4', 'e/5', 'f/6'],
  aggregator: 'a/1',
})
const recipes: Record<string, RecipeInput> = { ...own, ...SHIPPED_RECIPES }

describe('the documentation of recipes', () => {
  it.each(Object.keys(recipes))('says of %s when it helps, what it costs and where it is from', (name) => {
    const [, paragraph = ''] = new RegExp(`\\n### ${name}\\n\\n([\\s\\S]*?)\\n\\n`).exec(docs) ?? []
    const text = paragraph.replace(/\s+/g, ' ')
    const { calls, depth } = compile(recipes[name]!, name)
    expect(text).toMatch(
      new RegExp(
        `^(Up to )?${calls} calls, (${depth === 1 ? 'all at once' : `${depth} (one )?after another`})[.;]`,
      ),
    )
    expect(text).toMatch(/Helps|For reproducing|cheaper variant|shows without keys|first choice/)
    expect(text).toMatch(/Source: /)
  })
})
