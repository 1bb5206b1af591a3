import { MoaError, errorInfo } from '../core/index.js'
import type { Records, Store } from '../store/index.js'
import { systemClock, type Clock } from '../util/index.js'
import type { AnswerStore, CacheStats } from './answer-store.js'
import type { CachedAnswer } from './cached-answer.js'

/** What a cache may hold. */
export interface CacheLimits {
  /** Default 512 MiB. */
  readonly maxBytes: number
  /** Since an answer was made. Default 30 days. */
  readonly maxAgeMs: number
}

const DAY_MS = 24 * 60 * 60 * 1000

export const DEFAULT_CACHE_LIMITS: CacheLimits = { maxBytes: 512 * 1024 * 1024, maxAgeMs: 30 * DAY_MS }

interface Totals {
  readonly hits: number
  readonly savedUsd: number
}

const NO_TOTALS: Totals = { hits: 0, savedUsd: 0 }
const TOTALS_KEY = 'totals'

/** Answers written between two looks at the limits. */
const PRUNE_EVERY = 64

export interface ResponseCacheOptions {
  readonly limits?: CacheLimits
  readonly clock?: Clock
  /** Told once when the store fails; from then on the cache is empty and takes nothing. */
  readonly onProblem?: (problem: MoaError) => void
}

/**
 * Answers by the content of what was asked, in a store with limits of size and age: what has not been of use for
 * longest goes first. A store that fails makes the cache useless, never the call.
 */
export class ResponseCache implements AnswerStore {
  readonly #store: Store
  readonly #answers: Records<CachedAnswer>
  readonly #totals: Records<Totals>
  readonly #limits: CacheLimits
  readonly #clock: Clock
  readonly #onProblem: ((problem: MoaError) => void) | undefined
  #writes = 0
  #broken = false

  constructor(store: Store, options: ResponseCacheOptions = {}) {
    this.#store = store
    this.#answers = store.records<CachedAnswer>('answers')
    this.#totals = store.records<Totals>('totals')
    this.#limits = options.limits ?? DEFAULT_CACHE_LIMITS
    this.#clock = options.clock ?? systemClock
    this.#onProblem = options.onProblem
  }

  /** The answer kept under a key, unless it is too old. */
  get(key: string): CachedAnswer | undefined {
    return this.#guarded(() => {
      const answer = this.#answers.get(key)
      if (answer === undefined || this.#clock.now() - answer.madeAt > this.#limits.maxAgeMs) return undefined
      this.#store.transaction(() => {
        const { hits, savedUsd } = this.#totals.get(TOTALS_KEY) ?? NO_TOTALS
        this.#totals.set(TOTALS_KEY, { hits: hits + 1, savedUsd: savedUsd + (answer.costUsd ?? 0) })
        this.#answers.touch(key)
      })
      return answer
    })
  }

  set(key: string, answer: CachedAnswer): void {
    this.#guarded(() => {
      this.#answers.set(key, answer)
      this.#writes += 1
      if (this.#writes % PRUNE_EVERY === 1) this.#answers.prune(this.#limits)
    })
  }

  /** @throws what the store throws */
  stats(): CacheStats {
    const { count, bytes } = this.#answers.size()
    return { answers: count, bytes, ...(this.#totals.get(TOTALS_KEY) ?? NO_TOTALS) }
  }

  /**
   * Deletes every answer, for all processes that use the cache.
   *
   * @returns how many there were
   * @throws what the store throws
   */
  clear(): number {
    this.#totals.delete(TOTALS_KEY)
    const count = this.#answers.prune({ maxCount: 0 })
    this.#store.compact()
    return count
  }

  close(): void {
    this.#store.close()
  }

  #guarded<T>(work: () => T): T | undefined {
    if (this.#broken) return undefined
    try {
      return work()
    } catch (error) {
      this.#broken = true
      this.#onProblem?.(
        new MoaError('data_invalid', `The cache failed (${errorInfo(error).message}); going on without it.`, {
          cause: error,
        }),
      )
      return undefined
    }
  }
}
