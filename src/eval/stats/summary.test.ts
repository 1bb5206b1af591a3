import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean, median, percentile, standardDeviation, standardError, sum } from './summary.js'

describe('summary statistics', () => {
  it('divides by n-1', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 14)
    expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3) / 2, 14)
  })

  it('has no mean of nothing and no spread of one value', () => {
    expect(mean([])).toBeNaN()
    expect(standardDeviation([3])).toBeNaN()
    expect(standardError([3])).toBeNaN()
    expect(percentile([], 0.5)).toBeNaN()
    expect(sum([])).toBe(0)
  })

  it('interpolates percentiles linearly', () => {
    expect(percentile([4, 1, 3, 2], 0.25)).toBe(1.75)
    expect(percentile([4, 1, 3, 2], 0)).toBe(1)
    expect(percentile([4, 1, 3, 2], 1)).toBe(4)
    expect(median([5, 1, 3])).toBe(3)
    expect(median([1.25, 1.75])).toBe(1.5)
  })

  it('keeps percentiles between the extremes and in order', () => {
    const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 })
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(numbers, share, share, (values, a, b) => {
        const [low, high] = [percentile(values, Math.min(a, b)), percentile(values, Math.max(a, b))]
        expect(low).toBeGreaterThanOrEqual(Math.min(...values))
        expect(high).toBeLessThanOrEqual(Math.max(...values))
        expect(low).toBeLessThanOrEqual(high + 1e-9 * Math.abs(high))
      }),
    )
  })
})
