import type { BreakerStatus } from '../../../core/health.js'

/** What came of asking a provider for its models. */
export interface Reach {
  readonly ok: boolean
  readonly latencyMs: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly models?: number
  readonly message?: string
}

export interface ProviderStatus {
  readonly name: string
  readonly host: string
  readonly local: boolean
  /** Where its key came from; absent when it needs none or has none. */
  readonly keyFrom?: string
  readonly limits: {
    readonly concurrency?: number
    readonly requestsPerMinute?: number
    readonly tokensPerMinute?: number
  }
  /** Absent until it was asked for the first time. */
  readonly reach?: Reach
}

export interface LiveRunStatus {
  readonly model: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly key?: string
}

/** What one recipe or model cost with one key today. */
export interface SpendLine {
  readonly model: string
  /** Empty while no keys are in use. */
  readonly keyId: string
  readonly runs: number
  readonly failed: number
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars of the calls whose price is known. */
  readonly usd: number
  readonly unpricedCalls: number
}

/** How the gateway is doing. */
export interface StatusDocument {
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly startedAt: number
  readonly files: readonly string[]
  readonly warnings: readonly string[]
  readonly memoryBytes: number
  /** Runs and spending of all keys are shown, not of one's own alone. */
  readonly everybody: boolean
  readonly keys: boolean
  readonly runs: { readonly most: number; readonly count: number; readonly live: readonly LiveRunStatus[] }
  readonly providers: readonly ProviderStatus[]
  readonly probing: boolean
  readonly breakers: readonly BreakerStatus[]
  readonly spend: { readonly day: string; readonly lines: readonly (SpendLine & { readonly key: string })[] }
}
