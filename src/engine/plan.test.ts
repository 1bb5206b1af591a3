import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from './plan.js'
import { INHERITABLE, type RecipeInput, type SlotInput } from './recipe.js'
import { parseRecipe } from './recipe-schema.js'
import { SHIPPED_RECIPES } from './shipped.js'

const code = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`
  }
  return 'no error'
}

describe('compile', () => {
  it('expands the shorthand: layers count the aggregator', () => {
    const plan = compile({ proposers: ['a/x', 'a/y'], aggregator: 'a/z', layers: 3 }, 'r')
    expect(plan.stages.map(({ kind, slots }) => [kind, slots.map(({ slot }) => slot.model)])).toEqual([
      ['propose', ['a/x', 'a/y']],
      ['propose', ['a/x', 'a/y']],
      ['synthesize', ['a/z']],
    ])
    expect(plan).toMatchObject({ calls: 5, depth: 3, mode: 'native' })
  })

  it('takes rounds as the reference scripts count them', () => {
    expect(compile({ proposers: ['a/x'], aggregator: 'a/z', rounds: 2 }, 'r').hash).toBe(
      compile({ proposers: ['a/x'], aggregator: 'a/z', layers: 3 }, 'r').hash,
    )
  })

  it('turns samples into slots of their own', () => {
    const plan = compile({ proposers: [{ model: 'a/x', samples: 3 }], aggregator: 'a/z' }, 'r')
    expect(plan.stages[0]?.slots.map(({ ref }) => [ref.index, ref.name])).toEqual([
      [0, 'a/x #1'],
      [1, 'a/x #2'],
      [2, 'a/x #3'],
    ])
    expect(plan.calls).toBe(4)
  })

  it('gives the paper’s recipes the paper’s number of calls', () => {
    expect(compile(SHIPPED_RECIPES['paper-moa'], 'm')).toMatchObject({ calls: 13, depth: 3 })
    expect(compile(SHIPPED_RECIPES['paper-moa-lite'], 'm')).toMatchObject({ calls: 7, depth: 2 })
  })

  it('refuses what contradicts itself, naming the way out', () => {
    const both = { proposers: ['a/x'], aggregator: 'a/z' } as const
    const stages = [{ kind: 'synthesize', slots: ['a/z'] }] as const
    expect(code(() => compile({ ...both, stages }, 'r'))).toMatch(/recipe_invalid: recipe "r": state either/)
    expect(code(() => compile({ ...both, layers: 2, rounds: 1 }, 'r'))).toMatch(/either "layers" or "rounds"/)
    expect(code(() => compile({ aggregator: 'a/z' }, 'r'))).toMatch(/there are no proposers/)
    expect(code(() => compile({ proposers: [], aggregator: 'a/z' }, 'r'))).toMatch(/there are no proposers/)
    expect(code(() => compile({ proposers: ['a/x'] }, 'r'))).toMatch(/there is no aggregator/)
    expect(code(() => compile({ ...both, layers: 1 }, 'r'))).toMatch(/at least 2/)
    expect(code(() => compile({ ...both, template: 'T' }, 'r'))).toMatch(/only works with mode "together"/)
    expect(code(() => compile({ stages: [{ kind: 'propose', slots: ['a/x'] }] }, 'r'))).toMatch(
      /ends with "synthesize"/,
    )
    expect(code(() => compile({ stages: [...stages, ...stages] }, 'r'))).toMatch(/must be the last stage/)
    const policy = { hedge: { afterMs: 5, percentile: 95 } }
    expect(code(() => compile({ ...both, policy }, 'r'))).toMatch(/"afterMs" or at a "percentile"/)
  })

  it('freezes the plan all the way down', () => {
    const plan = compile({ proposers: [{ model: 'a/x', stop: ['end'] }], aggregator: 'a/z' }, 'r')
    expect(() => (plan.stages[0]?.slots[0]?.slot.stop as string[]).push('x')).toThrow(TypeError)
  })
})

describe('recipe hash', () => {
  const slot: fc.Arbitrary<SlotInput> = fc.record(
    {
      model: fc.constantFrom('a/x', 'a/y', 'b/z'),
      temperature: fc.constantFrom(0, 0.5, 1),
      maxTokens: fc.constantFrom(10, 20),
      system: fc.constantFrom('one', 'two'),
    },
    { requiredKeys: ['model'] },
  )
  const recipe: fc.Arbitrary<RecipeInput> = fc.record(
    {
      proposers: fc.array(slot, { minLength: 1, maxLength: 3 }),
      aggregator: slot,
      layers: fc.constantFrom(2, 3),
      inherit: fc.subarray([...INHERITABLE]),
    },
    { requiredKeys: ['proposers', 'aggregator', 'layers'] },
  )
  /** What a recipe means, spelled out independently of compile(). */
  const meaning = (input: RecipeInput): string =>
    JSON.stringify([
      input.proposers?.map((s) => Object.entries(s).sort()),
      Object.entries(input.aggregator as object).sort(),
      input.layers,
      [...(input.inherit ?? [])].sort(),
    ])

  it('changes if and only if the meaning changes', () => {
    fc.assert(
      fc.property(recipe, recipe, (a, b) => {
        expect(compile(a, 'a').hash === compile(b, 'b').hash).toBe(meaning(a) === meaning(b))
      }),
    )
  })

  it('does not depend on names, descriptions, key order or spelling', () => {
    const a = compile({ proposers: [{ model: 'a/x', temperature: 1, name: 'X' }], aggregator: 'a/z' }, 'a')
    const b = compile(
      {
        description: 'other words',
        stages: [
          { kind: 'propose', slots: [{ temperature: 1, model: 'a/x' }] },
          { kind: 'synthesize', slots: [{ model: 'a/z' }] },
        ],
      },
      'b',
    )
    expect(a.hash).toBe(b.hash)
  })

  it('does not depend on defaults being written out', () => {
    const hash = (more: Partial<RecipeInput>, slot: Partial<SlotInput> = {}): string =>
      compile({ proposers: [{ model: 'a/x', ...slot }, 'a/y'], aggregator: 'a/z', ...more }, 'r').hash
    const plain = hash({})
    for (const more of [
      { mode: 'native', history: 'keep', outliers: 'ignore', layers: 2, inherit: [], description: 'd' },
      { policy: { quorum: 2, graceMs: 2000, concurrency: 5, hedge: {} } },
      { budget: { over: 'refuse' } },
    ] satisfies Partial<RecipeInput>[])
      expect(hash(more)).toBe(plain)
    expect(hash({}, { pinned: false, extra: {}, samples: 1, name: 'X' })).toBe(plain)
    const budget = { maxCostUsd: 1 }
    expect(hash({ budget: { ...budget, over: 'refuse' } })).toBe(hash({ budget }))
    const different = [
      hash({ budget }),
      hash({ budget: { over: 'a/x' } }),
      hash({ policy: { concurrency: 1 } }),
      hash({ policy: { hedge: { model: 'a/x' } } }),
      hash({}, { pinned: true }),
      hash({}, { extra: { top_k: 1 } }),
    ]
    expect(new Set([plain, ...different]).size).toBe(different.length + 1)
  })
})

describe('parseRecipe', () => {
  it('rejects unknown keys with a suggestion', () => {
    expect(code(() => parseRecipe({ proposer: ['a/x'] }, 'r'))).toMatch(
      /recipe_invalid: recipe "r": unknown key "proposer"\. Did you mean "proposers"\?/,
    )
    expect(code(() => parseRecipe({ proposers: [{ model: 'a/x', temprature: 1 }] }, 'r'))).toMatch(
      /recipe "r" › proposers › 0: unknown key "temprature"\. Did you mean "temperature"\?/,
    )
  })

  it('names the field that has the wrong type', () => {
    expect(code(() => parseRecipe({ proposers: ['a/x'], aggregator: 'a/z', layers: 'three' }, 'r'))).toMatch(
      /recipe "r" › layers: .*number/,
    )
    expect(code(() => parseRecipe({ proposers: [{ model: 'a/x', temperature: 3 }] }, 'r'))).toMatch(
      /proposers › 0 › temperature/,
    )
  })
})
