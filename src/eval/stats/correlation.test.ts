import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { averageRanks, pearson, spearman } from './correlation.js'

describe('correlation', () => {
  it('gives ties the average of their ranks', () => {
    expect([...averageRanks([10, 20, 10, 30, 20, 20])]).toEqual([1.5, 4, 1.5, 6, 4, 4])
  })

  it('agrees with known values', () => {
    expect(pearson([1, 2, 3, 4], [2, 4, 6, 8])).toBe(1)
    expect(pearson([1, 2, 3, 5], [8, 1, 4, 2])).toBeCloseTo(-0.5832017006169344, 12)
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12)
  })

  it('is undefined without spread', () => {
    expect(pearson([1, 1], [1, 2])).toBeNaN()
    expect(spearman([1], [1])).toBeNaN()
  })

  it('refuses lists of unequal length', () => {
    expect(() => pearson([1], [1, 2])).toThrow(RangeError)
  })

  it('stays within -1 and 1 and ignores monotone rescaling of ranks', () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
      minLength: 3,
    })
    fc.assert(
      fc.property(pairs, (rows) => {
        const [a, b] = [rows.map((row) => row[0]), rows.map((row) => row[1])]
        const rho = spearman(a, b)
        if (Number.isNaN(rho)) return
        expect(Math.abs(rho)).toBeLessThanOrEqual(1)
        expect(
          spearman(
            a.map((value) => value ** 3 + value),
            b,
          ),
        ).toBeCloseTo(rho, 12)
      }),
    )
  })
})
