import { describe, expect, it } from 'vitest'
import { overlap, separability } from './interval-overlap.js'
import { forecastPairs, resampleMoments } from './pair-forecast.js'
import { agreementWithConfidence, strictAgreement } from './rank-agreement.js'
import { Resampler } from './resample.js'

const paired = <T>(values: readonly (readonly [T, T])[]) =>
  values.map(([benchmark, reference], index) => ({ model: `m${index}`, benchmark, reference }))

describe('separability', () => {
  it('does not count touching as overlapping', () => {
    expect(overlap([0, 1], [1, 2])).toBe(false)
    expect(
      separability([
        [0, 1],
        [1, 2],
        [1.5, 3],
      ]),
    ).toEqual({
      overlapping: 1,
      pairs: 3,
      overlapPercent: 33.33,
      separablePercent: 66.67,
    })
  })

  it('counts pairs of the same two intervals once, as published', () => {
    expect(
      separability([
        [0, 2],
        [0, 2],
        [1, 3],
      ]).overlapping,
    ).toBe(2)
  })
})

describe('agreement', () => {
  it('never agrees on ties', () => {
    expect(
      strictAgreement(
        paired([
          [1, 10],
          [2, 20],
          [2, 30],
        ]),
      ),
    ).toBeCloseTo(2 / 3, 12)
    expect(strictAgreement([])).toBeNaN()
  })

  it('gives half a point where only the reference is sure, none for the opposite order', () => {
    const models = paired<readonly [number, number]>([
      [
        [0, 2],
        [0, 1],
      ],
      [
        [1, 3],
        [2, 3],
      ],
      [
        [-5, -4],
        [4, 5],
      ],
      [
        [9, 10],
        [4.5, 6],
      ],
    ])
    // Overlapping references (the last two) don't count.
    expect(agreementWithConfidence(models)).toEqual({ points: 2.5, pairs: 5, agreement: 0.5 })
  })
})

describe('forecastPairs', () => {
  it('goes through the pairs alphabetically and keeps certain mistakes finite', () => {
    const forecast = forecastPairs([
      { model: 'b', mean: 1, variance: 0.5, rating: 1 },
      { model: 'a', mean: 1, variance: 0.5, rating: 2 },
      { model: 'c', mean: 1000, variance: 0.5, rating: 0 },
    ])
    expect(forecast.pairs.map(({ a, b, probability, label }) => [a, b, probability, label])).toEqual([
      ['a', 'b', 0.5, 0],
      ['a', 'c', 1, 0],
      ['b', 'c', 1, 0],
    ])
    expect(forecast.brier).toBeCloseTo(2.25 / 3, 12)
    expect(forecast.logLoss).toBeCloseTo((Math.log(2) - 2 * Math.log(Number.EPSILON)) / 3, 10)
    expect(resampleMoments([1, 3])).toEqual({ mean: 2, variance: 1 })
  })
})

describe('Resampler', () => {
  it('draws as many as it is given and goes on where it stopped', () => {
    const codes = Uint32Array.from([0, 0, 1, 2, 2])
    const counts = new Uint32Array(3)
    const resampler = new Resampler(7)
    resampler.tally(codes, counts)
    const first = [...counts]
    resampler.tally(codes, counts)
    expect(first[0]! + first[1]! + first[2]!).toBe(5)
    const again = new Resampler(7)
    again.tally(codes, counts)
    expect([...counts]).toEqual(first)
    again.tally(new Uint32Array(0), counts)
    expect([...counts]).toEqual([0, 0, 0])
  })
})
