import {
  NO_USAGE,
  priceCall,
  textOf,
  type CallOutcome,
  type CallRecord,
  type ChatRequest,
  type ErrorInfo,
  type FinishReason,
  type Price,
  type SlotRef,
  type Usage,
} from '../core/index.js'
import { estimatePromptTokens, estimateTokens } from '../util/index.js'
import type { Reported } from '../wire/index.js'

/** What a call came to, before it is counted. */
export interface CallEnding {
  readonly outcome: CallOutcome
  readonly finishReason: FinishReason | undefined
  readonly error: ErrorInfo | undefined
  readonly reported: Reported
  /** The model may have worked on the request, so its tokens count even when nobody reports them. */
  readonly served: boolean
  /** Everything the model is known to have written: answer, reasoning, tool arguments. */
  readonly received: string
  readonly startedAt: number
  readonly firstTokenMs: number | undefined
  readonly durationMs: number
  readonly requestId: string | undefined
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

let calls = 0

/**
 * The ledger's line for one call. Tokens are the upstream's own numbers, else counted from what was sent and
 * received, else none; the cost is the upstream's own figure, else from the price, else unknown. A call that never
 * reached the model costs nothing, whatever the price.
 */
export function recordCall(
  call: {
    readonly provider: string
    readonly model: string
    readonly request: ChatRequest
    readonly slot: SlotRef | undefined
  },
  ending: CallEnding,
  price: Price | null,
): CallRecord {
  const { reported, served, received } = ending
  const usageSource = reported.usage !== undefined ? 'reported' : served ? 'estimated' : 'none'
  const usage = reported.usage ?? (served ? estimateUsage(call.request, received) : NO_USAGE)
  const { outcome, finishReason, error, startedAt, firstTokenMs, durationMs, requestId } = ending
  calls += 1
  const record: Writable<CallRecord> = {
    id: `call-${calls}`,
    provider: call.provider,
    model: call.model,
    attempt: 1,
    outcome,
    usage,
    usageSource,
    costUsd:
      reported.costUsd ?? (usageSource === 'none' ? 0 : price === null ? null : priceCall(price, usage)),
    startedAt,
    durationMs,
  }
  if (call.slot !== undefined) record.slot = call.slot
  if (finishReason !== undefined) record.finishReason = finishReason
  if (error !== undefined) record.error = error
  if (firstTokenMs !== undefined) record.firstTokenMs = firstTokenMs
  if (requestId !== undefined) record.requestId = requestId
  return record
}

/** About how many prompt tokens a request comes to; pictures and files are not counted. */
export function estimateRequestTokens(request: ChatRequest): number {
  const texts = request.messages.map((message) => {
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
    return textOf(message.content) + calls.map((call) => call.name + call.arguments).join('')
  })
  const tools = request.tools === undefined ? 0 : estimateTokens(JSON.stringify(request.tools))
  return estimatePromptTokens(texts) + tools
}

function estimateUsage(request: ChatRequest, received: string): Usage {
  return {
    ...NO_USAGE,
    inputTokens: estimateRequestTokens(request),
    outputTokens: estimateTokens(received),
  }
}
