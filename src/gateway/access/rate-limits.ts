import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
  type RateLimiterRes,
} from 'rate-limiter-flexible'
import { MoaError } from '../../core/index.js'
import type { HeaderList } from '../http/exchange.js'
import type { KeyRecord } from './key-store.js'

const MINUTE_S = 60

type Kind = 'requests' | 'tokens'

/** What one of a key's limits has left. */
interface Standing {
  readonly kind: Kind
  readonly limit: number
  readonly remaining: number
  readonly resetMs: number
}

/** A request that was let in: what to tell the client, and what to book when its tokens are known. */
export interface Admission {
  readonly headers: HeaderList
  settle(tokens: number): void
}

const FREE: Admission = { headers: [], settle() {} }

/** Requests and tokens per minute of each key; shared by all processes when there is a Redis client. */
export class RateLimits {
  readonly #redis: unknown
  readonly #limiters = new Map<string, RateLimiterAbstract>()

  /** @param redis an ioredis client; absent: limits of this process alone */
  constructor(redis?: unknown) {
    this.#redis = redis
  }

  /**
   * Counts a request against its key's limits. Tokens count when they are known: the estimate of the prompt now, the
   * rest when the run is over.
   *
   * @throws {@link MoaError} `rate_limited` with the time to wait
   */
  async admit(key: KeyRecord, promptTokens: number): Promise<Admission> {
    const { id, requestsPerMinute, tokensPerMinute } = key
    if (requestsPerMinute === undefined && tokensPerMinute === undefined) return FREE
    const standings: Standing[] = []
    if (requestsPerMinute !== undefined)
      standings.push(await this.#consume({ kind: 'requests', limit: requestsPerMinute, id, points: 1 }))
    if (tokensPerMinute === undefined) return { headers: headersOf(standings), settle() {} }
    standings.push(await this.#consume({ kind: 'tokens', limit: tokensPerMinute, id, points: promptTokens }))
    const limiter = this.#limiter('tokens', tokensPerMinute)
    return {
      headers: headersOf(standings),
      settle(tokens) {
        const rest = tokens - promptTokens
        // A limit that can't be reached any more must not fail a request that is already answered.
        if (rest > 0) limiter.penalty(id, rest).catch(() => {})
        else if (rest < 0) limiter.reward(id, -rest).catch(() => {})
      },
    }
  }

  async #consume({
    kind,
    limit,
    id,
    points,
  }: {
    kind: Kind
    limit: number
    id: string
    points: number
  }): Promise<Standing> {
    const limiter = this.#limiter(kind, limit)
    try {
      return standingOf(kind, limit, await limiter.consume(id, points))
    } catch (refused) {
      if (refused instanceof Error) throw refused
      const { msBeforeNext } = refused as RateLimiterRes
      throw new MoaError(
        'rate_limited',
        `This key may use ${limit} ${kind} per minute; ask again in ${Math.ceil(msBeforeNext / 1000)} s.`,
        { retryable: true, retryAfterMs: msBeforeNext },
      )
    }
  }

  #limiter(kind: Kind, points: number): RateLimiterAbstract {
    const name = `${kind}:${points}`
    let limiter = this.#limiters.get(name)
    if (limiter === undefined) {
      const options = { points, duration: MINUTE_S, keyPrefix: `moa:rate:${name}` }
      const memory = new RateLimiterMemory(options)
      limiter =
        this.#redis === undefined
          ? memory
          : new RateLimiterRedis({ ...options, storeClient: this.#redis, insuranceLimiter: memory })
      this.#limiters.set(name, limiter)
    }
    return limiter
  }
}

const standingOf = (kind: Kind, limit: number, result: RateLimiterRes): Standing => ({
  kind,
  limit,
  remaining: result.remainingPoints,
  resetMs: result.msBeforeNext,
})

function headersOf(standings: readonly Standing[]): HeaderList {
  return standings.flatMap(({ kind, limit, remaining, resetMs }) => [
    `x-ratelimit-limit-${kind}`,
    String(limit),
    `x-ratelimit-remaining-${kind}`,
    String(Math.max(0, remaining)),
    `x-ratelimit-reset-${kind}`,
    `${(resetMs / 1000).toFixed(3)}s`,
  ])
}
