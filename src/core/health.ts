import type { ErrorInfo } from './errors.js'

/** `closed`: calls go through. `open`: they fail at once. `half-open`: the next one is let through as a probe. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** How a circuit breaker stands, as status pages and metrics show it. */
export interface BreakerStatus {
  /** A provider's name for its server as a whole, `provider/model` for one model. */
  readonly upstream: string
  readonly state: BreakerState
  /** Failures in a row. */
  readonly failures: number
  /** Milliseconds until a probe is let through; 0 unless open. */
  readonly probeInMs: number
  /** The failure that counted last. */
  readonly lastError?: ErrorInfo
}
