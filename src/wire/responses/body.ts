import type { FinishReason, Result, TokenLogprob, Usage } from '../../core/index.js'
import { encodeLogprobs } from '../logprobs.js'
import type { FunctionName, NamespacedFunctions } from './decode-tools.js'

/** What is the same throughout one answer. */
export interface ResponsesIdentity {
  /** `resp_…` */
  readonly id: string
  /** Seconds since the epoch. */
  readonly created: number
  /** The model's name as the client asked for it. */
  readonly model: string
  /** Parameters of the request that the answer repeats. */
  readonly echo: Readonly<Record<string, unknown>>
  /** Functions that the client knows by another name than models do. */
  readonly namespaced?: NamespacedFunctions
  /** Later requests can refer to this answer. Default false. */
  readonly store?: boolean
  /** The answer this one follows, as the client named it. */
  readonly previous?: string | undefined
}

/** A called function as the client names it. */
export const calledFunction = ({ namespaced }: ResponsesIdentity, name: string): FunctionName =>
  namespaced?.get(name) ?? { name }

/** One item of the output, as far as it is known. */
export type OutputItem =
  | { readonly kind: 'reasoning'; readonly id: string; readonly text: string }
  | {
      readonly kind: 'message'
      readonly id: string
      readonly text: string
      readonly refusal: string
      /** The refusal came before the text. */
      readonly refusedFirst?: boolean
      readonly logprobs: readonly TokenLogprob[]
    }
  | {
      readonly kind: 'function-call'
      readonly id: string
      readonly callId: string
      readonly called: FunctionName
      readonly arguments: string
    }

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

export function encodeItem(item: OutputItem, status: ItemStatus): Record<string, unknown> {
  switch (item.kind) {
    case 'reasoning':
      return {
        id: item.id,
        type: 'reasoning',
        summary: item.text === '' ? [] : [{ type: 'summary_text', text: item.text }],
      }
    case 'message':
      return { id: item.id, type: 'message', status, role: 'assistant', content: contentOf(item) }
    case 'function-call':
      return {
        id: item.id,
        type: 'function_call',
        status,
        call_id: item.callId,
        ...item.called,
        arguments: item.arguments,
      }
  }
}

function contentOf(item: OutputItem & { kind: 'message' }): Record<string, unknown>[] {
  const refused = item.refusal !== ''
  const said = item.text !== '' || !refused ? [encodeText(item.text, item.logprobs)] : []
  const refusal = refused ? [{ type: 'refusal', refusal: item.refusal }] : []
  return item.refusedFirst === true ? [...refusal, ...said] : [...said, ...refusal]
}

export function encodeText(text: string, logprobs: readonly TokenLogprob[] = []): Record<string, unknown> {
  return { type: 'output_text', text, annotations: [], logprobs: encodeLogprobs(logprobs).content }
}

export function encodeResponsesUsage(usage: Usage): Record<string, unknown> {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}

/** The `response` object around whatever output there is. */
export function encodeEnvelope(
  identity: ResponsesIdentity,
  state: {
    readonly output: readonly Record<string, unknown>[]
    readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
    readonly error?: { readonly code: string | number; readonly message: string }
    readonly usage?: Usage
    readonly reason?: FinishReason
    readonly extension?: Readonly<Record<string, unknown>>
  },
): Record<string, unknown> {
  const { echo } = identity
  const missing = incompleteReason(state.reason)
  return {
    id: identity.id,
    object: 'response',
    created_at: identity.created,
    status: state.status,
    background: false,
    error: state.error ?? null,
    incomplete_details: missing === undefined ? null : { reason: missing },
    instructions: echo['instructions'] ?? null,
    max_output_tokens: echo['max_output_tokens'] ?? null,
    model: identity.model,
    output: state.output,
    parallel_tool_calls: echo['parallel_tool_calls'] ?? true,
    previous_response_id: identity.previous ?? null,
    reasoning: { effort: null, summary: null, ...(echo['reasoning'] as object | undefined) },
    store: identity.store ?? false,
    temperature: echo['temperature'] ?? null,
    text: echo['text'] ?? { format: { type: 'text' } },
    tool_choice: echo['tool_choice'] ?? 'auto',
    tools: echo['tools'] ?? [],
    top_p: echo['top_p'] ?? null,
    truncation: 'disabled',
    usage: state.usage === undefined ? null : encodeResponsesUsage(state.usage),
    user: null,
    metadata: echo['metadata'] ?? {},
    ...state.extension,
  }
}

/** Why an answer is not complete, in the format's words; `undefined` when it is. */
export function incompleteReason(reason: FinishReason | undefined): string | undefined {
  if (reason === 'length') return 'max_output_tokens'
  return reason === 'content-filter' ? 'content_filter' : undefined
}

/** A finished answer as the JSON body of a response. */
export function encodeResponsesBody(
  result: Result,
  identity: ResponsesIdentity,
  extension?: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const suffix = identity.id.replace(/^resp_/, '')
  const items: OutputItem[] = []
  if (result.reasoning !== '') items.push({ kind: 'reasoning', id: `rs_${suffix}`, text: result.reasoning })
  if (result.text !== '' || result.refusal !== '' || result.toolCalls.length === 0)
    items.push({
      kind: 'message',
      id: `msg_${suffix}`,
      text: result.text,
      refusal: result.refusal,
      logprobs: result.logprobs,
    })
  for (const [index, call] of result.toolCalls.entries())
    items.push({
      kind: 'function-call',
      id: `fc_${suffix}_${index}`,
      callId: call.id,
      called: calledFunction(identity, call.name),
      arguments: call.arguments,
    })
  const status = incompleteReason(result.finishReason) === undefined ? 'completed' : 'incomplete'
  return encodeEnvelope(identity, {
    status,
    output: items.map((item) => encodeItem(item, status)),
    usage: result.usage,
    reason: result.finishReason,
    ...(extension && { extension }),
  })
}
