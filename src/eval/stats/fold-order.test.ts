import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasShared, readSharedJson } from '../../../test/shared.js'
import { equalKeysOrder, FOLD_ORDERS, groupFolds, type FoldOrder } from './fold-order.js'

const golden = 'benchmarks/alpaca_eval/goldens/fold_order.json'

describe('fold order', () => {
  it.skipIf(!hasShared(golden))('is what NumPy returns, for every recorded number of rows', () => {
    const orders = readSharedJson<Record<FoldOrder, Record<string, number[]>>>(golden)
    for (const order of FOLD_ORDERS) {
      for (const [rows, expected] of Object.entries(orders[order])) {
        expect([...equalKeysOrder(Number(rows), order)], `${order} ${rows}`).toEqual(expected)
      }
    }
  })

  it('leaves short lists in place', () => {
    for (const rows of [0, 1, 2, 16]) {
      for (const order of FOLD_ORDERS) {
        expect([...equalKeysOrder(rows, order)]).toEqual(Array.from({ length: rows }, (_, index) => index))
      }
    }
    expect([...equalKeysOrder(256, 'avx512')].every((row, index) => row === index)).toBe(true)
  })

  it('moves whole registers beyond the networks', () => {
    // NumPy 2.2 gives these on an AVX-512 and on an AVX2-only processor.
    expect([...equalKeysOrder(257, 'avx512').slice(0, 10)]).toEqual([
      248, 249, 250, 251, 252, 253, 254, 255, 240, 241,
    ])
    expect([...equalKeysOrder(257, 'avx2').slice(14, 34)]).toEqual([
      241, 240, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 256, 47, 46,
    ])
  })

  it('is a permutation that deals folds evenly', () => {
    const cases = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(...FOLD_ORDERS))
    fc.assert(
      fc.property(cases, ([rows, order]) => {
        expect(new Set(equalKeysOrder(rows, order)).size).toBe(rows)
        const sizes = [0, 0, 0, 0, 0]
        for (const fold of groupFolds(rows, { order, folds: 5 })) sizes[fold]! += 1
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 60 },
    )
  })
})
