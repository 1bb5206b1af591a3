import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
  type RateLimiterRes,
} from 'rate-limiter-flexible'
import { MoaError } from '../../core/index.js'
import type { HeaderList } from '../http/exchange.js'
import type { KeyRecord } from './key-store.js'
import type { Sharing } from './sharing.js'

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

/** A key has used up one of its limits; what is left of them stands in the reply's headers. */
export class RateLimited extends MoaError {
  readonly headers: HeaderList

  constructor({ kind, limit, resetMs }: Standing, headers: HeaderList) {
    super(
      'rate_limited',
      `This key may use ${limit} ${kind} per minute; ask again in ${Math.ceil(resetMs / 1000)} s.`,
      { retryable: true, retryAfterMs: resetMs },
    )
    this.headers = headers
  }
}

const FREE: Admission = { headers: [], settle() {} }

/** One limit of this process, and the one it shares with others. */
interface Limiters {
  readonly own: RateLimiterAbstract
  readonly shared: RateLimiterAbstract | undefined
}

interface Counted {
  readonly standing: Standing
  /** The limit does not allow it. */
  readonly refused: boolean
  /** Where it was counted, for what comes later. */
  readonly limiter: RateLimiterAbstract
}

/** Requests and tokens per minute of each key: of this process, or of all that share a Redis, as long as it can be used. */
export class RateLimits {
  readonly #sharing: Sharing | undefined
  readonly #limiters = new Map<string, Limiters>()

  /** @param sharing absent: limits of this process alone */
  constructor(sharing?: Sharing) {
    this.#sharing = sharing
  }

  /**
   * Counts a request against its key's limits. Tokens count when they are known: the estimate of the prompt now, the
   * rest when the run is over.
   *
   * @throws {@link RateLimited} with the time to wait
   * @throws {@link MoaError} `payload_too_large` for a prompt that no minute has room for
   */
  async admit(key: KeyRecord, promptTokens: number): Promise<Admission> {
    const { id, requestsPerMinute, tokensPerMinute } = key
    if (requestsPerMinute === undefined && tokensPerMinute === undefined) return FREE
    if (tokensPerMinute !== undefined) checkPrompt(promptTokens, tokensPerMinute)
    const standings: Standing[] = []
    if (requestsPerMinute !== undefined) {
      const { standing, refused } = await this.#count({
        kind: 'requests',
        limit: requestsPerMinute,
        id,
        points: 1,
      })
      standings.push(standing)
      if (refused) throw new RateLimited(standing, headersOf(standings))
    }
    if (tokensPerMinute === undefined) return { headers: headersOf(standings), settle() {} }
    const wanted = { kind: 'tokens', limit: tokensPerMinute, id, points: promptTokens } as const
    const { standing, limiter, refused } = await this.#count(wanted)
    if (refused) {
      // Tokens that were not used must not keep smaller requests out.
      await limiter.reward(id, promptTokens).catch(() => {})
      throw new RateLimited(standing, headersOf([...standings, standing]))
    }
    return {
      headers: headersOf([...standings, standing]),
      settle(tokens) {
        const rest = tokens - promptTokens
        // A limit that can't be reached any more must not fail a request that is already answered.
        if (rest > 0) limiter.penalty(id, rest).catch(() => {})
        else if (rest < 0) limiter.reward(id, -rest).catch(() => {})
      },
    }
  }

  /** Counts where all gateways count, or here when that fails. */
  async #count(wanted: Wanted): Promise<Counted> {
    const { own, shared } = this.#limitersOf(wanted)
    if (shared !== undefined && this.#sharing?.usable === true)
      try {
        const counted = await consume(shared, wanted)
        this.#sharing.succeeded()
        return counted
      } catch (error) {
        this.#sharing.failed(error as Error)
      }
    return consume(own, wanted)
  }

  #limitersOf({ kind, limit }: Wanted): Limiters {
    const name = `${kind}:${limit}`
    const known = this.#limiters.get(name)
    if (known !== undefined) return known
    const options = { points: limit, duration: MINUTE_S, keyPrefix: `moa:rate:${name}` }
    const storeClient = this.#sharing?.client
    const limiters = {
      own: new RateLimiterMemory(options),
      shared: storeClient && new RateLimiterRedis({ ...options, storeClient }),
    }
    this.#limiters.set(name, limiters)
    return limiters
  }
}

interface Wanted {
  readonly kind: Kind
  readonly limit: number
  readonly id: string
  readonly points: number
}

/** Anything it throws means that the limiter does not work. */
async function consume(limiter: RateLimiterAbstract, { kind, limit, id, points }: Wanted): Promise<Counted> {
  try {
    const result = await limiter.consume(id, points)
    return { standing: standingOf(kind, limit, result), limiter, refused: false }
  } catch (refused) {
    if (refused instanceof Error) throw refused
    return { standing: standingOf(kind, limit, refused as RateLimiterRes), limiter, refused: true }
  }
}

/** Waiting does not help a prompt that is larger than what a whole minute allows. */
function checkPrompt(tokens: number, limit: number): void {
  if (tokens > limit)
    throw new MoaError(
      'payload_too_large',
      `The prompt has about ${tokens} tokens, and this key may use ${limit} per minute; shorten it, or ask for a key with a higher limit.`,
    )
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
