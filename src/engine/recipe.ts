import type { Sampling } from '../core/index.js'

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

export interface ProposeStage {
  readonly kind: 'propose'
  readonly slots: readonly (string | SlotInput)[]
}

export interface SynthesizeStage {
  readonly kind: 'synthesize'
  /** The aggregator first, then those that take over when it fails. */
  readonly slots: readonly (string | SlotInput)[]
}

export type StageInput = ProposeStage | SynthesizeStage

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
  /** Request fields that reach the proposers too. Default none: proposers follow the recipe. */
  readonly inherit?: readonly InheritableField[]
}
