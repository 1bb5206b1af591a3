import type { EvalDocument } from './document.js'

/** What somebody thinks of an answer, against the baseline's. */
export const VOTES = ['better', 'tie', 'worse'] as const
export type Vote = (typeof VOTES)[number]

/** A vote as it is kept. */
export interface KeptVote {
  readonly item: string
  readonly contestant: string
  readonly vote: Vote
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A run of the list. */
export interface EvaluationSummary extends Pick<
  EvalDocument,
  'id' | 'benchmark' | 'status' | 'reason' | 'createdAt' | 'baseline' | 'judges'
> {
  readonly contestants: readonly string[]
  readonly answers: number
  readonly judgments: number
  readonly spentUsd: number
}

/** The single model that won most in an evaluation run. */
export interface BestModel {
  /** Its address. */
  readonly model: string
  /** The figure that ranks, such as a length-controlled win rate in percent. */
  readonly rate: number
  readonly label: string
  /** The run that says so, and its benchmark's name. */
  readonly run: string
  readonly title: string
}

/** A run with what its viewer has voted; `unchanged` when it is what the viewer has already. */
export type EvaluationReply =
  | { readonly unchanged: true; readonly revision: string }
  | { readonly revision: string; readonly document: EvalDocument; readonly votes: readonly KeptVote[] }
