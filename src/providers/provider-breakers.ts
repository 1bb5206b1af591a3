import type { BreakerStatus, CallRecord, ErrorCode, ErrorInfo } from '../core/index.js'
import { Breaker, type BreakerOptions, type Ticket, type Verdict } from './breaker.js'

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

/** The breakers a call has to pass. */
export interface CallBreakers {
  /** Refuses early what `enter` would refuse. @throws {@link MoaError} `circuit_open` */
  check(): void
  /** Asks to make a call. @throws {@link MoaError} `circuit_open` */
  enter(): Passage
}

/** A call that was let through: tells the breakers how it went. */
export class Passage {
  readonly #server: Breaker
  readonly #model: Breaker
  readonly #serverTicket: Ticket
  readonly #modelTicket: Ticket
  #told = false

  constructor(server: Breaker, model: Breaker) {
    this.#server = server
    this.#model = model
    this.#serverTicket = server.enter()
    this.#modelTicket = model.enter()
  }

  /** Takes the record of the call, or `undefined` when no call was made after all; only the first time counts. */
  tell(call: CallRecord | undefined): void {
    if (this.#told) return
    this.#told = true
    this.#server.tell(this.#serverTicket, call && verdictOf(call, SERVER_FAILURES))
    // Whether the model is well can't be seen while its server can't be reached.
    const unseen = call?.error !== undefined && SERVER_FAILURES.has(call.error.code)
    this.#model.tell(
      this.#modelTicket,
      call === undefined || unseen ? undefined : verdictOf(call, MODEL_FAILURES),
    )
  }
}

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

  /** Those of one model: what its calls go through. @param model the model's name at the provider */
  of(model: string): CallBreakers {
    return {
      check: () => {
        this.#server.check()
        this.#models.get(model)?.check()
      },
      enter: () => {
        const breaker = this.#breakerOf(model)
        breaker.check()
        return new Passage(this.#server, breaker)
      },
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
