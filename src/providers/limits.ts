import { deliver, withOnCall, wrapModel } from '../core/index.js'
import type {
  CallRecord,
  ChatRequest,
  EventSink,
  EventStream,
  Model,
  ModelEvent,
  StreamOptions,
} from '../core/index.js'
import { systemClock, type Clock, type Limiter } from '../util/index.js'
import { estimateRequestTokens } from './call-ledger.js'
import { TokenBucket } from './token-bucket.js'

/**
 * Answers only while holding one of the limiter's places. The place is taken at the first `next()` and given back
 * when the stream ends in whatever way: finished, failed, aborted, left early.
 */
export function withConcurrency(model: Model, limiter: Limiter): Model {
  return wrapModel(
    model,
    (request, options) => new HeldStream(limiter, options.signal, () => model.stream(request, options)),
  )
}

class HeldStream implements AsyncIterableIterator<ModelEvent>, EventStream {
  readonly #limiter: Limiter
  readonly #signal: AbortSignal
  readonly #open: () => EventStream
  #inner: AsyncIterator<ModelEvent> | undefined
  #closed = false
  #release: () => void = () => {}

  #see(result: IteratorResult<ModelEvent>): IteratorResult<ModelEvent> {
    // The call is over with `finish`, even when nobody reads on.
    if (result.done === true || result.value.type === 'finish') this.#release()
    return result
  }
  #fail(error: unknown): never {
    this.#close()
    throw error
  }

  constructor(limiter: Limiter, signal: AbortSignal, open: () => EventStream) {
    this.#limiter = limiter
    this.#signal = signal
    this.#open = open
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    if (this.#inner)
      return this.#inner.next().then(
        (result) => this.#see(result),
        (error: unknown) => this.#fail(error),
      )
    return this.#closed ? Promise.resolve(END) : this.#begin()
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    try {
      await this.#inner?.return?.()
    } finally {
      this.#close()
    }
    return END
  }

  // Plain promises: an async function would keep its whole frame for as long as the model thinks.
  deliver(sink: EventSink): Promise<void> {
    return this.#limiter.acquire(this.#signal).then((release) => {
      this.#release = release
      return deliver(this.#open(), (event) => {
        if (event.type === 'finish') this.#release()
        return sink(event)
      }).then(
        () => this.#close(),
        (error: unknown) => this.#fail(error),
      )
    })
  }

  async #begin(): Promise<IteratorResult<ModelEvent>> {
    const release = await this.#limiter.acquire(this.#signal).catch((error: unknown) => this.#fail(error))
    if (this.#closed) {
      release()
      return END
    }
    this.#release = release
    try {
      this.#inner = this.#open()[Symbol.asyncIterator]()
      return this.#see(await this.#inner.next())
    } catch (error) {
      return this.#fail(error)
    }
  }

  #close(): void {
    this.#closed = true
    this.#release()
  }
}

const END: IteratorResult<ModelEvent> = { value: undefined, done: true }

/** What a provider allows in a minute; absent limits don't limit. */
export interface RateOptions {
  readonly requestsPerMinute?: number
  /** Prompt and answer tokens together. */
  readonly tokensPerMinute?: number
  readonly clock?: Clock
}

/** The rates of one provider, shared by all of its models. */
export class RateLimits {
  readonly #requests: TokenBucket | undefined
  readonly #tokens: TokenBucket | undefined

  constructor(options: RateOptions) {
    const { requestsPerMinute, tokensPerMinute, clock = systemClock } = options
    this.#requests = requestsPerMinute === undefined ? undefined : new TokenBucket(requestsPerMinute, clock)
    this.#tokens = tokensPerMinute === undefined ? undefined : new TokenBucket(tokensPerMinute, clock)
  }

  /** Waits until one more request may go out. */
  async admit(request: ChatRequest, signal: AbortSignal): Promise<Admission> {
    const requests = this.#requests
    const tokens = this.#tokens
    await requests?.take(1, signal)
    let guess = tokens === undefined ? 0 : estimateRequestTokens(request) + (request.maxTokens ?? 0)
    try {
      await tokens?.take(guess, signal)
    } catch (error) {
      requests?.spend(-1)
      throw error
    }
    return {
      correct(call) {
        tokens?.spend(call.usage.inputTokens + call.usage.outputTokens - guess)
        guess = 0
      },
      cancel() {
        requests?.spend(-1)
        tokens?.spend(-guess)
      },
    }
  }
}

/** A request that was let through with a guess of its tokens. */
interface Admission {
  /** Replaces the guess by what the call came to. */
  correct(call: CallRecord): void
  /** The request was not made after all. */
  cancel(): void
}

/**
 * Asks only when the rates allow one more request. Tokens are guessed before (the prompt, and `maxTokens` when the
 * request has it) and corrected after the call. Belongs inside the retries, because every attempt counts.
 */
export function withRate(model: Model, rates: RateLimits): Model {
  return wrapModel(model, (request, options) => new AdmittedStream({ model, rates, request, options }))
}

class AdmittedStream implements AsyncIterableIterator<ModelEvent>, EventStream {
  readonly #call: {
    readonly model: Model
    readonly rates: RateLimits
    readonly request: ChatRequest
    readonly options: StreamOptions
  }
  #inner: AsyncIterator<ModelEvent> | undefined
  #closed = false

  constructor(call: { model: Model; rates: RateLimits; request: ChatRequest; options: StreamOptions }) {
    this.#call = call
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
    return END
  }

  async deliver(sink: EventSink): Promise<void> {
    return deliver(this.#open(await this.#admit()), sink)
  }

  async #begin(): Promise<IteratorResult<ModelEvent>> {
    const admission = await this.#admit().catch((error: unknown) => {
      this.#closed = true
      throw error
    })
    if (this.#closed) {
      admission.cancel()
      return END
    }
    this.#inner = this.#open(admission)[Symbol.asyncIterator]()
    return this.#inner.next()
  }

  #admit(): Promise<Admission> {
    const { rates, request, options } = this.#call
    return rates.admit(request, options.signal)
  }

  #open(admission: Admission): EventStream {
    const { model, request, options } = this.#call
    const watched = withOnCall(options, (call) => {
      admission.correct(call)
      options.onCall?.(call)
    })
    return model.stream(request, watched)
  }
}
