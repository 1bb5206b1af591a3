import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fits } from './fits.js'
import { configJsonSchema, configSchema } from './schema.js'

const schema = configJsonSchema()
function agree(value: unknown): void {
  expect([fits(value, schema), value]).toEqual([configSchema.safeParse(value).success, value])
}

const right = {
  proposers: ['a/b', 'c/d'],
  aggregator: 'a/b',
  defaultRecipe: 'mine',
  recipes: {
    mine: {
      extends: 'demo',
      layers: 3,
      proposers: ['a/b', { model: 'c/d', temperature: 0.5, samples: 2, extra: { x: [1] } }],
    },
    other: {
      stages: [
        { kind: 'propose', slots: ['a/b'] },
        { kind: 'synthesize', slots: [{ model: 'x/y' }] },
      ],
    },
  },
  models: { 'a/b': 'c/d' },
  providers: { gpu: { baseURL: 'http://x', headers: { a: 'b' }, retry: { attempts: 1 }, local: true } },
  prices: { 'a/b': { input: 0, output: 1.5 } },
  dataFolder: '~/x',
}

/** Values that are right, wrong, or nearly so. */
const anything = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    1,
    -1,
    0.5,
    2.5,
    1e20,
    '',
    'a/b',
    'together',
    'propose',
    {},
    [],
    ['a/b'],
  ),
  fc.jsonValue(),
)

/** Every path into a value. */
function paths(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, child]) => paths(child, [...at, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (String(index) === key ? replaced(item, rest, by) : item))
  const fields = value as Record<string, unknown>
  return { ...fields, [key]: replaced(fields[key], rest, by) }
}

describe('fits', () => {
  it('accepts what the configuration may say', () => {
    expect(fits({}, schema)).toBe(true)
    expect(fits(right, schema)).toBe(true)
    agree(right)
  })

  it('agrees with zod on a configuration with anything in any place', () => {
    const places = paths(right)
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, (path, by) => agree(replaced(right, path, by))),
      { numRuns: 2000 },
    )
  })

  it('agrees with zod on keys that are not known', () => {
    const places = paths(right).filter((path) => path.length > 0)
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.string(), (path, key) =>
        agree(replaced(right, [...path.slice(0, -1), key], 'x')),
      ),
    )
  })

  it('accepts nothing where the schema says what it does not know', () => {
    expect(fits('x', { type: 'string', format: 'uri' })).toBe(false)
  })
})
