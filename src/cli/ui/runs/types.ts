import type { ChatRequest } from '../../../core/request.js'
import type { CallRecord, SlotRef } from '../../../core/call.js'
import type { Degradation } from '../../../core/events.js'
import type { RunTrace } from '../../../core/run-trace.js'
import type { Cost, Usage } from '../../../core/usage.js'

/** A run in the list. */
export type ListedRun = Pick<
  RunTrace,
  'id' | 'at' | 'durationMs' | 'source' | 'recipe' | 'outcome' | 'finishReason' | 'cost' | 'simulated'
> & { readonly calls: number; readonly degraded: number; readonly question?: string }

export interface RunList {
  /** Absent: runs are kept. */
  readonly off?: 'disabled'
  /** What is asked and answered is kept as well. */
  readonly content: boolean
  readonly runs: readonly ListedRun[]
  /** There are older ones, from here on. */
  readonly before?: number
}

/** What one call was sent, word for word, and what came of it. */
export interface CallText {
  readonly slot?: SlotRef
  readonly model: string
  readonly request: ChatRequest
  readonly answer: string
  readonly reasoning: string
  readonly problem?: string
}

export interface RunDocument {
  readonly trace: RunTrace
  /** Absent where nothing but the timeline is kept. */
  readonly texts?: readonly CallText[]
  /** The run can be answered anew from its proposals. */
  readonly again: boolean
  /** Names of its proposers. */
  readonly proposers: readonly string[]
}

/** An answer from the proposals of a run. */
export interface AgainAnswer {
  /** The run it was, kept like any other. */
  readonly id?: string
  readonly aggregator: string
  readonly mode: string
  readonly text: string
  readonly durationMs: number
  /** Of what was asked now; the proposals were paid for before. */
  readonly usage: Usage
  readonly cost: Cost
  readonly calls: readonly CallRecord[]
  readonly degraded: readonly Degradation[]
}

/** Two answers to one question. `a` and `b` stand in a random order; who wrote which is told after the vote. */
export interface Comparison {
  readonly id: string
  readonly at: number
  readonly question: string
  readonly sides: Readonly<Record<Side, ComparisonSide>>
  /** Names are hidden until somebody has voted. */
  readonly blind: boolean
  readonly vote?: Vote
}

export type Side = 'a' | 'b'
export type Vote = Side | 'tie'

export interface ComparisonSide {
  /** Absent while it is hidden. */
  readonly name?: string
  readonly state: 'running' | 'done' | 'failed'
  readonly text: string
  readonly problem?: string
  /** Hidden like the name: they give away who it is. */
  readonly durationMs?: number
  readonly cost?: Cost
  readonly calls?: number
}

/** A contestant in the leaderboard of one's own votes. */
export interface Standing {
  readonly name: string
  /** Bradley-Terry strength on the Elo scale around 1000; `null` until it can be told. */
  readonly rating: number | null
  readonly wins: number
  readonly losses: number
  readonly ties: number
}

export interface Leaderboard {
  readonly votes: number
  readonly standings: readonly Standing[]
}
