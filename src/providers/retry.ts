import {
  MoaError,
  NO_COST,
  NO_USAGE,
  addCost,
  addUsage,
  costOf,
  deliver,
  withOnCall,
  wrapModel,
  type CallRecord,
  type ChatRequest,
  type Cost,
  type EventSink,
  type EventStream,
  type Finish,
  type Model,
  type ModelEvent,
  type StreamOptions,
  type Usage,
} from '../core/index.js'
import {
  linkedController,
  sleep,
  systemClock,
  type Clock,
  type LinkedController,
  type Random,
} from '../util/index.js'

export interface RetryPolicy {
  /** Tries in all, the first included. Default 3; 1 never retries. */
  readonly attempts?: number
  /** Upper bound of the wait before the first retry, doubled for each further one. Default 500 ms. */
  readonly baseMs?: number
  /** Highest upper bound the doubling reaches. Default 8 s. */
  readonly maxMs?: number
  /** Longest wait an upstream may ask for; beyond it the call fails at once. Default 60 s. */
  readonly maxWaitMs?: number
}

const DEFAULTS: Required<RetryPolicy> = { attempts: 3, baseMs: 500, maxMs: 8_000, maxWaitMs: 60_000 }

export interface RetryOptions extends RetryPolicy {
  readonly clock?: Clock
  /** For the jitter. Default `Math.random`. */
  readonly random?: Pick<Random, 'next'>
}

/**
 * Asks again when the model fails with a retryable error before its first event. After that event the answer has
 * begun and nothing is repeated.
 *
 * Waits a random time up to an exponentially growing bound (full jitter), on top of what the upstream asks for.
 * Each attempt is its own {@link CallRecord}, numbered in `attempt`; tokens and costs of failed attempts are added
 * to the `finish` event.
 *
 * @throws the last attempt's error, with the attempts counted in its message
 */
export function withRetry(model: Model, options: RetryOptions = {}): Model {
  const policy = { ...DEFAULTS, ...options }
  const context: RetryContext = {
    model,
    policy,
    clock: options.clock ?? systemClock,
    random: options.random ?? { next: () => Math.random() },
  }
  return wrapModel(model, (request, streamOptions) => new RetryStream(context, request, streamOptions))
}

interface RetryContext {
  readonly model: Model
  readonly policy: Required<RetryPolicy>
  readonly clock: Clock
  readonly random: Pick<Random, 'next'>
}

class RetryStream implements AsyncIterableIterator<ModelEvent>, EventStream {
  readonly #context: RetryContext
  readonly #request: ChatRequest
  readonly #options: StreamOptions
  #attempt: AsyncIterator<ModelEvent> | undefined
  /** The attempt has begun to answer: from here on it is read without anything in between. */
  #answering = false
  #closed = false
  #waiting: LinkedController | undefined
  /** Spent by failed attempts. */
  #usage: Usage = NO_USAGE
  #cost: Cost = NO_COST

  constructor(context: RetryContext, request: ChatRequest, options: StreamOptions) {
    this.#context = context
    this.#request = request
    this.#options = options
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    if (this.#answering) return (this.#attempt as AsyncIterator<ModelEvent>).next()
    return this.#closed ? Promise.resolve(END) : this.#begin()
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    this.#closed = true
    this.#waiting?.abort()
    await this.#attempt?.return?.()
    return END
  }

  deliver(sink: EventSink): Promise<void> {
    return this.#deliverFrom(1, sink)
  }

  // Plain promises: an async function would keep its whole frame for as long as the model thinks.
  #deliverFrom(number: number, sink: EventSink): Promise<void> {
    const calls: CallRecord[] = []
    const spent = this.#usage !== NO_USAGE
    let answering = false
    return deliver(this.#start(number, calls), (event) => {
      answering = true
      return sink(spent && event.type === 'finish' ? this.#withSpent(event) : event)
    }).catch(async (error: unknown) => {
      if (answering) throw error
      await this.#recover(error, number)
      for (const call of calls) this.#spend(call)
      return this.#deliverFrom(number + 1, sink)
    })
  }

  async #begin(): Promise<IteratorResult<ModelEvent>> {
    for (let number = 1; ; number += 1) {
      const calls: CallRecord[] = []
      const events = this.#start(number, calls)[Symbol.asyncIterator]()
      const spent = this.#usage !== NO_USAGE
      const attempt = spent ? this.#addingToFinish(events) : events
      this.#attempt = attempt
      try {
        const first = await attempt.next()
        this.#answering = true
        return first
      } catch (error) {
        await this.#recover(error, number)
        if (this.#isClosed()) return END
        for (const call of calls) this.#spend(call)
      }
    }
  }

  /** Waits until the next attempt is due. @throws when there is none */
  async #recover(error: unknown, number: number): Promise<void> {
    if (this.#closed) return
    try {
      await this.#sleep(this.#waitBefore(error, number))
    } catch (final) {
      this.#closed = true
      throw final
    }
  }

  #start(number: number, calls: CallRecord[]): EventStream {
    const { onCall } = this.#options
    const options = withOnCall(this.#options, (call) => {
      calls.push(call)
      onCall?.(number === 1 ? call : { ...call, attempt: call.attempt + number - 1 })
    })
    return this.#context.model.stream(this.#request, options)
  }

  /** The same end of the answer, with the tokens and costs of earlier attempts in it. */
  #withSpent(finish: Finish): Finish {
    return {
      ...finish,
      usage: addUsage(this.#usage, finish.usage),
      cost: addCost(this.#cost, finish.cost),
    }
  }

  #addingToFinish(inner: AsyncIterator<ModelEvent>): AsyncIterator<ModelEvent> {
    return {
      next: async () => {
        const result = await inner.next()
        if (result.done === true || result.value.type !== 'finish') return result
        return { done: false, value: this.#withSpent(result.value) }
      },
      return: async () => {
        await inner.return?.()
        return END
      },
    }
  }

  #spend(call: CallRecord): void {
    if (call.usageSource === 'none') return
    this.#usage = addUsage(this.#usage, call.usage)
    this.#cost = addCost(this.#cost, costOf(call.costUsd))
  }

  #waitBefore(error: unknown, number: number): number {
    const { policy, random } = this.#context
    if (!(error instanceof MoaError) || !error.retryable || this.#options.signal.aborted) throw error
    if (number >= policy.attempts) throw number === 1 ? error : explained(error, `It failed ${number} times.`)
    const asked = error.retryAfterMs ?? 0
    if (asked > policy.maxWaitMs)
      throw explained(
        error,
        `It asks to wait ${Math.ceil(asked / 1000)} s, longer than the ${policy.maxWaitMs / 1000} s this client waits.`,
      )
    return asked + random.next() * Math.min(policy.maxMs, policy.baseMs * 2 ** (number - 1))
  }

  async #sleep(ms: number): Promise<void> {
    const waiting = linkedController(this.#options.signal)
    this.#waiting = waiting
    try {
      await sleep(ms, waiting.signal, this.#context.clock)
    } catch (error) {
      if (!this.#isClosed()) throw error
    } finally {
      waiting.release()
    }
  }

  /** `return()` may have been called while something was awaited. */
  #isClosed(): boolean {
    return this.#closed
  }
}

const END: IteratorResult<ModelEvent> = { value: undefined, done: true }

/** The same error with one more sentence. */
function explained(error: MoaError, sentence: string): MoaError {
  const { code, message, status, param, requestId, retryable, retryAfterMs, cause } = error
  const end = /[.!?]$/.test(message) ? '' : '.'
  return new MoaError(code, `${message}${end} ${sentence}`, {
    status,
    param,
    requestId,
    retryable,
    retryAfterMs,
    cause,
  })
}
