/**
 * The OpenAI chat-completions format as it is on the wire, as far as we read or write it. Fields are optional
 * where real servers leave them out.
 */

export type WirePart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: string } }
  | { type: 'file'; file: { file_data?: string; file_id?: string; filename?: string } }
  | { type: 'input_audio'; input_audio: { data: string; format: string } }

export interface WireToolCall {
  index?: number | null
  id?: string | null
  type?: 'function'
  function?: { name?: string | null; arguments?: string | null } | null
}

export interface WireMessage {
  role: string
  content?: string | WirePart[] | null
  name?: string
  tool_calls?: WireToolCall[]
  tool_call_id?: string
  refusal?: string | null
  /** Mistral's mark of a message to be continued. */
  prefix?: boolean
}

export interface WireLogprobToken {
  token: string
  logprob: number
  bytes?: number[] | null
  top_logprobs?: { token: string; logprob: number; bytes?: number[] | null }[]
}

export interface WireLogprobs {
  content?: WireLogprobToken[] | null
}

export interface WireUsage {
  prompt_tokens?: number | null
  completion_tokens?: number | null
  total_tokens?: number | null
  prompt_tokens_details?: { cached_tokens?: number | null } | null
  completion_tokens_details?: { reasoning_tokens?: number | null } | null
  /** DeepSeek's name for cached prompt tokens. */
  prompt_cache_hit_tokens?: number | null
  /** OpenRouter's price of the call, in dollars. */
  cost?: number | null
}

export interface WireDelta {
  role?: string
  content?: string | WireContentFragment[] | null
  reasoning_content?: string | null
  reasoning?: string | null
  refusal?: string | null
  tool_calls?: WireToolCall[] | null
}

/** Mistral's reasoning models answer in typed fragments. */
export interface WireContentFragment {
  type?: string
  text?: string
  thinking?: WireContentFragment[]
}

export interface WireErrorBody {
  message?: string
  type?: string | null
  param?: string | null
  code?: string | number | null
}

export interface WireChunk {
  id?: string | null
  object?: string
  created?: number
  model?: string | null
  system_fingerprint?: string | null
  choices?:
    | {
        index?: number | null
        delta?: WireDelta | null
        /** Some servers send whole messages in a stream. */
        message?: WireDelta | null
        finish_reason?: string | null
        logprobs?: WireLogprobs | null
        /** Moonshot's place for the usage of a stream. */
        usage?: WireUsage | null
      }[]
    | null
  usage?: WireUsage | null
  error?: WireErrorBody | string | null
}

export type WireResponse = WireChunk
