import type { Sampling } from '../core/index.js'
import type { PanelPolicy } from './policy.js'

/** How proposals are shown to the next model; see docs/recipes.md. */
export type PromptMode = 'native' | 'together'

/** Fields of the client's request that a recipe may pass on to its proposers. */
export const INHERITABLE = [
  'temperature',
  'topP',
  'frequencyPenalty',
  'presencePenalty',
  'stop',
  'seed',
  'maxTokens',
  'reasoningEffort',
] as const satisfies readonly (keyof Sampling)[]

export type InheritableField = (typeof INHERITABLE)[number]

/** One place in a recipe: a model with its own sampling, system prompt and limits. */
export interface Slot extends Sampling {
  /** `provider/model`, or the name of another recipe. */
  readonly model: string
  /** What people see instead of the model's address. */
  readonly name?: string
  /** Added to the system message this slot gets. */
  readonly system?: string
  /** Context window in tokens, when the model's own is unknown or should be used in part. */
  readonly contextTokens?: number
  /** Longest time for the whole call, retries included, in milliseconds. */
  readonly timeoutMs?: number
  /** Longest time to the first token. Makes the call stream. */
  readonly firstTokenTimeoutMs?: number
  /** Longest silence between tokens. Makes the call stream. */
  readonly stallTimeoutMs?: number
  /** Ignore the sampling of the client's request, for exact reproduction. Default false. */
  readonly pinned?: boolean
  /** Provider-specific fields, merged into the request body. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** A slot as people write it: with `samples: k` it stands for k slots of the same model. */
export interface SlotInput extends Slot {
  readonly samples?: number
}

/** A panel answers in parallel; each member sees the proposals so far. */
export interface ProposeStage {
  readonly kind: 'propose'
  readonly slots: readonly (string | SlotInput)[]
  /** Straggler policy of this panel, over the recipe's. */
  readonly policy?: PanelPolicy
}

/** Orders the proposals, best first. */
export interface RankStage {
  readonly kind: 'rank'
  /** The judge, then those that take over when it fails. Not with `by: peers`. */
  readonly slots?: readonly (string | SlotInput)[]
  /**
   * `judge` (default): one model ranks all. `peers`: every proposer ranks the others' anonymous proposals, never
   * its own; places are summed (Borda).
   */
  readonly by?: 'judge' | 'peers'
  /** Proposals that go on to the next stage. Default all. */
  readonly keep?: number
}

/** Finds the final answer most proposals agree on; only those that give it go on. */
export interface VoteStage {
  readonly kind: 'vote'
}

/** Ends the run with the most central proposal when the proposals agree; else the run goes on. */
export interface GateStage {
  readonly kind: 'gate'
  /** Agreement from which the run stops, 0 to 1. Default 0.7. */
  readonly threshold?: number
}

/** A critic reviews the proposals; whoever reads them next reads the review too. */
export interface CritiqueStage {
  readonly kind: 'critique'
  readonly slots: readonly (string | SlotInput)[]
}

/** Writes the answer. */
export interface SynthesizeStage {
  readonly kind: 'synthesize'
  /** The aggregator first, then those that take over when it fails. */
  readonly slots: readonly (string | SlotInput)[]
  /**
   * Shows the aggregator at most so many proposals at a time; the best answer so far stays among them
   * (Self-MoA-Seq, arXiv 2502.00674). Default: all at once.
   */
  readonly window?: number
}

/** Answers with the first proposal word for word. */
export interface PickStage {
  readonly kind: 'pick'
}

export type StageInput =
  ProposeStage | RankStage | VoteStage | GateStage | CritiqueStage | SynthesizeStage | PickStage

/** What a run of a recipe may take, and what happens to one that would take more; at least one of the three. */
export interface RecipeBudget {
  /** US dollars for the whole answer. A request may say another figure. */
  readonly maxCostUsd?: number
  /** Milliseconds a run may be expected to take, and takes at most. A request may say another figure. */
  readonly maxLatencyMs?: number
  /**
   * `refuse` (default), or the name of a smaller recipe that runs instead, disclosed as degraded. Also for limits that
   * only the request states.
   */
  readonly over?: string
}

/**
 * A recipe as people write it. Either the shorthand (`proposers`, `aggregator`, and `layers` or `rounds`) or
 * `stages`; stating both is an error.
 */
export interface RecipeInput {
  readonly description?: string
  /** Default `native`. */
  readonly mode?: PromptMode
  /** Text of the reference template. Needed by mode `together`, useless in any other. */
  readonly template?: string
  /** The panel of every proposer layer. */
  readonly proposers?: readonly (string | SlotInput)[]
  /** The model that writes the answer, or a chain of them. */
  readonly aggregator?: string | SlotInput | readonly (string | SlotInput)[]
  /** Layers as the paper counts them, the aggregator's included: 2 or more. Default 2. */
  readonly layers?: number
  /** Proposer passes, as the reference scripts count: `layers - 1`. */
  readonly rounds?: number
  readonly stages?: readonly StageInput[]
  /** Straggler policy of every panel. */
  readonly policy?: PanelPolicy
  /** Time for the whole answer, in milliseconds; a request may ask for less or more. */
  readonly deadlineMs?: number
  readonly budget?: RecipeBudget
  /**
   * When a conversation outgrows a slot's window: `keep` (default) sends it whole and lets the provider refuse,
   * `trim` leaves out the oldest turns, disclosed as degraded.
   */
  readonly history?: 'keep' | 'trim'
  /**
   * What happens to a proposal much less like the others than they are among themselves, in panels of four and more:
   * `ignore` (default) shows it like any other, `warn` shows it last and with a caution. It is never left out.
   */
  readonly outliers?: 'ignore' | 'warn'
  /** Request fields that reach the proposers too. Default none: proposers follow the recipe. */
  readonly inherit?: readonly InheritableField[]
}
