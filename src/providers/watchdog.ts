import type { Clock } from '../util/index.js'

/**
 * Watches deadlines that keep moving with one timer: moving a deadline back only writes a number, and the timer
 * looks at it when it goes off. So watching for stalls costs nothing per token but the reading of the clock.
 */
export class Watchdog<Phase extends string> {
  readonly #clock: Clock
  readonly #onExpire: (phase: Phase) => void
  readonly #overall: { readonly phase: Phase; readonly at: number }
  #phase: Phase
  #at = Infinity
  #armedFor = Infinity
  #cancel: (() => void) | undefined

  /** @param options.overall the phase to report when the whole takes longer than `ms` from now on */
  constructor(options: {
    readonly clock: Clock
    readonly overall: { readonly phase: Phase; readonly ms: number }
    readonly onExpire: (phase: Phase) => void
  }) {
    this.#clock = options.clock
    this.#onExpire = options.onExpire
    this.#phase = options.overall.phase
    this.#overall = { phase: this.#phase, at: options.clock.now() + options.overall.ms }
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
    const at = Math.min(this.#at, this.#overall.at)
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
    const overall = this.#overall.at <= now
    if (!overall && this.#at > now) {
      this.#arm()
      return
    }
    this.stop()
    this.#onExpire(overall ? this.#overall.phase : this.#phase)
  }
}
