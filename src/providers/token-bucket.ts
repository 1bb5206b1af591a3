import { abortReason, onAbort, type Abortable, type Clock } from '../util/index.js'

interface Waiter {
  readonly amount: number
  grant(): void
}

/**
 * A budget that fills up evenly: `perMinute` units a minute, at most one minute's worth saved up. First come, first
 * served; a waiter whose signal aborts leaves the line at once.
 */
export class TokenBucket {
  readonly #clock: Clock
  readonly #perMinute: number
  #level: number
  #filledAt: number
  readonly #waiters = new Set<Waiter>()
  #cancelTimer: (() => void) | undefined

  /** @param perMinute above 0 */
  constructor(perMinute: number, clock: Clock) {
    this.#clock = clock
    this.#perMinute = perMinute
    this.#level = perMinute
    this.#filledAt = clock.now()
  }

  /** Callers waiting right now. */
  get waiting(): number {
    return this.#waiters.size
  }

  /**
   * Takes `amount` units, waiting until they are there. More than a minute's worth is given once the bucket is
   * full, and leaves a debt that later callers wait for.
   */
  take(amount: number, signal: Abortable): Promise<void> {
    if (signal.aborted) return Promise.reject(abortReason(signal))
    if (this.#waiters.size === 0 && this.#has(amount)) {
      this.#level -= amount
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        amount,
        grant: () => {
          forget()
          resolve()
        },
      }
      this.#waiters.add(waiter)
      const forget = onAbort(signal, () => {
        this.#waiters.delete(waiter)
        this.#schedule()
        reject(abortReason(signal))
      })
      this.#schedule()
    })
  }

  /** Takes units without waiting, into debt if need be; a negative amount gives back. */
  spend(amount: number): void {
    this.#fill()
    this.#level = Math.min(this.#perMinute, this.#level - amount)
    if (amount < 0) this.#serve()
  }

  #has(amount: number): boolean {
    this.#fill()
    return this.#level >= Math.min(amount, this.#perMinute)
  }

  #fill(): void {
    const now = this.#clock.now()
    this.#level = Math.min(this.#perMinute, this.#level + ((now - this.#filledAt) * this.#perMinute) / 60_000)
    this.#filledAt = now
  }

  #serve(): void {
    for (const waiter of this.#waiters) {
      if (!this.#has(waiter.amount)) break
      this.#level -= waiter.amount
      this.#waiters.delete(waiter)
      waiter.grant()
    }
    this.#schedule()
  }

  /** One timer, for the first in line. */
  #schedule(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    for (const first of this.#waiters) {
      const missing = Math.min(first.amount, this.#perMinute) - this.#level
      const ms = Math.max(1, Math.ceil((missing * 60_000) / this.#perMinute))
      this.#cancelTimer = this.#clock.after(ms, () => this.#serve())
      return
    }
  }
}
