import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roundDecimal, roundScaled, toDecimal } from './rounding.js'

describe('roundDecimal', () => {
  it.each([
    [35.15, 1, 35.1],
    [2.675, 2, 2.67],
    [0.125, 2, 0.12],
    [0.375, 2, 0.38],
    [0.5, 0, 0],
    [1.5, 0, 2],
    [2.5, 0, 2],
    [-2.5, 0, -2],
    [-0.125, 2, -0.12],
    [1e22, 1, 1e22],
    [4503599627370495.5, 0, 4503599627370496],
  ])('%d to %d decimals is %d', (value, decimals, rounded) => {
    expect(roundDecimal(value, decimals)).toBe(rounded)
  })

  it('keeps the sign of a small negative, and what has no decimals', () => {
    expect(roundDecimal(-0.04, 1)).toBe(-0)
    expect(roundDecimal(Infinity, 1)).toBe(Infinity)
    expect(toDecimal(-1.88, 2)).toBe('-1.88')
    expect(toDecimal(2.5, 2)).toBe('2.50')
  })

  it('is never further from the number than half a step', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 4 }),
        (value, decimals) => {
          const distance = Math.abs(roundDecimal(value, decimals) - value)
          expect(distance).toBeLessThanOrEqual(0.5 * 10 ** -decimals + 1e-9)
        },
      ),
    )
  })
})

describe('roundScaled', () => {
  it('rounds as NumPy does, not by the decimal value', () => {
    expect(roundScaled(15.789473684210526, 2)).toBe(15.79)
    expect(roundScaled(2.675, 2)).toBe(2.68)
    expect(roundScaled(0.5, 0)).toBe(0)
    expect(roundScaled(1.5, 0)).toBe(2)
    expect(roundScaled(-1.5, 0)).toBe(-2)
  })
})
