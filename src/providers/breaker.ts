import { MoaError, type BreakerState, type BreakerStatus, type ErrorInfo } from '../core/index.js'
import { systemClock, type Clock } from '../util/index.js'

/** When an upstream that keeps failing is left alone, and for how long. */
export interface BreakerPolicy {
  /** Failures in a row after which the upstream is left alone. Default 5. */
  readonly failures?: number
  /** They count while they are not older than this. Default 1 minute. */
  readonly windowMs?: number
  /** How long it is left alone at first; doubled each time its probe fails. Default 10 s. */
  readonly openMs?: number
  /** Longest time it is left alone. Default 1 minute, or `openMs` when that is longer. */
  readonly maxOpenMs?: number
}

export interface BreakerOptions extends BreakerPolicy {
  readonly clock?: Clock
}

export const BREAKER_DEFAULTS: Required<BreakerPolicy> = {
  failures: 5,
  windowMs: 60_000,
  openMs: 10_000,
  maxOpenMs: 60_000,
}

/** How a call went: well, a failure of the upstream, or nothing that says anything about it. */
export type Verdict = 'healthy' | ErrorInfo | undefined

/** What a call was let through with. */
export interface Ticket {
  readonly era: number
  readonly probe: boolean
}

/**
 * Leaves an upstream alone that keeps failing. Closed: calls go through. Open: calls fail at once with
 * `circuit_open`. When its time is over one call goes through as a probe: if it succeeds the breaker closes, if it
 * fails the breaker opens for twice as long.
 */
export class Breaker {
  readonly #upstream: string
  readonly #policy: Required<BreakerPolicy>
  readonly #clock: Clock
  /** When the failures in a row happened, the newest last; at most as many as open the breaker. */
  #failures: number[] = []
  #lastError: ErrorInfo | undefined
  #openMs: number
  #openUntil: number | undefined
  #probing = false
  /** Calls that began before the last change of state say nothing about the state after it. */
  #era = 0
  /** The same for all calls of an era but its probe. */
  #ticket: Ticket = { era: 0, probe: false }

  /** @param upstream its name in messages and in {@link Breaker.status} */
  constructor(upstream: string, options: BreakerOptions = {}) {
    this.#upstream = upstream
    const policy = { ...BREAKER_DEFAULTS, ...options }
    // Who states only a long first time does not mean it to shrink.
    this.#policy = { ...policy, maxOpenMs: options.maxOpenMs ?? Math.max(policy.maxOpenMs, policy.openMs) }
    this.#clock = options.clock ?? systemClock
    this.#openMs = this.#policy.openMs
  }

  get state(): BreakerState {
    if (this.#openUntil === undefined) return 'closed'
    return this.#clock.now() < this.#openUntil ? 'open' : 'half-open'
  }

  get status(): BreakerStatus {
    return {
      upstream: this.#upstream,
      state: this.state,
      failures: this.#failures.length,
      probeInMs: this.#leftMs(),
      ...(this.#lastError && { lastError: this.#lastError }),
    }
  }

  /** True while there is nothing to remember. */
  get idle(): boolean {
    return this.#openUntil === undefined && this.#failures.length === 0
  }

  /**
   * Refuses a call that {@link enter} would refuse now, without taking the probe's place: for callers that would have
   * to wait for something before they enter.
   *
   * @throws {@link MoaError} `circuit_open`
   */
  check(): void {
    if (this.#openUntil !== undefined && (this.#probing || this.state === 'open')) throw this.#refusal()
  }

  /**
   * Asks to make a call.
   *
   * @returns is handed to {@link tell} with how the call went, once
   * @throws {@link MoaError} `circuit_open`
   */
  enter(): Ticket {
    this.check()
    if (this.#openUntil === undefined) return this.#ticket
    this.#probing = true
    return { era: this.#era, probe: true }
  }

  tell({ era, probe }: Ticket, verdict: Verdict): void {
    if (era !== this.#era) return
    if (probe) this.#probing = false
    if (verdict === 'healthy') this.#close()
    else if (verdict) this.#fail(verdict, probe)
  }

  #nextEra(): void {
    this.#era += 1
    this.#ticket = { era: this.#era, probe: false }
  }

  #leftMs(): number {
    return this.#openUntil === undefined ? 0 : Math.max(0, this.#openUntil - this.#clock.now())
  }

  #refusal(): MoaError {
    const left = this.#leftMs()
    const times = this.#failures.length
    const until =
      left > 0 ? `for another ${Math.ceil(left / 1000)} s` : 'until the probe under way is answered'
    const last = this.#lastError ? ` The last failure: ${this.#lastError.message}` : ''
    return new MoaError(
      'circuit_open',
      `${this.#upstream} has failed ${times} ${times === 1 ? 'time' : 'times'} in a row and is left alone ${until}.${last}`,
      { retryAfterMs: left },
    )
  }

  #close(): void {
    if (this.idle) return
    this.#failures = []
    this.#lastError = undefined
    if (this.#openUntil === undefined) return
    this.#openUntil = undefined
    this.#openMs = this.#policy.openMs
    this.#nextEra()
  }

  #fail(error: ErrorInfo, probe: boolean): void {
    const { failures, windowMs, maxOpenMs } = this.#policy
    const now = this.#clock.now()
    this.#lastError = error
    this.#failures = probe ? this.#failures : this.#failures.filter((at) => now - at < windowMs)
    this.#failures.push(now)
    if (!probe && this.#failures.length < failures) return
    if (probe) this.#openMs = Math.min(this.#openMs * 2, maxOpenMs)
    this.#openUntil = now + this.#openMs
    this.#nextEra()
  }
}
