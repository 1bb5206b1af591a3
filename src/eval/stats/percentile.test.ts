import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, percentile, percentiles } from './percentile.js'

describe('percentiles', () => {
  it('interpolates between neighbours', () => {
    expect(percentiles([4, 1, 3, 2], [0, 0.25, 0.5, 0.75, 1])).toEqual([1, 1.75, 2.5, 3.25, 4])
    expect(percentiles([7], [0.025, 0.975])).toEqual([7, 7])
    expect(percentile([4, 1, 3, 2], 0.25)).toBe(1.75)
    expect([median([5, 1, 3]), median([1.25, 1.75])]).toEqual([3, 1.5])
  })

  it('passes infinities on and gives NaN for nothing to go by', () => {
    expect(percentiles([1, 2, Infinity], [0.5, 0.75, 1])).toEqual([2, Infinity, Infinity])
    expect(percentiles([-Infinity, 1, 2], [0.25, 0.5])).toEqual([-Infinity, 1])
    expect(percentiles([Infinity, Infinity], [0.5])).toEqual([Infinity])
    expect(percentiles([1, NaN], [0.5])).toEqual([NaN])
    expect(percentiles([], [0.5])).toEqual([NaN])
  })

  it('stays between the extremes and rises with the share', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 })
    fc.assert(
      fc.property(values, (numbers) => {
        const found = percentiles(numbers, [0, 0.025, 0.5, 0.975, 1])
        expect(found[0]! + 0).toBe(Math.min(...numbers) + 0)
        expect(found[4]! + 0).toBe(Math.max(...numbers) + 0)
        expect(found).toEqual([...found].sort((a, b) => a - b))
      }),
    )
  })
})
