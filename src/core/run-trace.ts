import type { CallRecord } from './call.js'
import type { ErrorInfo } from './errors.js'
import type { Degradation, FinishReason, GateEnd, RankingEnd, VoteEnd } from './events.js'
import type { Message } from './message.js'
import type { Cost, Usage } from './usage.js'

/** Version of {@link RunTrace}; rises when a reader of the one before could misread it. */
export const TRACE_VERSION = 1

/**
 * What became of one run: plain data for histories, timelines and statistics. All times are milliseconds from the run's
 * beginning, except where they say otherwise. What was asked and answered is in `content` alone.
 */
export interface RunTrace {
  readonly version: typeof TRACE_VERSION
  readonly id: string
  /** When the run began, in milliseconds since the epoch. */
  readonly at: number
  readonly durationMs: number
  /** Who asked: `cli`, `gateway`, or what a program calls itself. */
  readonly source: string
  /** The recipe's name, or a single model's address. */
  readonly recipe: string
  /** Absent for a single model. */
  readonly recipeHash?: string
  /** Simulated models took part. */
  readonly simulated?: true
  /** `aborted`: whoever asked went away. */
  readonly outcome: 'finished' | 'failed' | 'aborted'
  readonly finishReason?: FinishReason
  readonly error?: ErrorInfo
  /** To the first piece of the answer; absent when none came. */
  readonly firstTokenMs?: number
  /** Time the whole answer was allowed to take, where the request said so. */
  readonly deadlineMs?: number
  readonly usage: Usage
  readonly cost: Cost
  readonly degraded: readonly Degradation[]
  /** A single model is one stage with one slot. */
  readonly stages: readonly StageTrace[]
  /** Every upstream call, in the order in which they ended; `startedAt` counts since the epoch. */
  readonly calls: readonly CallRecord[]
  /** Only kept where that is allowed. */
  readonly content?: TraceContent
}

export interface StageTrace {
  readonly kind: string
  /** Absent for a stage that was never reached. */
  readonly startMs?: number
  /** Absent for a stage that did not end by itself. */
  readonly durationMs?: number
  readonly slots: readonly SlotTrace[]
  /** What a stage that weighs proposals came to. */
  readonly result?: RankingEnd | VoteEnd | GateEnd
}

export interface SlotTrace {
  readonly name: string
  readonly model: string
  /** `used`: its answer went into the run. `idle`: it was never asked. */
  readonly outcome: 'used' | 'failed' | 'dropped' | 'idle'
  readonly startMs?: number
  readonly durationMs?: number
  /** Why it failed or was dropped. */
  readonly reason?: string
}

export interface TraceContent {
  readonly messages: readonly Message[]
  readonly answer: string
  readonly proposals: readonly { readonly stage: number; readonly slot: number; readonly text: string }[]
}

/** The calls made for a slot, and not those of a recipe inside it at the same place. */
export function callsOf(
  { recipeHash, stages, calls }: Pick<RunTrace, 'recipeHash' | 'stages' | 'calls'>,
  place: { readonly stage: number; readonly index: number },
): CallRecord[] {
  if (recipeHash === undefined) return [...calls]
  const model = stages[place.stage]?.slots[place.index]?.model
  return calls.filter(
    ({ slot }) => slot?.stage === place.stage && slot.index === place.index && slot.model === model,
  )
}
