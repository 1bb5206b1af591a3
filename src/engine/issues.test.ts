import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { schemaProblems } from './issues.js'
import { parseRecipe, recipeSchema } from './recipe-schema.js'

const problemsOf = (schema: z.ZodType, value: unknown): string[] => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return []
  return schemaProblems(schema, parsed.error, value).map(
    ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
  )
}

describe('schemaProblems', () => {
  it('names every unknown key with what may have been meant', () => {
    const value = { proposers: ['a/b'], agregator: 'c/d', layrs: 2 }
    expect(problemsOf(recipeSchema, value)).toEqual([
      'agregator: unknown key "agregator". Did you mean "aggregator"?',
      'layrs: unknown key "layrs". Did you mean "layers"?',
    ])
  })

  it('suggests keys of the place where the unknown one stands', () => {
    expect(problemsOf(recipeSchema, { proposers: [{ model: 'a/b', temprature: 1 }] })).toEqual([
      'proposers.0.temprature: unknown key "temprature". Did you mean "temperature"?',
    ])
    expect(
      problemsOf(recipeSchema, { stages: [{ kind: 'propose', slots: [{ model: 'a/b', sampels: 1 }] }] }),
    ).toEqual(['stages.0.slots.0.sampels: unknown key "sampels". Did you mean "samples"?'])
  })

  it('says what was expected and what came', () => {
    expect(problemsOf(recipeSchema, { layers: 'three' })).toEqual(['layers: expected a number, got "three".'])
    expect(problemsOf(recipeSchema, { layers: 1 })).toEqual(['layers: must be at least 2, got 1.'])
    expect(problemsOf(recipeSchema, { layers: 2.5 })).toEqual(['layers: expected a whole number, got 2.5.'])
    expect(problemsOf(recipeSchema, { mode: 'togehter' })).toEqual([
      'mode: expected "native" or "together", got "togehter".',
    ])
    expect(problemsOf(recipeSchema, { proposers: [7] })).toEqual([
      'proposers.0: expected a text or keys and values, got 7.',
    ])
    expect(problemsOf(recipeSchema, { proposers: [] })).toEqual(['proposers: must not be empty.'])
    expect(problemsOf(recipeSchema, 'x')).toEqual([': expected keys and values, got "x".'])
    expect(problemsOf(recipeSchema, { stages: [{ kind: 'sort' }] })).toEqual([
      expect.stringMatching(/^stages\.0\.kind: expected "propose" or .*"synthesize".*, got "sort"\.$/),
    ])
  })

  it('never repeats a value that may be a secret', () => {
    const schema = z.strictObject({ apiKey: z.string() })
    expect(problemsOf(schema, { apiKey: 12345 })).toEqual(['apiKey: expected a text, got something else.'])
  })
})

describe('parseRecipe', () => {
  it('throws one line for each mistake', () => {
    expect(() => parseRecipe({ proposers: [{ model: 'a/b', temperature: 3 }], layer: 2 }, 'mine')).toThrow(
      'recipe "mine" › proposers › 0 › temperature: must be at most 2, got 3.\n' +
        'recipe "mine": unknown key "layer". Did you mean "layers"?',
    )
  })

  it('returns a recipe that is right', () => {
    const recipe = { proposers: ['a/b'], aggregator: 'c/d' }
    expect(parseRecipe(recipe, 'mine')).toEqual(recipe)
  })
})
