import { MoaError, errorInfo } from '../core/index.js'
import { systemClock, type Clock } from '../util/index.js'
import type { AnswerStore, CacheStats } from './answer-store.js'
import type { CachedAnswer } from './cached-answer.js'

/** Commands that the cache needs; an ioredis client has them. */
export interface RedisCacheClient {
  get(key: string): Promise<string | null>
  set(key: string, value: string, unit: 'PX', ms: number): Promise<unknown>
  strlen(key: string): Promise<number>
  unlink(...keys: string[]): Promise<number>
  hincrby(key: string, field: string, by: number): Promise<unknown>
  hincrbyfloat(key: string, field: string, by: number): Promise<unknown>
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>
  scan(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    most: number,
  ): Promise<[string, string[]]>
}

export interface RedisCacheOptions {
  /** Since an answer was made, in milliseconds. */
  readonly maxAgeMs: number
  readonly clock?: Clock
  /** Told when Redis can't be used, once until it can be again. */
  readonly onProblem?: (problem: MoaError) => void
}

const ANSWERS = 'moa:cache:'
const TOTALS = 'moa:cache-totals'
/** Keys looked at a time. */
const PAGE = 500
/** How long a Redis that failed is left alone, so that not every call waits for it. */
const REST_MS = 2_000

/**
 * Answers that several machines keep in one Redis, each until it is too old. How much there may be is up to Redis
 * (`maxmemory`). While it can't be used the cache is empty, and calls are made.
 */
export class RedisCache implements AnswerStore {
  readonly #connect: () => Promise<RedisCacheClient>
  readonly #maxAgeMs: number
  readonly #clock: Clock
  readonly #onProblem: ((problem: MoaError) => void) | undefined
  readonly #pending = new Set<Promise<void>>()
  #restsUntil = 0
  #failed = false

  /** @param connect asked for every command; may reject */
  constructor(
    connect: () => Promise<RedisCacheClient>,
    { maxAgeMs, clock = systemClock, onProblem }: RedisCacheOptions,
  ) {
    this.#connect = connect
    this.#maxAgeMs = maxAgeMs
    this.#clock = clock
    this.#onProblem = onProblem
  }

  async get(key: string): Promise<CachedAnswer | undefined> {
    const json = await this.#guarded((client) => client.get(ANSWERS + key))
    const answer = typeof json === 'string' ? parsed(json) : undefined
    if (answer === undefined || this.#clock.now() - answer.madeAt > this.#maxAgeMs) return undefined
    this.#later(async (client) => {
      await Promise.all([
        client.hincrby(TOTALS, 'hits', 1),
        client.hincrbyfloat(TOTALS, 'savedUsd', answer.costUsd ?? 0),
      ])
    })
    return answer
  }

  set(key: string, answer: CachedAnswer): void {
    const ms = Math.ceil(answer.madeAt + this.#maxAgeMs - this.#clock.now())
    if (ms > 0) this.#later((client) => client.set(ANSWERS + key, JSON.stringify(answer), 'PX', ms))
  }

  /** Resolves when everything is written that is going to be. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending)
  }

  /** @throws what Redis throws */
  async stats(): Promise<CacheStats> {
    const client = await this.#connect()
    let answers = 0
    let bytes = 0
    for await (const keys of this.#pages(client)) {
      const sizes = await Promise.all(keys.map((key) => client.strlen(key)))
      answers += keys.length
      bytes += sizes.reduce((sum, size) => sum + size, 0)
    }
    const [hits, savedUsd] = await client.hmget(TOTALS, 'hits', 'savedUsd')
    return { answers, bytes, hits: Number(hits ?? 0), savedUsd: Number(savedUsd ?? 0) }
  }

  /**
   * Deletes every answer, for all who use the cache.
   *
   * @returns how many there were
   * @throws what Redis throws
   */
  async clear(): Promise<number> {
    const client = await this.#connect()
    let count = 0
    for await (const keys of this.#pages(client)) count += await client.unlink(...keys)
    await client.unlink(TOTALS)
    return count
  }

  /** A scan may bring a key twice. */
  async *#pages(client: RedisCacheClient): AsyncGenerator<string[]> {
    const seen = new Set<string>()
    let cursor = '0'
    do {
      const [next, found] = await client.scan(cursor, 'MATCH', `${ANSWERS}*`, 'COUNT', PAGE)
      const keys = found.filter((key) => !seen.has(key))
      for (const key of keys) seen.add(key)
      if (keys.length > 0) yield keys
      cursor = next
    } while (cursor !== '0')
  }

  #later(work: (client: RedisCacheClient) => Promise<unknown>): void {
    const pending: Promise<void> = this.#guarded(work).then(() => void this.#pending.delete(pending))
    this.#pending.add(pending)
  }

  async #guarded<T>(work: (client: RedisCacheClient) => Promise<T>): Promise<T | undefined> {
    if (this.#clock.now() < this.#restsUntil) return undefined
    try {
      const result = await work(await this.#connect())
      this.#failed = false
      return result
    } catch (error) {
      this.#restsUntil = this.#clock.now() + REST_MS
      if (!this.#failed) this.#onProblem?.(problemOf(error))
      this.#failed = true
      return undefined
    }
  }
}

function problemOf(error: unknown): MoaError {
  const { message } = errorInfo(error)
  return new MoaError(
    error instanceof MoaError ? error.code : 'unreachable',
    `The cache in Redis can't be used, so calls are made: ${message}`,
    { cause: error },
  )
}

/** What somebody else has put there is no answer. */
function parsed(json: string): CachedAnswer | undefined {
  try {
    const answer = JSON.parse(json) as CachedAnswer | null
    return Array.isArray(answer?.events) ? answer : undefined
  } catch {
    return undefined
  }
}
