import { deliver, withOnCall, wrapModel } from '../core/index.js'
import type {
  BreakerStatus,
  CallRecord,
  ErrorCode,
  ErrorInfo,
  EventSink,
  EventStream,
  Model,
  ModelEvent,
} from '../core/index.js'
import { Breaker, type BreakerOptions, type Verdict } from './breaker.js'

/**
 * Failures that speak of a model's health at its provider. A refused key, a bad request or a rate limit says nothing
 * of it: somebody was there to refuse.
 */
const MODEL_FAILURES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'upstream_error',
  'timeout',
  'stalled',
  'invalid_response',
  'incomplete_stream',
])

/** Failures that speak of the whole server: other models of it would fare no better. */
const SERVER_FAILURES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unreachable'])

/** Models come from requests too, so the memory for them is bounded. */
const MAX_MODELS = 1_000

/**
 * The breakers of one provider: one for its server, which counts only that it can't be reached, and one for each model,
 * because the models of one provider fail one by one.
 */
export class ProviderBreakers {
  readonly #provider: string
  readonly #options: BreakerOptions
  readonly #server: Breaker
  readonly #models = new Map<string, Breaker>()

  constructor(provider: string, options: BreakerOptions = {}) {
    this.#provider = provider
    this.#options = options
    this.#server = new Breaker(provider, options)
  }

  /** Every breaker that has something to tell: those that never saw a failure are left out, but for the server's. */
  get statuses(): readonly BreakerStatus[] {
    const models = [...this.#models.values()].filter(({ idle }) => !idle)
    return [this.#server, ...models].map(({ status }) => status)
  }

  /** Refuses early what {@link enter} would refuse. @throws {@link MoaError} `circuit_open` */
  check(model: string): void {
    this.#server.check()
    this.#models.get(model)?.check()
  }

  /**
   * @param model the model's name at the provider
   * @returns takes the record of the call, or `undefined` when no call was made after all
   * @throws {@link MoaError} `circuit_open`
   */
  enter(model: string): (call: CallRecord | undefined) => void {
    const breaker = this.#breakerOf(model)
    breaker.check()
    const tellServer = this.#server.enter()
    const tellModel = breaker.enter()
    return (call) => {
      tellServer(call && verdictOf(call, SERVER_FAILURES))
      // Whether the model is well can't be seen while its server can't be reached.
      const unseen = call?.error !== undefined && SERVER_FAILURES.has(call.error.code)
      tellModel(call === undefined || unseen ? undefined : verdictOf(call, MODEL_FAILURES))
    }
  }

  #breakerOf(model: string): Breaker {
    let breaker = this.#models.get(model)
    if (breaker === undefined) {
      if (this.#models.size >= MAX_MODELS) this.#forgetIdle()
      breaker = new Breaker(`${this.#provider}/${model}`, this.#options)
      this.#models.set(model, breaker)
    }
    return breaker
  }

  #forgetIdle(): void {
    for (const [name, breaker] of this.#models) if (breaker.idle) this.#models.delete(name)
    if (this.#models.size >= MAX_MODELS) this.#models.clear()
  }
}

function verdictOf(call: CallRecord, failures: ReadonlySet<ErrorCode>): Verdict {
  switch (call.outcome) {
    case 'completed':
      return 'healthy'
    case 'aborted':
      // Whoever left in mid-answer had an answer; before it nothing is known.
      return call.firstTokenMs === undefined ? undefined : 'healthy'
    case 'failed':
      return countedError(call.error, failures) ?? 'healthy'
  }
}

const countedError = (
  error: ErrorInfo | undefined,
  failures: ReadonlySet<ErrorCode>,
): ErrorInfo | undefined => (error && failures.has(error.code) ? error : undefined)

/** Refuses calls while a breaker is open, before they wait for a place or anything else. */
export function withBreakerCheck(model: Model, breakers: ProviderBreakers, name: string): Model {
  return wrapModel(
    model,
    (request, options) =>
      new GuardedStream(() => {
        breakers.check(name)
        return { events: model.stream(request, options) }
      }),
  )
}

/**
 * The same model behind its provider's breakers. Belongs inside the retries, because every attempt counts; a call that
 * is refused is not retried.
 *
 * @param name the model's name at the provider
 */
export function withBreakers(model: Model, breakers: ProviderBreakers, name: string): Model {
  return wrapModel(
    model,
    (request, options) =>
      new GuardedStream(() => {
        const tell = breakers.enter(name)
        const watched = withOnCall(options, (call) => {
          tell(call)
          options.onCall?.(call)
        })
        return { events: model.stream(request, watched), over: () => tell(undefined) }
      }),
  )
}

interface Opened {
  readonly events: EventStream
  /** The stream has ended; a call that has not been settled by now was never made. */
  readonly over?: () => void
}

/** A stream that is opened at its first event, or not at all when opening it throws. */
class GuardedStream implements AsyncIterableIterator<ModelEvent>, EventStream {
  readonly #open: () => Opened
  #inner: AsyncIterator<ModelEvent> | undefined
  #over: (() => void) | undefined
  #closed = false

  constructor(open: () => Opened) {
    this.#open = open
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    if (this.#inner) return this.#inner.next()
    return this.#closed ? Promise.resolve(END) : this.#begin()
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    this.#closed = true
    await this.#inner?.return?.()
    this.#over?.()
    return END
  }

  // Plain promises: an async function would keep its whole frame for as long as the model thinks.
  deliver(sink: EventSink): Promise<void> {
    let opened: Opened
    try {
      opened = this.#open()
    } catch (error) {
      return Promise.reject(error)
    }
    const { events, over } = opened
    return over === undefined ? deliver(events, sink) : deliver(events, sink).finally(over)
  }

  /** What fails without having been settled fails at its first event. */
  async #begin(): Promise<IteratorResult<ModelEvent>> {
    this.#closed = true
    const { events, over } = this.#open()
    this.#closed = false
    this.#over = over
    this.#inner = events[Symbol.asyncIterator]()
    try {
      return await this.#inner.next()
    } catch (error) {
      over?.()
      throw error
    }
  }
}

const END: IteratorResult<ModelEvent> = { value: undefined, done: true }
