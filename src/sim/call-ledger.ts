import {
  errorInfo,
  isAbort,
  NO_USAGE,
  type CallRecord,
  type FinishReason,
  type Usage,
} from '../core/index.js'
import type { Clock } from '../util/index.js'
import type { Answer } from './answer.js'

/** Dollars per million tokens. */
export interface SimPrice {
  readonly input: number
  readonly output: number
}

let calls = 0

/** Keeps the books of one call made in process, and settles it once. */
export class CallLedger {
  readonly id: string
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #model: string
  readonly #price: SimPrice | undefined
  readonly #onCall: ((call: CallRecord) => void) | undefined
  #firstTokenMs: number | undefined
  #settled = false
  /** What reached the model so far; nothing until it is set. */
  answer: Answer | undefined
  /** Pieces received. */
  received = 0
  /** True once the upstream has said itself what the call used. */
  reported = false

  constructor(options: {
    model: string
    clock: Clock
    price: SimPrice | undefined
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

  get usage(): Usage {
    return this.answer?.usage(this.received) ?? NO_USAGE
  }

  /** Dollars, when the price is known. */
  get costUsd(): number | null {
    if (this.#price === undefined) return null
    const { inputTokens, outputTokens } = this.usage
    return (inputTokens * this.#price.input + outputTokens * this.#price.output) / 1_000_000
  }

  complete(finishReason: FinishReason): void {
    this.#settle({ outcome: 'completed', finishReason })
  }

  fail(error: unknown): void {
    this.#settle(isAbort(error) ? { outcome: 'aborted' } : { outcome: 'failed', error: errorInfo(error) })
  }

  abort(): void {
    this.#settle({ outcome: 'aborted' })
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
