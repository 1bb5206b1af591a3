import { swap } from './shuffle.js'

/**
 * How NumPy's default sort orders equal keys. It decides the folds of scikit-learn's GroupKFold when all groups are
 * equally large, and through them the third digit of published figures.
 *
 * - `plain`: quicksort without SIMD (NumPy 1.24 and before, everywhere; later on processors without a SIMD sort).
 * - `avx512`: NumPy 1.25 and later on AVX-512 processors.
 * - `avx2`: NumPy 2 on processors with AVX2 only.
 */
export type FoldOrder = 'plain' | 'avx2' | 'avx512'

export const FOLD_ORDERS = ['plain', 'avx2', 'avx512'] as const satisfies readonly FoldOrder[]

/** Ranges this short are left to NumPy's insertion sort, which keeps equal keys where they are. */
const SHORT_RANGE = 15

/** What `np.argsort` of `rows` equal integers returns. */
export function equalKeysOrder(rows: number, order: FoldOrder): Int32Array {
  switch (order) {
    case 'plain':
      return quicksortOrder(rows)
    case 'avx2':
      return partitionOrder(rows, { lanes: 4, reversed: true })
    case 'avx512':
      return partitionOrder(rows, { lanes: 8, reversed: false })
  }
}

/** Fold of each row, 0 to folds-1, as GroupKFold deals rows that are groups of equal size. */
export function groupFolds(rows: number, options: { order: FoldOrder; folds: number }): Int32Array {
  const positions = equalKeysOrder(rows, options.order)
  const folds = new Int32Array(rows)
  for (let rank = 0; rank < rows; rank += 1) {
    folds[positions[rows - 1 - rank] as number] = rank % options.folds
  }
  return folds
}

function identity(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, index) => index)
}

/** NumPy's `aquicksort` on equal keys: every comparison fails, so only the swaps remain. */
function quicksortOrder(rows: number): Int32Array {
  const order = identity(rows)
  const waiting: [number, number][] = []
  let [low, high] = [0, rows - 1]
  for (;;) {
    while (high - low > SHORT_RANGE) {
      swap(order, low + Math.floor((high - low) / 2), high - 1)
      let [i, j] = [low + 1, high - 2]
      while (i < j) {
        swap(order, i, j)
        i += 1
        j -= 1
      }
      swap(order, i, high - 1)
      if (i - low < high - i) {
        waiting.push([i + 1, high])
        high = i - 1
      } else {
        waiting.push([low, i - 1])
        low = i + 1
      }
    }
    const next = waiting.pop()
    if (next === undefined) return order
    ;[low, high] = next
  }
}

/** Registers read from each end before the partition of x86-simd-sort starts. */
const UNROLL = 4
/** Up to this length x86-simd-sort uses sorting networks, which keep equal keys where they are. */
const NETWORK_LIMIT = 256

/**
 * x86-simd-sort's argsort on equal keys. The first partition finds every key at or above the pivot and smallest and
 * largest key equal to it, so it is also the last. What remains is its data movement: the rows beyond a multiple of
 * the block size are swapped to the end one by one; then blocks are read from the side that has less room and all
 * registers are written downwards from the end, those read first last of all.
 */
function partitionOrder(rows: number, cpu: { lanes: number; reversed: boolean }): Int32Array {
  const order = identity(rows)
  if (rows <= NETWORK_LIMIT) return order
  const block = UNROLL * cpu.lanes
  let right = rows
  for (let extra = rows % block; extra > 0; extra -= 1) {
    right -= 1
    swap(order, 0, right)
  }
  const blocks = [order.slice(0, block), order.slice(right - block, right)]
  let store = right
  const write = (values: Int32Array): void => {
    for (let start = 0; start < block; start += cpu.lanes) {
      const register = values.slice(start, start + cpu.lanes)
      store -= cpu.lanes
      order.set(cpu.reversed ? register.reverse() : register, store)
    }
  }
  let left = block
  right -= block
  while (left < right) {
    if (store - right < left) {
      right -= block
      write(order.slice(right, right + block))
    } else {
      left += block
      write(order.slice(left - block, left))
    }
  }
  for (const values of blocks) write(values)
  return order
}
