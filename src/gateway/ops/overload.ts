import { getHeapStatistics } from 'node:v8'
import { MoaError } from '../../core/index.js'
import type { GatewaySettings } from '../settings.js'
import type { Clock } from '../../util/index.js'

/** How long a look at the heap is good for. */
const FRESH_MS = 500
const RETRY_AFTER_MS = 2_000

/** Refuses new runs while those under way are as many, or as large, as this process can carry. */
export class Overload {
  readonly #settings: Pick<GatewaySettings, 'maxRuns' | 'maxHeapShare'>
  readonly #clock: Clock
  #lookedAt = -Infinity
  #full = false

  constructor(settings: Pick<GatewaySettings, 'maxRuns' | 'maxHeapShare'>, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  /** @throws {@link MoaError} `overloaded` */
  check(runs: number): void {
    if (runs >= this.#settings.maxRuns)
      throw overloaded(`${runs} answers are under way, as many as this gateway takes at a time`)
    // The last free places can wait for a fresh look; an empty gateway needs none.
    if (runs > 0 && this.#heapIsFull()) throw overloaded('the gateway is short of memory')
  }

  #heapIsFull(): boolean {
    const now = this.#clock.now()
    if (now - this.#lookedAt < FRESH_MS) return this.#full
    this.#lookedAt = now
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    return (this.#full = used > limit * this.#settings.maxHeapShare)
  }
}

function overloaded(why: string): MoaError {
  return new MoaError('overloaded', `The gateway is overloaded: ${why}; ask again in a moment.`, {
    retryable: true,
    retryAfterMs: RETRY_AFTER_MS,
  })
}
