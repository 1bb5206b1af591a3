import {
  NO_COST,
  NO_USAGE,
  PulledStream,
  addCost,
  addUsage,
  costOf,
  readEvents,
  withOnCall,
  wrapModel,
  type CallRecord,
  type ChatRequest,
  type Cost,
  type EventReader,
  type EventStream,
  type Finish,
  type Model,
  type ModelEvent,
  type StreamOptions,
  type Usage,
} from '../core/index.js'
import {
  Scope,
  sleep,
  systemClock,
  type Abortable,
  type Clock,
  type Limiter,
  type Random,
} from '../util/index.js'
import type { CallBreakers, Passage } from './provider-breakers.js'
import type { Admission, RateLimits } from './rate-limits.js'
import { RETRY_DEFAULTS, waitBeforeRetry, type RetryPolicy } from './retry.js'

/** What stands around the calls of a model. Absent guards let everything through. */
export interface Guards {
  /**
   * A call takes one of its places at its first event and gives it back when it ends in whatever way; a retried call
   * keeps its place.
   */
  readonly limiter?: Limiter
  /**
   * Asks again when the model fails with a retryable error before its first event. After that event the answer has
   * begun and nothing is repeated. Each attempt is a {@link CallRecord} of its own, numbered in `attempt`; what failed
   * attempts spent is added to the `finish` event. Waits a random time up to an exponentially growing bound, on top
   * of what the upstream asks for.
   */
  readonly retry?: RetryPolicy
  /** Every attempt counts; a call that would be refused does not wait for a place first, and is not retried. */
  readonly breakers?: CallBreakers
  /**
   * Every attempt waits until they allow one more request. Tokens are guessed before (the prompt, and `maxTokens` when
   * the request has it) and corrected after the call.
   */
  readonly rates?: RateLimits
  readonly clock?: Clock
  /** For the jitter of retries. Default `Math.random`. */
  readonly random?: Pick<Random, 'next'>
}

/**
 * The same model with guards around it: concurrency around retries around breakers around rates.
 *
 * @throws the last attempt's error, with the attempts counted in its message; `circuit_open` by its breakers
 */
export function guarded(model: Model, guards: Guards): Model {
  const {
    limiter,
    breakers,
    rates,
    retry,
    clock = systemClock,
    random = { next: () => Math.random() },
  } = guards
  const policy = { ...RETRY_DEFAULTS, ...(retry ?? { attempts: 1 }) }
  const context: Context = { model, limiter, breakers, rates, policy, clock, random }
  return wrapModel(model, (request, options) => new GuardedCall(context, request, options), {
    passesScope: true,
  })
}

interface Context {
  readonly model: Model
  readonly limiter: Limiter | undefined
  readonly breakers: CallBreakers | undefined
  readonly rates: RateLimits | undefined
  readonly policy: Required<RetryPolicy>
  readonly clock: Clock
  readonly random: Pick<Random, 'next'>
}

/**
 * One call and all of its attempts. An object with callbacks instead of async functions, and one for all guards:
 * thousands of these wait for their models at a time, and a waiting async function keeps its whole frame.
 */
class GuardedCall implements EventStream, EventReader {
  readonly #context: Context
  readonly #request: ChatRequest
  readonly #options: StreamOptions
  #reader: EventReader = NOBODY
  /** It has a place of the limiter. */
  #placed = false
  #attempt = 0
  /** The attempt has begun to answer. */
  #answering = false
  #left = false
  #waiting: Scope | undefined
  #events: EventStream | undefined
  #passage: Passage | undefined
  #admission: Admission | undefined
  /** Settled in this attempt. */
  #calls: CallRecord[] | undefined
  /** Spent by failed attempts. */
  #usage: Usage = NO_USAGE
  #cost: Cost = NO_COST

  constructor(context: Context, request: ChatRequest, options: StreamOptions) {
    this.#context = context
    this.#request = request
    this.#options = options
  }

  [Symbol.asyncIterator](): AsyncIterator<ModelEvent> {
    return new PulledStream({ read: (reader) => this.read(reader), leave: () => this.#leave() })
  }

  read(reader: EventReader): void {
    this.#reader = reader
    const { breakers, limiter } = this.#context
    try {
      breakers?.check()
    } catch (error) {
      reader.fail(error)
      return
    }
    if (limiter === undefined) this.#try()
    else if (limiter.enter()) {
      this.#placed = true
      this.#try()
    } else
      limiter.acquire(this.#wait()).then(
        () => {
          this.#placed = true
          this.#try()
        },
        (error: unknown) => this.#giveUp(error),
      )
  }

  /** What a wait of this call ends with: the call itself, or its reader's leaving. */
  #wait(): Abortable {
    const { scope, signal } = this.#options
    return (this.#waiting ??= new Scope(scope ?? signal))
  }

  #try(): void {
    this.#attempt += 1
    this.#calls = undefined
    this.#admission = undefined
    const { breakers, rates } = this.#context
    try {
      this.#passage = breakers?.enter()
      if (rates === undefined) this.#open()
      else this.#admit(rates)
    } catch (error) {
      this.fail(error)
    }
  }

  #admit(rates: RateLimits): void {
    rates.admit(this.#request, this.#wait()).then(
      (admission) => {
        this.#admission = admission
        if (this.#left) admission.cancel()
        this.#open()
      },
      (error: unknown) => this.fail(error),
    )
  }

  #open(): void {
    if (this.#left) {
      this.fail(undefined)
      return
    }
    const options = withOnCall(this.#options, (call) => this.#settle(call))
    try {
      this.#events = this.#context.model.stream(this.#request, options)
    } catch (error) {
      this.fail(error)
      return
    }
    readEvents(this.#events, this)
  }

  #settle(call: CallRecord): void {
    this.#passage?.tell(call)
    this.#admission?.correct(call)
    if (this.#calls) this.#calls.push(call)
    else this.#calls = [call]
    const before = this.#attempt - 1
    this.#options.onCall?.(before === 0 ? call : { ...call, attempt: call.attempt + before })
  }

  /** For the attempt alone. */
  event(event: ModelEvent): Promise<void> | undefined {
    this.#answering = true
    if (event.type !== 'finish') return this.#reader.event(event)
    // The call is over, even when its reader takes a while for the last event.
    this.#giveBack()
    return this.#reader.event(this.#usage === NO_USAGE ? event : this.#withSpent(event))
  }

  /** The same end of the answer, with the tokens and costs of earlier attempts in it. */
  #withSpent(finish: Finish): Finish {
    return {
      ...finish,
      usage: addUsage(this.#usage, finish.usage),
      cost: addCost(this.#cost, finish.cost),
    }
  }

  /** For the attempt alone. */
  fail(error: unknown): void {
    // What has not been settled by now was never made.
    this.#passage?.tell(undefined)
    if (this.#answering || this.#left || this.#aborted()) {
      this.#giveUp(error)
      return
    }
    const { clock } = this.#context
    let ms: number
    try {
      ms = waitBeforeRetry(error, this.#attempt, this.#context)
    } catch (final) {
      this.#giveUp(final)
      return
    }
    for (const call of this.#calls ?? []) this.#spend(call)
    sleep(ms, this.#wait(), clock).then(
      () => this.#try(),
      (reason: unknown) => this.#giveUp(reason),
    )
  }

  #spend(call: CallRecord): void {
    if (call.usageSource === 'none') return
    this.#usage = addUsage(this.#usage, call.usage)
    this.#cost = addCost(this.#cost, costOf(call.costUsd))
  }

  #aborted(): boolean {
    const { scope, signal } = this.#options
    return (scope ?? signal).aborted
  }

  /** For the attempt alone. */
  end(): void {
    this.#passage?.tell(undefined)
    this.#over()
    this.#reader.end()
  }

  #giveUp(error: unknown): void {
    this.#over()
    this.#reader.fail(error)
  }

  #over(): void {
    this.#giveBack()
    this.#waiting?.release()
  }

  #giveBack(): void {
    if (!this.#placed) return
    this.#placed = false
    this.#context.limiter?.leave()
  }

  /** The reader is gone: ends whatever is waited for. */
  #leave(): void {
    this.#left = true
    this.#waiting?.abort()
    const events = this.#events
    if (events && 'return' in events) void (events as AsyncIterableIterator<ModelEvent>).return?.()
  }
}

const NOBODY: EventReader = { event: () => undefined, end: () => {}, fail: () => {} }
