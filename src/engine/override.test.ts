import { describe, expect, it } from 'vitest'
import { overrideRecipe } from './override.js'
import type { RecipeInput } from './recipe.js'

const short: RecipeInput = { proposers: ['a/1', 'a/2'], aggregator: ['b/1', 'b/2'], rounds: 2 }
const staged: RecipeInput = {
  stages: [
    { kind: 'propose', slots: ['a/1'] },
    { kind: 'propose', slots: ['a/2'] },
    { kind: 'synthesize', slots: ['b/1', 'b/2'] },
  ],
}

describe('overrideRecipe', () => {
  it('changes nothing unless asked to', () => {
    expect(overrideRecipe(short, {})).toEqual(short)
    expect(overrideRecipe(staged, {})).toEqual(staged)
  })

  it('replaces panels, aggregator and layers of the shorthand', () => {
    expect(overrideRecipe(short, { proposers: ['c/1'], aggregator: 'c/2', layers: 4 })).toEqual({
      proposers: ['c/1'],
      aggregator: 'c/2',
      layers: 4,
    })
  })

  it('replaces slots of stages, and refuses to count stages that are spelled out', () => {
    expect(overrideRecipe(staged, { proposers: ['c/1'], aggregator: 'c/2' }).stages).toEqual([
      { kind: 'propose', slots: ['c/1'] },
      { kind: 'propose', slots: ['c/1'] },
      { kind: 'synthesize', slots: ['c/2'] },
    ])
    expect(() => overrideRecipe(staged, { layers: 3 })).toThrow('spells out its stages')
  })

  it('drops the template with the mode it belongs to', () => {
    const together: RecipeInput = { ...short, mode: 'together', template: 'T' }
    expect(overrideRecipe(together, { mode: 'native' })).toEqual({ ...short, mode: 'native' })
    expect(overrideRecipe(short, { mode: 'together', template: 'T' })).toEqual(together)
  })

  it('adds request fields that reach the proposers', () => {
    expect(
      overrideRecipe({ ...short, inherit: ['seed'] }, { inherit: ['temperature', 'seed'] }).inherit,
    ).toEqual(['seed', 'temperature'])
  })
})
