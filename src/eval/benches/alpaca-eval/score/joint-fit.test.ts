import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson, sharedPath } from '../../../../../test/shared.js'
import { pearson } from '../../../stats/index.js'
import { readAnnotations } from '../read/annotations.js'
import type { AnnotationSet } from '../types.js'
import { fitJointly } from './joint-fit.js'

const root = 'benchmarks/alpaca_eval'

/** A contestant of the given strength on instructions of the given difficulty. */
function contestant(model: string, options: { strength: number; difficulties: number[] }): AnnotationSet {
  const rows = options.difficulties.length
  const preference = Float64Array.from(
    options.difficulties,
    (difficulty) => 1 + 1 / (1 + Math.exp(-(options.strength + difficulty))),
  )
  return {
    model,
    baseline: 'b',
    judge: null,
    instructions: null,
    index: Int32Array.from({ length: rows }, (_, row) => row),
    preference,
    length1: new Float64Array(rows).fill(500),
    length2: Float64Array.from({ length: rows }, (_, row) => 500 + ((row * 37) % 101) - 50),
    price: new Float64Array(rows),
    time: new Float64Array(rows),
  }
}

describe('joint fit', () => {
  const difficulties = Array.from({ length: 40 }, (_, row) => Math.sin(row) * 2 - Math.sin(0))
  const sets = [-1, 0.5, 2].map((strength) => contestant(`m${strength}`, { strength, difficulties }))

  it('recovers difficulties and the order of models', () => {
    const fit = fitJointly(sets, { cost: 100 })
    expect(fit.rows).toBe(120)
    expect(fit.difficulties[0]).toBe(0)
    expect(pearson([...fit.difficulties], difficulties)).toBeGreaterThan(0.99)
    const [weak, middle, strong] = fit.modelWeights
    expect(weak!).toBeLessThan(middle!)
    expect(middle!).toBeLessThan(strong!)
  })

  it('chooses its cost itself, and leaves out empty outputs and missing preferences', () => {
    const [first, ...rest] = sets as [AnnotationSet, ...AnnotationSet[]]
    const broken = {
      ...first,
      preference: first.preference.with(3, NaN),
      length2: first.length2.with(5, 0),
    }
    const fit = fitJointly([broken, ...rest], { jitterSeed: 1 })
    expect(fit.rows).toBe(118)
    expect(fit.cost).toBeGreaterThan(0)
  })

  it('follows instructions instead of positions on request, and needs to know them', () => {
    const backwards = sets.map((set) => ({
      ...set,
      index: set.index!.toReversed(),
      preference: set.preference.toReversed(),
      length2: set.length2.toReversed(),
    }))
    const [straight, found] = [sets, backwards].map((some) =>
      fitJointly(some, { cost: 10, places: 'instruction' }),
    )
    expect(pearson([...found!.difficulties], [...straight!.difficulties])).toBeGreaterThan(0.9999)
    expect(() => fitJointly([{ ...sets[0]!, index: null }], { places: 'instruction' })).toThrow(
      /give the evaluation set as well/,
    )
  })

  it.skipIf(!hasShared(`${root}/goldens/joint_fit_C100.json`))(
    'agrees with the original on 29 sets',
    () => {
      const golden = readSharedJson<{ rows: number; columns: number; difficulty: number[] }>(
        `${root}/goldens/joint_fit_C100.json`,
      )
      const read = readdirSync(sharedPath(`${root}/annotation_sets`)).map(
        (name) => readAnnotations(readShared(`${root}/annotation_sets/${name}`), name).data,
      )
      const fit = fitJointly(read, { cost: 100 })
      expect(fit.rows).toBe(golden.rows)
      expect(fit.difficulties).toHaveLength(golden.difficulty.length)
      expect(pearson([...fit.difficulties], golden.difficulty)).toBeGreaterThan(1 - 1e-9)
    },
    120_000,
  )
})
