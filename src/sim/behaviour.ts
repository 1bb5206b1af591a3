import type { Fault } from './fault.js'

/** When a fault strikes: the first `calls` calls it is asked about (then the next rule's turn comes), or by chance. */
export interface FaultRule {
  readonly fault: Fault
  readonly calls?: number
  readonly probability?: number
}

/** What modifiers make of a simulated model. */
export interface Behaviour {
  readonly faults: readonly FaultRule[]
  /** Milliseconds to the first piece. */
  readonly first?: number
  /** Milliseconds between pieces. */
  readonly pace?: number
  /** Milliseconds a piece takes when it comes in two halves, cut anywhere. */
  readonly drip?: number
  /** Milliseconds refused calls are told to wait. */
  readonly retryAfter?: number
  /** Exact length of the answer. */
  readonly tokens?: number
  /** Tokens after which the answer is cut with finish reason `length`. */
  readonly cutAfter?: number
  readonly reasons?: boolean
  readonly body?: 'empty' | 'whitespace' | 'garbage'
  readonly filtered?: boolean
  readonly usage?: 'none' | 'every-chunk'
}
