import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../util/random.js'
import { bootstrapInterval, comparePaired, itemsNeeded, meanInterval, meanIntervals } from './bootstrap.js'
import { normalQuantile } from './normal.js'
import { mean, standardError } from './summary.js'

const random = seededRandom('bootstrap')
const values = Array.from({ length: 400 }, () => random.normal())

describe('bootstrap', () => {
  it('gives an interval like the normal one for a mean', () => {
    const { low, high, level } = meanInterval(values, { seed: 1 })
    expect(level).toBe(0.95)
    expect((low + high) / 2).toBeCloseTo(mean(values), 1)
    expect((high - low) / (2 * 1.96 * standardError(values))).toBeCloseTo(1, 1)
  })

  it('repeats itself with the same seed and differs with another', () => {
    expect(meanInterval(values, { seed: 5 })).toEqual(meanInterval(values, { seed: 5 }))
    expect(meanInterval(values, { seed: 5 })).not.toEqual(meanInterval(values, { seed: 6 }))
  })

  it('leaves out draws without a value', () => {
    let draw = 0
    const interval = bootstrapInterval(1, () => ((draw += 1) % 2 === 0 ? NaN : 7), { resamples: 10 })
    expect(interval).toMatchObject({ low: 7, high: 7 })
    expect(meanInterval([]).low).toBeNaN()
  })

  it('compares two contestants item by item', () => {
    const better = values.map((value, item) => value + 0.3 + 0.1 * Math.sin(item))
    const comparison = comparePaired(better, values)
    expect(comparison.items).toBe(400)
    expect(comparison.difference).toBeCloseTo(0.3, 2)
    expect(comparison.significant).toBe(true)
    expect(comparison.interval.low).toBeLessThan(comparison.difference)
    expect(comparison.itemsNeeded).toBeLessThan(400)
    expect(comparePaired(values, values)).toMatchObject({ difference: 0, significant: false })
    expect(() => comparePaired([1], [])).toThrow(RangeError)
  })

  it('gives several means the intervals they have alone', () => {
    const lists = [values.slice(0, 50), values.slice(50, 100), values.slice(0, 30)]
    const options = { resamples: 200, seed: 3 }
    expect(meanIntervals(lists, options)).toEqual(lists.map((list) => meanInterval(list, options)))
  })

  it('says how many items a difference takes', () => {
    // (1.959964 + 0.841621)² × 0.25 / 0.01 = 196.2
    expect(itemsNeeded({ difference: 0.1, spread: 0.5 })).toBe(197)
    expect(itemsNeeded({ difference: 0, spread: 0.5 })).toBe(Infinity)
  })

  it('knows the normal quantiles', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14)
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 13)
    expect(normalQuantile(1e-20)).toBeCloseTo(-9.262340089798408, 13)
    expect(normalQuantile(0.5)).toBe(0)
    expect(normalQuantile(0)).toBe(-Infinity)
    expect(normalQuantile(1)).toBe(Infinity)
    expect(normalQuantile(1.1)).toBeNaN()
  })
})
