import type { Clock } from '../../util/index.js'

/** A timer on a wheel. */
export interface WheelTimer {
  cancel(): void
}

interface Spoke {
  /** Number of the tick it is due at. */
  readonly due: number
  callback: (() => void) | undefined
}

const SLOTS = 1024

/**
 * Thousands of timers for the price of one: all that are due within the same few milliseconds fire together. Never
 * early, at most a tick late.
 */
export class TimerWheel {
  readonly #clock: Clock
  readonly #tickMs: number
  readonly #origin: number
  readonly #slots: Spoke[][] = Array.from({ length: SLOTS }, () => [])
  /** The last tick whose timers have fired. */
  #tick = 0
  #waiting = 0
  #armed: (() => void) | undefined

  constructor(clock: Clock, tickMs = 4) {
    this.#clock = clock
    this.#tickMs = tickMs
    this.#origin = clock.now()
  }

  /** Timers not yet fired. */
  get waiting(): number {
    return this.#waiting
  }

  schedule(ms: number, callback: () => void): WheelTimer {
    const elapsed = this.#clock.now() - this.#origin
    // An idle wheel has stood still.
    if (this.#waiting === 0) this.#tick = Math.floor(elapsed / this.#tickMs)
    const due = Math.max(this.#tick + 1, Math.ceil((elapsed + ms) / this.#tickMs))
    const spoke: Spoke = { due, callback }
    ;(this.#slots[due % SLOTS] as Spoke[]).push(spoke)
    this.#waiting += 1
    this.#arm()
    return {
      cancel: () => {
        if (spoke.callback === undefined) return
        spoke.callback = undefined
        this.#waiting -= 1
        if (this.#waiting === 0) this.#disarm()
      },
    }
  }

  #arm(): void {
    this.#armed ??= this.#clock.after(this.#tickMs, () => {
      this.#armed = undefined
      this.#turn()
      if (this.#waiting > 0) this.#arm()
    })
  }

  #disarm(): void {
    this.#armed?.()
    this.#armed = undefined
  }

  #turn(): void {
    const now = Math.floor((this.#clock.now() - this.#origin) / this.#tickMs)
    while (this.#tick < now) {
      this.#tick += 1
      const slot = this.#tick % SLOTS
      const spokes = this.#slots[slot] as Spoke[]
      if (spokes.length === 0) continue
      const later = spokes.filter((spoke) => spoke.callback !== undefined && spoke.due > this.#tick)
      this.#slots[slot] = later
      for (const spoke of spokes) {
        const { callback } = spoke
        if (callback === undefined || spoke.due > this.#tick) continue
        spoke.callback = undefined
        this.#waiting -= 1
        callback()
      }
    }
  }
}
