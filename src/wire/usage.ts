import type { Usage } from '../core/index.js'
import type { WireUsage } from './types.js'

const count = (value: number | null | undefined): number =>
  typeof value === 'number' && value > 0 ? value : 0

/**
 * Reads token counts. Absent and negative ones count as 0. Some servers (xAI, Gemini) leave reasoning out of
 * `completion_tokens` and show it in `total_tokens` only; it is billed as output, so it counts as output here.
 */
export function decodeUsage(usage: WireUsage): Usage {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens
  const inputTokens = count(usage.prompt_tokens)
  return {
    inputTokens,
    outputTokens: Math.max(count(usage.completion_tokens), count(usage.total_tokens) - inputTokens),
    cachedInputTokens: count(cached),
    reasoningTokens: count(usage.completion_tokens_details?.reasoning_tokens),
  }
}

export function encodeUsage(usage: Usage): WireUsage {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  }
}
