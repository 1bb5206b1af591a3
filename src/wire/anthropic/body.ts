import type { FinishReason, Result, Usage } from '../../core/index.js'

/** What is the same throughout one answer. */
export interface MessagesIdentity {
  /** `msg_…` */
  readonly id: string
  /** The model's name as the client asked for it. */
  readonly model: string
}

/** Thinking blocks carry a signature that their provider checks; ours are only shown. */
export const NO_SIGNATURE = ''

export function encodeStopReason(reason: FinishReason): string {
  switch (reason) {
    case 'length':
      return 'max_tokens'
    case 'tool-calls':
      return 'tool_use'
    case 'content-filter':
      return 'refusal'
    case 'stop':
    case 'error':
      return 'end_turn'
  }
}

/** In this format `input_tokens` are those that were not read from a cache. */
export function encodeMessagesUsage(usage: Usage): Record<string, unknown> {
  return {
    input_tokens: Math.max(0, usage.inputTokens - usage.cachedInputTokens),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
  }
}

/** A finished answer as the JSON body of a message. */
export function encodeMessagesBody(
  result: Result,
  identity: MessagesIdentity,
  extension?: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const text = result.text + result.refusal
  const content: Record<string, unknown>[] = []
  if (result.reasoning !== '')
    content.push({ type: 'thinking', thinking: result.reasoning, signature: NO_SIGNATURE })
  if (text !== '' || result.toolCalls.length === 0) content.push({ type: 'text', text })
  for (const call of result.toolCalls)
    content.push({ type: 'tool_use', id: call.id, name: call.name, input: parseInput(call.arguments) })
  return {
    id: identity.id,
    type: 'message',
    role: 'assistant',
    model: identity.model,
    content,
    stop_reason: encodeStopReason(result.finishReason),
    stop_sequence: null,
    usage: encodeMessagesUsage(result.usage),
    ...extension,
  }
}

/** This format has arguments as JSON, not as text. Text that is no JSON object is shown as it is. */
function parseInput(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Shown below.
  }
  return { arguments: text }
}
