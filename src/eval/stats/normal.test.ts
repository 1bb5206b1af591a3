import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalCdf } from './normal.js'

describe('normalCdf', () => {
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [-1, 0.158655253931457],
    [2, 0.97724986805182],
    [3, 0.99865010196837],
    [-5, 2.866515718791933e-7],
    [-10, 7.61985302416e-24],
    [-20, 2.75362411861e-89],
  ])('of %d is %d', (x, value) => {
    expect(normalCdf(x) / value).toBeCloseTo(1, 11)
  })

  it('is 0 and 1 far out and NaN for NaN', () => {
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(-60), normalCdf(NaN)]).toEqual([
      0,
      1,
      0,
      NaN,
    ])
  })

  it('is symmetric, and smooth where its two formulas meet', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (x) => {
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14)
      }),
    )
    const seam = 2 * Math.SQRT2
    expect(normalCdf(-seam - 1e-12) / normalCdf(-seam + 1e-12)).toBeCloseTo(1, 10)
  })
})
