import { describe, expect, it } from 'vitest'
import { mean, standardDeviation, standardError, sum } from './summary.js'

describe('summary statistics', () => {
  it('divides by n-1', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 14)
    expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3) / 2, 14)
  })

  it('has no mean of nothing and no spread of one value', () => {
    expect(mean([])).toBeNaN()
    expect(standardDeviation([3])).toBeNaN()
    expect(standardError([3])).toBeNaN()
    expect(sum([])).toBe(0)
  })
})
