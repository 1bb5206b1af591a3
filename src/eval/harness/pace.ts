/** How much of the recent past the pace is taken from, in milliseconds. */
const WINDOW_MS = 60_000

/** How fast items are finished, from those of the last minute. */
export class Pace {
  readonly #ends: number[] = []
  readonly #startedAt: number

  constructor(now: number) {
    this.#startedAt = now
  }

  /** An item was finished. */
  add(now: number): void {
    this.#ends.push(now)
  }

  /** Items per minute; `undefined` before the first one. */
  perMinute(now: number): number | undefined {
    while ((this.#ends[0] ?? now) < now - WINDOW_MS) this.#ends.shift()
    const span = Math.min(WINDOW_MS, now - this.#startedAt)
    return this.#ends.length === 0 || span <= 0 ? undefined : (this.#ends.length * 60_000) / span
  }

  /** Milliseconds until so many more items are finished at this pace. */
  remainingMs(items: number, now: number): number | undefined {
    const rate = this.perMinute(now)
    return rate === undefined ? undefined : (items / rate) * 60_000
  }
}
