import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { recipeText, withRecipe, withoutRecipe } from './recipe-text.js'

const FILE = `# My models.
defaultRecipe: quick # the usual one

recipes:
  # Cheap and fast.
  quick: # two and one
    # best first
    proposers: [lab/ada, lab/grace]
    aggregator: lab/edsger # writes well

  deep:
      proposers:
        - lab/ada
      aggregator: lab/edsger
      layers: 3
  inline: { proposers: [lab/ada], aggregator: lab/ada }

# What follows the recipes.
models:
  old: lab/new
`

describe('a recipe in a file', () => {
  it('is found with its comments, without its indentation', () => {
    expect(recipeText(FILE, 'quick')).toEqual({
      text: '# best first\nproposers: [lab/ada, lab/grace]\naggregator: lab/edsger # writes well\n',
      line: 7,
      indent: 4,
    })
    expect(recipeText(FILE, 'deep')?.indent).toBe(6)
    expect(recipeText(FILE, 'inline')?.text).toBe('{ proposers: [lab/ada], aggregator: lab/ada }\n')
    expect(recipeText(FILE, 'absent')).toBeUndefined()
  })

  it('is replaced without a change to any other line', () => {
    const { file, line } = withRecipe(FILE, 'quick', 'proposers: [lab/kurt]\naggregator: lab/ada\n')
    const [before, after] = FILE.split('    # best first\n')
    expect(file.startsWith(before ?? '')).toBe(true)
    expect(file.endsWith((after ?? '').split('writes well\n')[1] ?? '')).toBe(true)
    expect(file.split('\n')[line - 1]).toBe('    proposers: [lab/kurt]')
  })

  it.each(['quick', 'deep', 'inline'])('means the same when its own text is written back (%s)', (name) => {
    const { file } = withRecipe(FILE, name, recipeText(FILE, name)?.text ?? '')
    expect(parse(file)).toEqual(parse(FILE))
  })

  it.each([
    FILE,
    '',
    '# nothing yet\n',
    'recipes:\nmodels: {}\n',
    'models: {}\r\nrecipes:\r\n  a:\r\n    layers: 2\r\n',
  ])('is added behind the others', (text) => {
    const { file } = withRecipe(text, 'fresh', 'proposers: [lab/ada]\naggregator: lab/ada\n')
    const read = parse(file) as { recipes: Record<string, unknown> }
    expect(read.recipes['fresh']).toEqual({ proposers: ['lab/ada'], aggregator: 'lab/ada' })
    expect(file.replace(/\r\n/g, '').includes('\r')).toBe(false)
    if (text.includes('\r\n')) expect(/[^\r]\n/.test(file)).toBe(false)
  })

  it('cannot reach into what follows it', () => {
    const { file } = withRecipe(FILE, 'quick', 'description: a\n---\nmodels: { old: evil/model }\n')
    expect(file).toContain('    ---')
    const swallowing = 'description: a # "\nproposers: ["\n'
    expect(() => parse(withRecipe(FILE, 'quick', swallowing).file) as unknown).toThrow()
  })

  it('is taken out without a change to any other line', () => {
    expect(withoutRecipe(FILE, 'deep')).toBe(
      FILE.replace(
        / {2}deep:\n {6}proposers:\n {8}- lab\/ada\n {6}aggregator: lab\/edsger\n {6}layers: 3\n/,
        '',
      ),
    )
    for (const name of ['quick', 'deep', 'inline']) {
      const { recipes, ...rest } = parse(FILE) as { recipes: Record<string, unknown> }
      const { [name]: _, ...others } = recipes
      expect(parse(withoutRecipe(FILE, name) ?? '')).toEqual({ ...rest, recipes: others })
    }
    expect(withoutRecipe(FILE, 'absent')).toBeUndefined()
    const alone = 'models: {}\r\nrecipes:\r\n  a:\r\n    layers: 2\r\n'
    expect(withoutRecipe(alone, 'a')).toBe('models: {}\r\n')
    expect(withRecipe(withoutRecipe(alone, 'a') ?? '', 'b', 'layers: 2\n').file).toContain('recipes:\r\n  b:')
  })

  it('is not taken out when others refer to it in YAML', () => {
    const text = 'recipes:\n  a: &base\n    proposers: [x/y]\n  b:\n    <<: *base\n    layers: 3\n'
    expect(() => withoutRecipe(text, 'a')).toThrow()
  })
})
