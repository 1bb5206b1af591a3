import type { CallRecord, ChatRequest } from '../core/index.js'
import { systemClock, type Abortable, type Clock } from '../util/index.js'
import { estimateRequestTokens } from './call-ledger.js'
import { TokenBucket } from './token-bucket.js'

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

  /** Requests waiting right now. */
  get waiting(): number {
    return (this.#requests?.waiting ?? 0) + (this.#tokens?.waiting ?? 0)
  }

  /** Waits until one more request may go out. */
  async admit(request: ChatRequest, signal: Abortable): Promise<Admission> {
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
export interface Admission {
  /** Replaces the guess by what the call came to. */
  correct(call: CallRecord): void
  /** The request was not made after all. */
  cancel(): void
}
