import type { Clock } from '../../util/index.js'

const TICK_MS = 1_000

/** Something that wants to be looked at once a second. */
export interface Beating {
  tick(): void
}

/** One timer for all streams, instead of one for each piece they send. Runs only while there are any. */
export class Heartbeat {
  readonly #clock: Clock
  readonly #members = new Set<Beating>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(member: Beating): void {
    this.#members.add(member)
    this.#cancel ??= this.#arm()
  }

  delete(member: Beating): void {
    this.#members.delete(member)
  }

  #arm(): () => void {
    return this.#clock.after(TICK_MS, () => {
      for (const member of this.#members) member.tick()
      this.#cancel = this.#members.size === 0 ? undefined : this.#arm()
    })
  }
}

/** How many ticks a time takes, at least one. */
export const ticksOf = (ms: number): number => Math.max(1, Math.floor(ms / TICK_MS))
