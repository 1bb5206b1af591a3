import { createHash } from 'node:crypto'
import type { ChatRequest } from '../core/index.js'
import { canonicalJson } from '../util/index.js'

/** Raised when entries of older versions must not be found any more. */
const KEY_VERSION = 1

/**
 * What makes two calls the same: the model, where it is served, everything of the request that shapes the answer, and
 * the number of the sample.
 *
 * @param sample how often this run has asked the very same before
 * @returns `undefined` for a request without a JSON form, which can't be cached
 */
export function cacheKey(
  call: { readonly model: string; readonly endpoint: string | undefined; readonly sample: number },
  request: ChatRequest,
): string | undefined {
  const { metadata: _, limits: __, ...content } = request
  try {
    return createHash('sha256')
      .update(canonicalJson({ version: KEY_VERSION, ...call, content }))
      .digest('base64url')
  } catch {
    return undefined
  }
}

/** Runs remembered at a time; far more than go on at once. */
const MAX_RUNS = 10_000

/**
 * Counts how often each run asks the same, so that repeated samples of one model, second copies of slow calls and
 * recipes used twice in a recipe stay distinct, and are found again in the next run in the same order.
 */
export class SampleCounts {
  readonly #runs = new Map<string, Map<string, number>>()

  /** The number of this sample, from 0. Outside of runs every call is the first. */
  next(run: string | undefined, key: string): number {
    if (run === undefined) return 0
    let counts = this.#runs.get(run)
    if (counts === undefined) {
      if (this.#runs.size >= MAX_RUNS) this.#forgetOldest()
      this.#runs.set(run, (counts = new Map<string, number>()))
    }
    const sample = counts.get(key) ?? 0
    counts.set(key, sample + 1)
    return sample
  }

  #forgetOldest(): void {
    const oldest = this.#runs.keys().next()
    if (oldest.done !== true) this.#runs.delete(oldest.value)
  }
}
