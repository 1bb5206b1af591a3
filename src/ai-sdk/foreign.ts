/**
 * As much of the AI SDK's language models as is used here, whatever their version: V2, V3 and V4 differ in what prompts,
 * usage and finish reasons look like, which is told apart where it is read.
 */
export interface ForeignModel {
  readonly specificationVersion: 'v2' | 'v3' | 'v4'
  readonly provider: string
  readonly modelId: string
  // Versions disagree about the parameter, and all of them have to fit.
  doGenerate(options: never): PromiseLike<unknown>
  doStream(options: never): PromiseLike<unknown>
}

/** Whether something is a model of the AI SDK. */
export function isForeignModel(value: unknown): value is ForeignModel {
  if (typeof value !== 'object' || value === null) return false
  const { specificationVersion, doStream } = value as Partial<ForeignModel>
  return typeof doStream === 'function' && ['v2', 'v3', 'v4'].includes(specificationVersion ?? '')
}

/** A content or stream part of any version, as far as it is read. */
export interface ForeignPart {
  readonly type: string
  readonly id?: string
  readonly text?: string
  readonly delta?: string
  readonly modelId?: string
  readonly toolCallId?: string
  readonly toolName?: string
  readonly input?: string
  readonly providerExecuted?: boolean
  readonly usage?: ForeignUsage
  readonly finishReason?: ForeignFinishReason
  readonly error?: unknown
}

/** V2 has numbers, V3 and V4 have objects of numbers. */
export interface ForeignUsage {
  readonly inputTokens?: number | { readonly total?: number; readonly cacheRead?: number }
  readonly outputTokens?: number | { readonly total?: number; readonly reasoning?: number }
  readonly reasoningTokens?: number
  readonly cachedInputTokens?: number
}

/** V2 has the word alone. */
export type ForeignFinishReason = string | { readonly unified: string }

export interface ForeignResult {
  readonly content: readonly ForeignPart[]
  readonly finishReason: ForeignFinishReason
  readonly usage: ForeignUsage
  readonly response?: { readonly id?: string; readonly modelId?: string }
}
