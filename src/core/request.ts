import type { Message } from './message.js'

/** A function the model may call. `parameters` is a JSON Schema object. */
export interface Tool {
  readonly name: string
  readonly description?: string
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly strict?: boolean
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string }

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema'
      readonly name: string
      readonly schema: Readonly<Record<string, unknown>>
      readonly description?: string
      readonly strict?: boolean
    }

/** How a model picks its tokens. An absent field leaves the choice to the provider. */
export interface Sampling {
  /** 0 to 2. */
  readonly temperature?: number
  /** 0 to 1. */
  readonly topP?: number
  /** -2 to 2. */
  readonly frequencyPenalty?: number
  /** -2 to 2. */
  readonly presencePenalty?: number
  readonly stop?: readonly string[]
  /** Integer. Honoured by providers that can; the same seed then gives the same answer. */
  readonly seed?: number
  /** Upper bound of the answer in tokens, reasoning included where the provider counts it so. */
  readonly maxTokens?: number
  /** How long a reasoning model may think, in the provider's own words (`low`, `medium`, `high`, …). */
  readonly reasoningEffort?: string
}

/** What a whole run may take, whatever its recipe. */
export interface RunLimits {
  /** Time for the whole answer, in milliseconds, divided over the stages that are left. */
  readonly deadlineMs?: number
  /**
   * A run that is likely to take longer, by what is known of its models' speed, does not begin as planned; one that does
   * take longer ends as at a deadline. In milliseconds.
   */
  readonly maxLatencyMs?: number
  /** US dollars for the whole answer, cancelled and repeated calls included. */
  readonly maxCostUsd?: number
}

/** One chat request, whatever model answers it. */
export interface ChatRequest extends Sampling {
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly responseFormat?: ResponseFormat
  /** Ask for the log-probability of every answer token and of up to this many alternatives (0 to 20). */
  readonly topLogprobs?: number
  /** Obeyed by mixtures; a plain model has nothing to divide. */
  readonly limits?: RunLimits
  /** The caller's own labels. Not sent to providers. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Fields only some providers know, merged into the request body as they are. */
  readonly extra?: Readonly<Record<string, unknown>>
}
