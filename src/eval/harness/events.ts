import type { ErrorInfo } from '../../core/errors.js'
import type { Count, RunStatus } from './eval-log.js'

export type Phase = 'answers' | 'judgments'

/** What a run tells while it goes on. */
export type EvalEvent =
  | { readonly type: 'run-start'; readonly run: string; readonly resumed: boolean }
  | { readonly type: 'phase-start'; readonly phase: Phase; readonly count: Count }
  | ({ readonly type: 'item-end'; readonly phase: Phase; readonly item: string } & Progress)
  | ({
      readonly type: 'item-failed'
      readonly phase: Phase
      readonly item: string
      readonly error: ErrorInfo
    } & Progress)
  | { readonly type: 'run-end'; readonly run: string; readonly status: RunStatus; readonly reason?: string }

/** How far a phase has come. */
export interface Progress {
  readonly count: Count
  /** Items a minute, over the last minute; absent before the first. */
  readonly perMinute?: number
  /** Milliseconds the phase will still take at this pace. */
  readonly remainingMs?: number
  /** US dollars paid for the whole run so far. */
  readonly spentUsd: number
}
