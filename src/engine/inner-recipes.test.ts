import { describe, expect, it } from 'vitest'
import type { Model, Price } from '../core/index.js'
import { RecipeBook, compile, estimateRun, type RecipeInput } from './index.js'

const PRICE: Price = { input: 1, output: 10 }
const REQUEST = { messages: [{ role: 'user' as const, content: 'Which way to the station?' }] }

function model(id: string, price: Price | undefined = PRICE): Model {
  return {
    id,
    ...(price && { price }),
    stream: () => {
      throw new TypeError('nobody asks')
    },
  }
}

const bookOf = (
  recipes: Readonly<Record<string, RecipeInput>>,
  options: { free?: readonly string[]; modelMap?: Readonly<Record<string, string>> } = {},
): RecipeBook =>
  new RecipeBook({
    recipes,
    ...(options.modelMap && { modelMap: options.modelMap }),
    model: (address) => ({
      ...model(address, PRICE),
      ...(options.free?.includes(address) === true && { price: undefined as never }),
    }),
  })

const INNER: RecipeInput = {
  proposers: [
    { model: 'a/x', maxTokens: 100 },
    { model: 'a/y', maxTokens: 100 },
  ],
  aggregator: { model: 'a/z', maxTokens: 200 },
}
const OUTER: RecipeInput = {
  proposers: ['inner', { model: 'b/x', maxTokens: 100 }],
  aggregator: { model: 'b/z', maxTokens: 300 },
}

describe('recipes inside recipes', () => {
  it('are in the hash of the one around them, exactly as far as they mean something', () => {
    const hashOf = (inner: RecipeInput, outer = OUTER): string => bookOf({ inner, outer }).plan('outer').hash
    const before = hashOf(INNER)
    expect(hashOf({ ...INNER, description: 'Other words.' })).toBe(before)
    expect(hashOf({ ...INNER, layers: 3 })).not.toBe(before)
    expect(hashOf({ ...INNER, aggregator: { model: 'a/z', maxTokens: 201 } })).not.toBe(before)
    const deep = (innermost: RecipeInput): string =>
      bookOf({
        inner: { proposers: ['innermost', 'a/x'], aggregator: 'a/z' },
        innermost,
        outer: OUTER,
      }).plan('outer').hash
    expect(deep(INNER)).not.toBe(deep({ ...INNER, layers: 3 }))
    const over = (inner: RecipeInput): string =>
      hashOf(inner, {
        proposers: ['b/x', 'b/y'],
        aggregator: 'b/z',
        budget: { maxCostUsd: 1, over: 'inner' },
      })
    expect(over(INNER)).not.toBe(over({ ...INNER, layers: 3 }))
    // Of recipes without others in them nothing changes.
    expect(bookOf({ inner: INNER }).plan('inner').hash).toBe(compile(INNER, 'inner').hash)
  })

  it('are found behind other names', () => {
    const renamed = (inner: RecipeInput): string =>
      bookOf(
        { inner, outer: { ...OUTER, proposers: ['old/name', 'b/x'] } },
        { modelMap: { 'old/name': 'inner' } },
      ).plan('outer').hash
    expect(renamed(INNER)).not.toBe(renamed({ ...INNER, layers: 3 }))
  })

  it('count with all their calls, and with those that wait for one another', () => {
    const book = bookOf({ inner: INNER, outer: OUTER, chain: { ...OUTER, aggregator: ['inner', 'b/z'] } })
    expect([book.plan('outer').calls, book.plan('outer').depth]).toEqual([3 + 1 + 1, 2 + 1])
    expect([book.plan('chain').calls, book.plan('chain').depth]).toEqual([3 + 1 + 3, 2 + 2])
    expect(book.compile({ ...OUTER, layers: 3 }, 'outer*').calls).toBe(2 * (3 + 1) + 1)
  })

  it('are estimated with all their calls, in the slots they stand in', () => {
    const book = bookOf({ inner: INNER, outer: OUTER })
    const estimate = estimateRun(book.plan('outer'), REQUEST, (address) => book.resolve(address))
    expect(
      estimate.calls.map(({ slot, model: asked, outputTokens }) => [slot.name, asked, outputTokens]),
    ).toEqual([
      ['inner', 'a/x', 100],
      ['inner', 'a/y', 100],
      ['inner', 'a/z', 200],
      ['b/x', 'b/x', 100],
      ['b/z', 'b/z', 300],
    ])
    expect([estimate.unpriced, estimate.unlimited]).toEqual([[], []])
    expect(Object.keys(estimate.prices).sort()).toEqual(['a/x', 'a/y', 'a/z', 'b/x', 'b/z'])
    // Every answer is as long as its limit here, so what is expected is the most there can be.
    expect(estimate.usd).toBeCloseTo(estimate.ceilingUsd ?? 0, 12)
    const outputUsd = ((100 + 100 + 200 + 100 + 300) * PRICE.output) / 1e6
    expect(estimate.usd).toBeGreaterThan(outputUsd)
    expect(estimate.usd).toBeLessThan(outputUsd + (3_000 * PRICE.input) / 1e6)
  })

  it('are shown the answers before them in every call', () => {
    const recipes = {
      inner: INNER,
      late: { proposers: [{ model: 'b/x', maxTokens: 5_000 }], aggregator: 'inner' },
      early: { proposers: [{ model: 'b/x', maxTokens: 10 }], aggregator: 'inner' },
    }
    const book = bookOf(recipes)
    const [late, early] = (['late', 'early'] as const).map((name) =>
      estimateRun(book.plan(name), REQUEST, (address) => book.resolve(address)),
    )
    // An answer of usual length (600 tokens) in place of one of 10, in each of the three calls.
    expect(late!.inputTokens - early!.inputTokens).toBe(3 * (600 - 10))
    expect(late!.ceilingUsd! - early!.ceilingUsd!).toBeCloseTo(
      ((5_000 - 10) * PRICE.output + 3 * (5_000 - 10) * PRICE.input) / 1e6,
      9,
    )
  })

  it('name their models without a price and their slots without a limit', () => {
    const book = bookOf({ inner: { ...INNER, aggregator: 'a/z' }, outer: OUTER }, { free: ['a/y'] })
    const estimate = estimateRun(book.plan('outer'), REQUEST, (address) => book.resolve(address))
    expect([estimate.unpriced, estimate.unlimited, estimate.ceilingUsd]).toEqual([
      ['a/y'],
      ['inner › a/z'],
      null,
    ])
  })

  it('that end up in themselves are still refused in the same words', () => {
    const book = bookOf({
      one: { proposers: ['two'], aggregator: 'a/z' },
      two: { proposers: ['one'], aggregator: 'a/z' },
    })
    expect(() => book.resolve('one')).toThrow('Recipe "one" contains itself: one → two → one.')
    expect(() => book.check('two')).toThrow('contains itself')
  })
})
