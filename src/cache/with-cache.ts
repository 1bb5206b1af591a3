import { readEvents, withOnCall, wrapModel } from '../core/index.js'
import type {
  ChatRequest,
  EventReader,
  EventStream,
  Model,
  ModelEvent,
  StreamOptions,
} from '../core/index.js'
import { abortable, linkedController, systemClock, type Clock, type LinkedController } from '../util/index.js'
import { cacheKey, type SampleCounts } from './cache-key.js'
import { AnswerKeeper, replayCached } from './cached-answer.js'
import type { Flights, Landing } from './flights.js'
import type { AnswerStore } from './answer-store.js'

export interface CacheOptions {
  readonly cache: AnswerStore
  /** Where the model is served: models of one name at two places are two models. */
  readonly endpoint?: string
  /** Share one among all models of a process. */
  readonly counts: SampleCounts
  readonly flights: Flights
  readonly clock?: Clock
}

/**
 * The same model with its whole answers kept: who asks the same again gets them at once and for nothing, in the pieces
 * they came in. Belongs around the model of an upstream, outside of its retries and limits.
 *
 * Two runs that ask the same at the same time make one call: the second waits for the first. Within one run the same
 * question is another sample and is asked anew. Failures, aborted, empty and truncated answers are never kept.
 * `cache: 'refresh'` of a call asks anew and keeps the new answer, `'skip'` neither looks nor keeps.
 */
export function withCache(model: Model, options: CacheOptions): Model {
  const cache = { ...options, model }
  return wrapModel(model, (request, streamOptions) => new CachedStream(cache, request, streamOptions))
}

interface CachedModel extends CacheOptions {
  readonly model: Model
}

/** One call: a hit played again, or a call that is passed on and kept. */
class CachedStream implements AsyncIterableIterator<ModelEvent>, EventStream {
  readonly #cache: CachedModel
  readonly #request: ChatRequest
  readonly #options: StreamOptions
  readonly #clock: Clock
  readonly #key: string | undefined
  #link: LinkedController | undefined
  #opening: Promise<EventStream> | undefined
  #inner: AsyncIterator<ModelEvent> | undefined
  /** Set while the answer of an upstream is being read. */
  #keeper: AnswerKeeper | undefined
  /** Tells those who wait for this call how it ended. */
  #land: ((landing: Landing) => void) | undefined
  #closed = false

  constructor(cache: CachedModel, request: ChatRequest, options: StreamOptions) {
    this.#cache = cache
    this.#request = request
    this.#options = options
    this.#clock = cache.clock ?? systemClock
    this.#key = options.cache === 'skip' ? undefined : keyOf(cache, request, options.runId)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<ModelEvent>> {
    if (this.#closed) return END
    try {
      const events = await (this.#opening ??= this.#open())
      if (this.#isClosed()) return END
      this.#inner ??= events[Symbol.asyncIterator]()
      const result = await this.#inner.next()
      if (result.done === true) this.#end('useless')
      else this.#see(result.value)
      return result
    } catch (error) {
      if (this.#isClosed()) return END
      this.#fail()
      throw error
    }
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    this.#closed = true
    this.#link?.abort()
    try {
      await this.#inner?.return?.()
    } finally {
      this.#end('left')
    }
    return END
  }

  read(reader: EventReader): void {
    const fail = (error: unknown): void => {
      this.#fail()
      reader.fail(error)
    }
    this.#open().then(
      (events) =>
        readEvents(events, {
          event: (event) => {
            this.#see(event)
            return reader.event(event)
          },
          end: () => {
            this.#end('useless')
            reader.end()
          },
          fail,
        }),
      fail,
    )
  }

  /** Finds the answer, or begins the call, after waiting for another run that makes the same call. */
  async #open(): Promise<EventStream> {
    const { signal } = (this.#link = linkedController(this.#options.signal))
    const { cache, flights } = this.#cache
    const key = this.#key
    signal.throwIfAborted()
    if (key === undefined || this.#options.cache === 'refresh') return this.#ask()
    for (;;) {
      const flight = flights.get(key)
      if (flight === undefined) {
        this.#land = flights.begin(key)
        break
      }
      const landing = await abortable(flight, signal)
      if (landing === 'useless') return this.#ask()
      if (landing === 'kept') break
    }
    const found = cache.get(key)
    const answer = found instanceof Promise ? await abortable(found, signal) : found
    if (answer === undefined) return this.#ask()
    this.#land?.('kept')
    this.#land = undefined
    const { onCall } = this.#options
    return replay(replayCached(answer, { at: this.#clock.now(), onCall }), this.#options.signal)
  }

  #ask(): EventStream {
    const keeper = (this.#keeper = new AnswerKeeper())
    const { onCall } = this.#options
    const watched = withOnCall(this.#options, (call) => {
      keeper.call(call)
      onCall?.(call)
    })
    return this.#cache.model.stream(this.#request, watched)
  }

  #see(event: ModelEvent): void {
    this.#keeper?.event(event)
    if (event.type !== 'finish') return
    const answer = this.#keeper?.answer(event, { modelId: this.#cache.model.id, at: this.#clock.now() })
    if (answer && this.#key !== undefined) this.#cache.cache.set(this.#key, answer)
    this.#end(answer ? 'kept' : 'useless')
  }

  #fail(): void {
    this.#closed = true
    this.#end(this.#options.signal.aborted ? 'left' : 'useless')
  }

  /** Only the first landing counts. */
  #end(landing: Landing): void {
    this.#link?.release()
    this.#land?.(landing)
    this.#land = undefined
    this.#keeper = undefined
  }

  /** `return()` may have been called while something was awaited. */
  #isClosed(): boolean {
    return this.#closed
  }
}

const END: IteratorResult<ModelEvent> = { value: undefined, done: true }

function keyOf(
  { model, counts, endpoint }: CachedModel,
  request: ChatRequest,
  runId: string | undefined,
): string | undefined {
  const first = cacheKey({ model: model.id, endpoint, sample: 0 }, request)
  const sample = first === undefined ? 0 : counts.next(runId, first)
  return sample === 0 ? first : cacheKey({ model: model.id, endpoint, sample }, request)
}

/** Events that are there already, for a reader who may have left. */
async function* replay(events: Iterable<ModelEvent>, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  for (const event of events) {
    signal.throwIfAborted()
    yield event
  }
}
