import { Mt19937 } from './mt19937.js'

/** The seed the published Arena-Hard v0.1 script sets, and ours where a script sets none. */
export const RESAMPLE_SEED = 42

/** A source of resamples. */
export interface Resampling {
  /** Counts the categories of `codes.length` draws with replacement from `codes`; `counts` is cleared first. */
  tally(codes: Uint32Array, counts: Uint32Array): void
}

/**
 * Draws indices with replacement exactly as NumPy's legacy generator does (`RandomState.randint` and `choice`,
 * pandas' `sample`): 32-bit outputs masked to the smallest 2^k - 1 that covers the range, rejected when too large.
 * Batches continue one sequence.
 */
export class Resampler implements Resampling {
  readonly #random: Mt19937

  constructor(seed: number = RESAMPLE_SEED) {
    this.#random = new Mt19937(seed)
  }

  tally(codes: Uint32Array, counts: Uint32Array): void {
    counts.fill(0)
    const size = codes.length
    for (let draw = 0; draw < size; draw += 1) {
      const code = codes[this.#random.masked(size - 1)] as number
      counts[code] = (counts[code] as number) + 1
    }
  }
}

/** Resamples given as lists of indices, one for each round, for repeating recorded ones. */
export class FixedResamples implements Resampling {
  readonly #rounds: Iterator<readonly number[]>

  constructor(rounds: Iterable<readonly number[]>) {
    this.#rounds = rounds[Symbol.iterator]()
  }

  tally(codes: Uint32Array, counts: Uint32Array): void {
    counts.fill(0)
    const round = this.#rounds.next()
    if (round.done === true) return
    for (const index of round.value) {
      const code = codes[index]
      if (code !== undefined) counts[code] = (counts[code] as number) + 1
    }
  }
}
