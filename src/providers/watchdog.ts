import type { Clock } from '../util/index.js'

export interface WatchdogOwner<Phase extends string> {
  /** The phase has taken longer than it may. */
  expired(phase: Phase): void
}

/**
 * Watches deadlines that keep moving with one timer: moving a deadline back only writes a number, and the timer
 * looks at it when it goes off. So watching for stalls costs nothing per token but the reading of the clock.
 */
export class Watchdog<Phase extends string> {
  readonly #clock: Clock
  readonly #owner: WatchdogOwner<Phase>
  readonly #overall: Phase
  readonly #overallAt: number
  #phase: Phase
  #at = Infinity
  #armedFor = Infinity
  #cancel: (() => void) | undefined

  /** @param options.overall the phase to report when the whole takes longer than `ms` from now on */
  constructor(
    owner: WatchdogOwner<Phase>,
    options: { readonly clock: Clock; readonly overall: Phase; readonly ms: number },
  ) {
    this.#owner = owner
    this.#clock = options.clock
    this.#phase = this.#overall = options.overall
    this.#overallAt = options.clock.now() + options.ms
    this.#arm()
  }

  /** Begins a phase that has to end before `at`, in milliseconds since the epoch; `Infinity` for no limit. */
  enter(phase: Phase, at: number): void {
    this.#phase = phase
    this.#at = at
    this.#arm()
  }

  /** Moves the deadline of the running phase back. */
  extend(at: number): void {
    this.#at = at
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#armedFor = -Infinity
  }

  #arm(): void {
    const at = Math.min(this.#at, this.#overallAt)
    if (at >= this.#armedFor) return
    this.#cancel?.()
    this.#cancel = undefined
    this.#armedFor = at
    if (at !== Infinity)
      this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#look())
  }

  #look(): void {
    const now = this.#clock.now()
    this.#cancel = undefined
    this.#armedFor = Infinity
    const overall = this.#overallAt <= now
    if (!overall && this.#at > now) {
      this.#arm()
      return
    }
    this.stop()
    this.#owner.expired(overall ? this.#overall : this.#phase)
  }
}
