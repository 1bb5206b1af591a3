import { Mt19937 } from './mt19937.js'

/** The seed the published Arena-Hard v0.1 script sets, and ours where a script sets none. */
export const RESAMPLE_SEED = 42

/**
 * Draws indices with replacement exactly as NumPy's legacy generator does (`RandomState.randint` and `choice`,
 * pandas' `sample`): 32-bit outputs masked to the smallest 2^k - 1 that covers the range, rejected when too large.
 * Batches continue one sequence.
 */
export class Resampler {
  readonly #random: Mt19937

  constructor(seed: number = RESAMPLE_SEED) {
    this.#random = new Mt19937(seed)
  }

  /** Counts the categories of `codes.length` draws from `codes`; `counts` is cleared first. */
  tally(codes: Uint32Array, counts: Uint32Array): void {
    counts.fill(0)
    const size = codes.length
    for (let draw = 0; draw < size; draw += 1) {
      const code = codes[this.#random.masked(size - 1)] as number
      counts[code] = (counts[code] as number) + 1
    }
  }
}
