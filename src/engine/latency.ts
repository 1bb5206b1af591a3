/** Calls remembered for each model. */
const WINDOW = 200
/** Fewer calls than this say nothing of a percentile. */
const MIN_CALLS = 10

/** How fast models have been lately, and how often their proposals made it into a run. Shared by all runs. */
export class LatencyBook {
  readonly #durations = new Map<string, { ring: number[]; next: number }>()
  readonly #shares = new Map<string, { runs: number; included: number }>()

  /** Notes how long a finished call took. Aborted calls have no duration of their own. */
  add(model: string, durationMs: number): void {
    let entry = this.#durations.get(model)
    if (entry === undefined) this.#durations.set(model, (entry = { ring: [], next: 0 }))
    entry.ring[entry.next] = durationMs
    entry.next = (entry.next + 1) % WINDOW
  }

  /**
   * The given percentile of a model's recent calls in milliseconds, by linear interpolation; `undefined` while
   * fewer than ten are known.
   */
  percentile(model: string, percentile: number): number | undefined {
    const ring = this.#durations.get(model)?.ring
    if (ring === undefined || ring.length < MIN_CALLS) return undefined
    const sorted = [...ring].sort((a, b) => a - b)
    const place = (percentile / 100) * (sorted.length - 1)
    const below = sorted[Math.floor(place)] as number
    const above = sorted[Math.ceil(place)] as number
    return below + (above - below) * (place - Math.floor(place))
  }

  /** Notes whether a slot's proposal was used in a run it was asked in. */
  share(slot: string, included: boolean): void {
    let entry = this.#shares.get(slot)
    if (entry === undefined) this.#shares.set(slot, (entry = { runs: 0, included: 0 }))
    entry.runs += 1
    if (included) entry.included += 1
  }

  /** For each slot name: runs it was asked in, and runs its proposal made it into. */
  shares(): Readonly<Record<string, { readonly runs: number; readonly included: number }>> {
    return Object.fromEntries([...this.#shares].map(([slot, entry]) => [slot, { ...entry }]))
  }

  /** Recent calls of every model: count, median and 95th percentile in milliseconds. */
  summary(): Readonly<Record<string, { calls: number; p50: number; p95: number }>> {
    const result: Record<string, { calls: number; p50: number; p95: number }> = {}
    for (const [model, { ring }] of this.#durations) {
      const p50 = this.percentile(model, 50)
      const p95 = this.percentile(model, 95)
      if (p50 !== undefined && p95 !== undefined) result[model] = { calls: ring.length, p50, p95 }
    }
    return result
  }
}
