import { abortReason, onAbort, type Abortable } from './abort.js'

interface Waiter {
  grant(): void
}

/**
 * At most `limit` holders at a time, first come first served. A waiter whose signal aborts leaves the line at
 * once. The line itself is as long as there are callers; callers bound themselves by their panel or queue.
 */
export class Limiter {
  readonly #limit: number
  #active = 0
  readonly #waiters = new Set<Waiter>()

  /** @param limit at least 1; `Infinity` lets everybody in. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Holders right now. */
  get active(): number {
    return this.#active
  }

  /** Callers waiting right now. */
  get waiting(): number {
    return this.#waiters.size
  }

  /** Resolves with the function that gives the place back; calling that twice does no harm. */
  acquire(signal: Abortable): Promise<() => void> {
    if (signal.aborted) return Promise.reject(abortReason(signal))
    if (this.enter()) return Promise.resolve(this.#releaser())
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        grant: () => {
          forget()
          resolve(this.#releaser())
        },
      }
      this.#waiters.add(waiter)
      const forget = onAbort(signal, () => {
        this.#waiters.delete(waiter)
        reject(abortReason(signal))
      })
    })
  }

  /** Takes a place that is free right now; whoever gets one gives it back with {@link leave}, once. */
  enter(): boolean {
    if (this.#active >= this.#limit) return false
    this.#active += 1
    return true
  }

  /** Gives back a place of {@link enter}. */
  leave(): void {
    for (const next of this.#waiters) {
      this.#waiters.delete(next)
      next.grant()
      return
    }
    this.#active -= 1
  }

  #releaser(): () => void {
    let released = false
    return () => {
      if (released) return
      released = true
      this.leave()
    }
  }
}
