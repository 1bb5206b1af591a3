import type { CallRecord, SlotRef } from './call.js'
import type { ErrorInfo } from './errors.js'
import type { Cost, Usage } from './usage.js'

/**
 * Why an answer ended. `length`: cut by a token limit. `error`: the answer broke off and could not be
 * continued; what was streamed is kept and the reasons are in `degraded`.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'error'

/** Log-probability of one answer token and of the likeliest alternatives at its place (natural logarithm). */
export interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  readonly bytes?: readonly number[] | null
  readonly topLogprobs: readonly {
    readonly token: string
    readonly logprob: number
    readonly bytes?: readonly number[] | null
  }[]
}

export interface AnswerStart {
  readonly type: 'answer-start'
  /** The upstream's id of the answer. */
  readonly id?: string
  /** The model that answers, as the upstream names it. */
  readonly model: string
}

export interface AnswerDelta {
  readonly type: 'answer-delta'
  readonly text: string
  readonly logprobs?: readonly TokenLogprob[]
}

export interface ReasoningDelta {
  readonly type: 'reasoning-delta'
  readonly text: string
}

export interface RefusalDelta {
  readonly type: 'refusal-delta'
  readonly text: string
}

/** A fragment of a tool call. The first fragment of each `index` carries `id` and `name`. */
export interface ToolCallDelta {
  readonly type: 'tool-call-delta'
  /** Which call of the answer, from 0. */
  readonly index: number
  readonly id?: string
  readonly name?: string
  /** The next piece of the JSON arguments; may be empty. */
  readonly arguments: string
}

/** The one terminal event of a stream. */
export interface Finish {
  readonly type: 'finish'
  readonly reason: FinishReason
  /** Sum over every call made for this answer. */
  readonly usage: Usage
  readonly cost: Cost
  readonly systemFingerprint?: string
  /** Why the answer is not what the recipe asked for in full; absent when it is. */
  readonly degraded?: readonly Degradation[]
}

export type AnswerEvent = AnswerStart | AnswerDelta | ReasoningDelta | RefusalDelta | ToolCallDelta | Finish

/** One answer of a proposer, usable as a reference for the next stage. */
export interface Proposal {
  readonly slot: SlotRef
  /** Trimmed; reasoning is not part of it. */
  readonly text: string
  readonly finishReason: FinishReason
  /** The model that answered, as the upstream names it. */
  readonly model: string
  readonly usage: Usage
  readonly cost: Cost
  /** Milliseconds from the start of the stage's call to its end. */
  readonly durationMs: number
}

export type DegradationCode =
  /** A slot gave no usable proposal. */
  | 'proposer-failed'
  /** A slot was still working when the time was up. */
  | 'proposer-dropped'
  /** A whole stage came out empty. */
  | 'no-proposals'
  /** Somebody else than the recipe's aggregator wrote the answer. */
  | 'aggregator-fallback'
  /** The answer broke off; another model continued it. */
  | 'answer-continued'
  /** The answer broke off and could not be continued. */
  | 'answer-broken-off'
  /** The deadline cut something short. */
  | 'deadline'
  /** The budget cut something short. */
  | 'budget'
  /** A judge stage could not do its work. */
  | 'judge-failed'
  /** Anything else that differs from the recipe, shortened proposals for one. */
  | 'deviation'

/** One way in which a run fell short of its recipe. */
export interface Degradation {
  readonly code: DegradationCode
  /** One sentence for people. */
  readonly message: string
  readonly slot?: SlotRef
}

export interface StageSummary {
  readonly kind: string
  readonly slots: readonly SlotRef[]
}

export interface RunStart {
  readonly type: 'run-start'
  readonly runId: string
  readonly recipe: string
  /** Content hash of the recipe. */
  readonly recipeHash: string
  readonly stages: readonly StageSummary[]
}

export interface StageStart {
  readonly type: 'stage-start'
  readonly stage: number
  readonly kind: string
}

export interface ProposalStart {
  readonly type: 'proposal-start'
  readonly slot: SlotRef
}

/** Only sent when live proposals were asked for. */
export interface ProposalDelta {
  readonly type: 'proposal-delta'
  readonly slot: SlotRef
  readonly text: string
}

export interface ProposalEnd {
  readonly type: 'proposal-end'
  readonly proposal: Proposal
}

/** The slot gave no usable answer; the run goes on without it. */
export interface ProposalFailed {
  readonly type: 'proposal-failed'
  readonly slot: SlotRef
  readonly error: ErrorInfo
  readonly durationMs: number
}

/** The slot was still working when its stage ended; its call was aborted. */
export interface ProposalDropped {
  readonly type: 'proposal-dropped'
  readonly slot: SlotRef
  readonly reason: string
  readonly durationMs: number
}

/** A rank stage is done. */
export interface RankingEnd {
  readonly type: 'ranking-end'
  readonly stage: number
  /** All proposals, best first. */
  readonly order: readonly { readonly slot: SlotRef; readonly score: number }[]
  /** How many of them go on. */
  readonly kept: number
}

/** A vote stage is done. */
export interface VoteEnd {
  readonly type: 'vote-end'
  readonly stage: number
  /** The normalised final answer of every proposal; `null` where none could be read. */
  readonly answers: readonly { readonly slot: SlotRef; readonly answer: string | null }[]
  readonly winner: string | null
  readonly votes: number
}

/** A gate has decided. */
export interface GateEnd {
  readonly type: 'gate-end'
  readonly stage: number
  /** How far the proposals agree, 0 to 1. */
  readonly agreement: number
  readonly threshold: number
  readonly measure: 'answer' | 'text'
  /** The run stops here and answers with a proposal. */
  readonly stopped: boolean
}

/** A critic has reviewed the proposals. */
export interface ReviewEnd {
  readonly type: 'review-end'
  readonly slot: SlotRef
  readonly text: string
}

export interface StageEnd {
  readonly type: 'stage-end'
  readonly stage: number
  readonly kind: string
  /** Usable proposals the next stage gets. */
  readonly proposals: number
  readonly durationMs: number
}

export interface Degraded {
  readonly type: 'degraded'
  readonly degradation: Degradation
}

export interface CallSettled {
  readonly type: 'call-settled'
  readonly call: CallRecord
}

export type ProgressEvent =
  | RunStart
  | StageStart
  | ProposalStart
  | ProposalDelta
  | ProposalEnd
  | ProposalFailed
  | ProposalDropped
  | RankingEnd
  | VoteEnd
  | GateEnd
  | ReviewEnd
  | StageEnd
  | Degraded
  | CallSettled

/** Everything a {@link Model} can say while it answers. */
export type ModelEvent = AnswerEvent | ProgressEvent
