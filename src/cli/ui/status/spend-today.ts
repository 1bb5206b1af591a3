import type { EndedRun } from '../../../gateway/index.js'
import type { Records, Store } from '../../../store/index.js'
import type { SpendLine } from './types.js'

const FLUSH_MS = 2_000
const KEPT_MS = 35 * 24 * 60 * 60 * 1000
/** Distinct names kept for a day: clients choose them. */
const MOST_LINES = 500
const OTHER = '(other)'

type OpenLine = { -readonly [Field in keyof SpendLine]: SpendLine[Field] }

/** What runs have cost by day of UTC, recipe and key. Kept in a store, written down every other second. */
export class SpendToday {
  readonly #records: Records<SpendLine>
  readonly #lines = new Map<string, OpenLine>()
  readonly #changed = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #day = ''

  constructor(store: Store) {
    this.#records = store.records('ui-spend')
    this.#records.prune({ maxAgeMs: KEPT_MS })
    this.#timer = setInterval(() => this.#flush(), FLUSH_MS).unref()
  }

  add({ model, keyId, at, outcome }: EndedRun): void {
    this.#turnTo(at)
    const line = this.#line(model, keyId ?? '')
    const { usage, cost, calls } = outcome.account
    line.runs += 1
    if (outcome.error) line.failed += 1
    line.calls += calls.length
    line.inputTokens += usage.inputTokens
    line.outputTokens += usage.outputTokens
    line.usd += cost.usd ?? 0
    line.unpricedCalls += cost.unpricedCalls
  }

  /** The lines of the day of a moment, of one key or of all. */
  linesOf(
    now: number,
    keyId: string | undefined,
  ): { readonly day: string; readonly lines: readonly SpendLine[] } {
    this.#turnTo(now)
    const lines = [...this.#lines.values()].filter((line) => keyId === undefined || line.keyId === keyId)
    return { day: this.#day, lines: lines.sort((a, b) => b.usd - a.usd || b.runs - a.runs) }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#flush()
  }

  #turnTo(now: number): void {
    const day = new Date(now).toISOString().slice(0, 10)
    if (day === this.#day) return
    this.#flush()
    this.#day = day
    this.#lines.clear()
    for (const { key, value } of this.#records.scan({ from: `${day} `, before: `${day}!` }))
      this.#lines.set(key, { ...value })
  }

  #line(model: string, keyId: string): OpenLine {
    const key = `${this.#day} ${keyId} ${model}`
    const known = this.#lines.get(key)
    if (known) {
      this.#changed.add(key)
      return known
    }
    if (this.#lines.size >= MOST_LINES && model !== OTHER) return this.#line(OTHER, keyId)
    const line = {
      model,
      keyId,
      runs: 0,
      failed: 0,
      calls: 0,
      inputTokens: 0,
      outputTokens: 0,
      usd: 0,
      unpricedCalls: 0,
    }
    this.#lines.set(key, line)
    this.#changed.add(key)
    return line
  }

  #flush(): void {
    for (const key of this.#changed) {
      const line = this.#lines.get(key)
      if (line) this.#records.set(key, line)
    }
    this.#changed.clear()
  }
}
