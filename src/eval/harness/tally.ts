import { addUsage, NO_USAGE, type CallRecord, type Result, type Usage } from '../../core/index.js'

/** Adds up the upstream calls of one item. */
export class Tally {
  usage: Usage = NO_USAGE
  costUsd: number | null = null
  unpricedCalls = 0
  calls = 0
  /** Dollars paid in this process: what was replayed was paid before. */
  paidUsd = 0
  /** Models whose price is not known. */
  readonly unpriced = new Set<string>()
  #replayed = false
  #earlierMs = 0
  readonly #stages = new Map<number, number>()

  readonly onCall = (call: CallRecord): void => {
    this.calls += 1
    this.usage = addUsage(this.usage, call.usage)
    if (call.costUsd !== null) this.costUsd = (this.costUsd ?? 0) + call.costUsd
    else if (call.usageSource !== 'none') {
      this.unpricedCalls += 1
      this.unpriced.add(`${call.provider}/${call.model}`)
    }
    if (call.replayedFrom === undefined) this.paidUsd += call.costUsd ?? 0
    else this.#replayed = true
    const stage = call.slot?.stage ?? 0
    this.#stages.set(stage, Math.max(this.#stages.get(stage) ?? 0, call.durationMs))
  }

  /** Counts an answer of a model that keeps no books of its calls. */
  addResult({ usage, cost }: Result): void {
    this.usage = addUsage(this.usage, usage)
    if (cost.usd !== null) {
      this.costUsd = (this.costUsd ?? 0) + cost.usd
      this.paidUsd += cost.usd
    }
    this.unpricedCalls += cost.unpricedCalls
  }

  /** From here on calls come after those so far, not beside them. */
  nextTurn(): void {
    for (const ms of this.#stages.values()) this.#earlierMs += ms
    this.#stages.clear()
  }

  /**
   * Seconds the item took. Where calls were replayed the clock says nothing; then every stage counts with its longest
   * call, which is what the item took the first time.
   *
   * @param measuredMs by the clock.
   */
  seconds(measuredMs: number): number {
    if (!this.#replayed) return measuredMs / 1000
    this.nextTurn()
    return Math.max(this.#earlierMs, measuredMs) / 1000
  }
}
