import type { FinishReason } from '../core/index.js'

/** What servers call their reasons, beside OpenAI's own names. Unlisted names count as `stop`. */
const FROM_WIRE: Record<string, FinishReason> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  tool_use: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  safety: 'content-filter',
  recitation: 'content-filter',
  error: 'error',
  abort: 'error',
  insufficient_system_resource: 'error',
}

export function decodeFinishReason(reason: string): FinishReason {
  return FROM_WIRE[reason.toLowerCase()] ?? 'stop'
}

/** OpenAI's name; an answer that broke off has none there and is told by an error, so it never gets here. */
export function encodeFinishReason(reason: FinishReason): string {
  switch (reason) {
    case 'tool-calls':
      return 'tool_calls'
    case 'content-filter':
      return 'content_filter'
    case 'stop':
    case 'length':
    case 'error':
      return reason
  }
}
