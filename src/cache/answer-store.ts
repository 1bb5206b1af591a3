import type { CachedAnswer } from './cached-answer.js'

/** Where answers are kept, by the hash of what was asked. */
export interface AnswerStore {
  /** The answer under a key, unless it is too old. Never throws or rejects: a store that fails has nothing. */
  get(key: string): CachedAnswer | undefined | Promise<CachedAnswer | undefined>
  set(key: string, answer: CachedAnswer): void
}

/** What a cache holds and has brought. */
export interface CacheStats {
  readonly answers: number
  readonly bytes: number
  /** Calls answered from it since it was last cleared. */
  readonly hits: number
  /** US dollars those calls would have cost, as far as their price is known. */
  readonly savedUsd: number
}
