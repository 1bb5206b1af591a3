import { MoaError, deliver, wrapModel } from '../core/index.js'
import type { ErrorCode, EventStream, Model, ModelEvent } from '../core/index.js'
import { systemClock, type Clock } from '../util/index.js'

export interface BreakerOptions {
  /** Failures in a row after which the upstream is left alone. Default 5. */
  readonly failures?: number
  /** How long it is left alone at first, in milliseconds; doubled each time its probe fails. Default 10 s. */
  readonly openMs?: number
  /** Longest time it is left alone. Default 2 minutes. */
  readonly maxOpenMs?: number
  readonly clock?: Clock
}

const DEFAULTS = { failures: 5, openMs: 10_000, maxOpenMs: 120_000 }

/** Failures that speak of the upstream's health; a refused key or a bad request says nothing of it. */
const COUNTED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'upstream_error',
  'unreachable',
  'timeout',
  'stalled',
  'invalid_response',
  'incomplete_stream',
])

export type BreakerState = 'closed' | 'open' | 'half-open'

/**
 * Leaves an upstream alone that keeps failing. Closed: calls go through. Open: calls fail at once with
 * `circuit_open`. When its time is over one call goes through as a probe: if it succeeds the breaker closes, if it
 * fails the breaker opens for twice as long.
 */
export class Breaker {
  readonly #options: Required<Omit<BreakerOptions, 'clock'>>
  readonly #clock: Clock
  #failures = 0
  #openMs: number
  #openUntil: number | undefined
  #probing = false

  constructor(options: BreakerOptions = {}) {
    this.#options = { ...DEFAULTS, ...options }
    this.#clock = options.clock ?? systemClock
    this.#openMs = this.#options.openMs
  }

  get state(): BreakerState {
    if (this.#openUntil === undefined) return 'closed'
    return this.#clock.now() < this.#openUntil ? 'open' : 'half-open'
  }

  /**
   * Asks to make a call.
   *
   * @param upstream for the message
   * @returns tells how it went, once: `true` for a healthy upstream, `false` for a failing one, `undefined` for
   *   neither, an abort for one
   * @throws {@link MoaError} `circuit_open`
   */
  enter(upstream: string): (healthy: boolean | undefined) => void {
    const probe = this.#openUntil !== undefined
    if (probe) {
      const left = (this.#openUntil ?? 0) - this.#clock.now()
      if (left > 0 || this.#probing)
        throw new MoaError(
          'circuit_open',
          `${upstream} has failed ${this.#failures} times in a row and is left alone` +
            (left > 0
              ? ` for another ${Math.ceil(left / 1000)} s.`
              : ' until the probe under way is answered.'),
          { retryAfterMs: Math.max(0, left) },
        )
      this.#probing = true
    }
    let told = false
    return (healthy) => {
      if (told) return
      told = true
      if (probe) this.#probing = false
      if (healthy === true) this.#close()
      else if (healthy === false) this.#fail(probe)
    }
  }

  #close(): void {
    this.#failures = 0
    this.#openUntil = undefined
    this.#openMs = this.#options.openMs
  }

  #fail(probe: boolean): void {
    this.#failures += 1
    if (!probe && this.#failures < this.#options.failures) return
    if (probe) this.#openMs = Math.min(this.#openMs * 2, this.#options.maxOpenMs)
    this.#openUntil = this.#clock.now() + this.#openMs
  }
}

/** The same model behind a breaker. Belongs inside the retries: every attempt counts. */
export function withBreaker(model: Model, breaker: Breaker): Model {
  return wrapModel(model, (request, options) => {
    const begin = (): { events: EventStream; tell: (error?: unknown) => void } => {
      const told = breaker.enter(model.id)
      return {
        events: model.stream(request, options),
        tell: (error) => {
          if (error === undefined) told(true)
          else if (options.signal.aborted || !(error instanceof MoaError)) told(undefined)
          else told(!COUNTED.has(error.code))
        },
      }
    }
    async function* read(): AsyncGenerator<ModelEvent, void, undefined> {
      const { events, tell } = begin()
      let left = true
      try {
        yield* events
        left = false
        tell()
      } catch (error) {
        left = false
        tell(error)
        throw error
      } finally {
        // Whoever leaves in mid-answer had an answer.
        if (left) tell()
      }
    }
    return {
      [Symbol.asyncIterator]: read,
      async deliver(sink) {
        const { events, tell } = begin()
        try {
          await deliver(events, sink)
        } catch (error) {
          tell(error)
          throw error
        }
        tell()
      },
    }
  })
}
