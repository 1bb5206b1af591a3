import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearPercentiles } from './linear-percentile.js'

describe('linearPercentiles', () => {
  it('interpolates between neighbours', () => {
    expect(linearPercentiles([4, 1, 3, 2], [0, 25, 50, 75, 100])).toEqual([1, 1.75, 2.5, 3.25, 4])
    expect(linearPercentiles([7], [2.5, 97.5])).toEqual([7, 7])
  })

  it('passes infinities on and gives NaN for nothing to go by', () => {
    expect(linearPercentiles([1, 2, Infinity], [50, 75, 100])).toEqual([2, Infinity, Infinity])
    expect(linearPercentiles([-Infinity, 1, 2], [25, 50])).toEqual([-Infinity, 1])
    expect(linearPercentiles([Infinity, Infinity], [50])).toEqual([Infinity])
    expect(linearPercentiles([1, NaN], [50])).toEqual([NaN])
    expect(linearPercentiles([], [50])).toEqual([NaN])
  })

  it('stays between the extremes and rises with the percent', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 })
    fc.assert(
      fc.property(values, (numbers) => {
        const found = linearPercentiles(numbers, [0, 2.5, 50, 97.5, 100])
        expect(found[0]).toBe(Math.min(...numbers) + 0)
        expect(found[4]).toBe(Math.max(...numbers) + 0)
        expect(found).toEqual([...found].sort((a, b) => a - b))
      }),
    )
  })
})
