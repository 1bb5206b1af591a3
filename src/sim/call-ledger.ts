import {
  abortInfo,
  errorInfo,
  NO_USAGE,
  priceCall,
  type CallRecord,
  type FinishReason,
  type Price,
  type Usage,
} from '../core/index.js'
import type { Clock } from '../util/index.js'
import type { Answer } from './answer.js'

let calls = 0

/** Keeps the books of one call made in process, and settles it once. */
export class CallLedger {
  readonly id: string
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #model: string
  readonly #price: Price | undefined
  readonly #onCall: ((call: CallRecord) => void) | undefined
  #firstTokenMs: number | undefined
  #settled = false
  /** The answer, once the model may have worked on it; its tokens count from then on. */
  answer: Answer | undefined
  /** Pieces received. */
  received = 0
  /** True once the upstream has said itself what the call used. */
  reported = false

  constructor(options: {
    model: string
    clock: Clock
    price: Price | undefined
    onCall: ((call: CallRecord) => void) | undefined
  }) {
    calls += 1
    this.id = `sim-${calls}`
    this.#clock = options.clock
    this.#startedAt = options.clock.now()
    this.#model = options.model
    this.#price = options.price
    this.#onCall = options.onCall
  }

  get settled(): boolean {
    return this.#settled
  }

  /** Notes the arrival of the next piece. */
  piece(): void {
    this.#firstTokenMs ??= this.#clock.now() - this.#startedAt
    this.received += 1
  }

  /** What the upstream reported, else what a client makes of the text it received. */
  get usage(): Usage {
    const usage = this.answer?.usage(this.received) ?? NO_USAGE
    return this.reported ? usage : { ...usage, reasoningTokens: 0 }
  }

  /** Dollars; `null` when the price is unknown. What reached no model is free. */
  get costUsd(): number | null {
    if (this.answer === undefined) return 0
    return this.#price === undefined ? null : priceCall(this.#price, this.usage)
  }

  complete(finishReason: FinishReason): void {
    this.#settle({ outcome: 'completed', finishReason })
  }

  fail(error: unknown): void {
    this.#settle({ outcome: 'failed', error: errorInfo(error) })
  }

  /** @param reason why the signal was aborted; none when the reader left */
  abort(reason?: unknown): void {
    this.#settle({ outcome: 'aborted', ...(reason !== undefined && { error: abortInfo(reason) }) })
  }

  #settle(end: Pick<CallRecord, 'outcome' | 'finishReason' | 'error'>): void {
    if (this.#settled) return
    this.#settled = true
    this.#onCall?.({
      id: this.id,
      provider: 'sim',
      model: this.#model,
      attempt: 1,
      ...end,
      usage: this.usage,
      usageSource: this.answer === undefined ? 'none' : this.reported ? 'reported' : 'estimated',
      costUsd: this.costUsd,
      startedAt: this.#startedAt,
      ...(this.#firstTokenMs !== undefined && { firstTokenMs: this.#firstTokenMs }),
      durationMs: this.#clock.now() - this.#startedAt,
      requestId: this.id,
    })
  }
}
