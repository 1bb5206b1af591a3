import type { Usage } from '../core/index.js'
import type { WireUsage } from './types.js'

const count = (value: number | null | undefined): number =>
  typeof value === 'number' && value > 0 ? value : 0

export function decodeUsage(usage: WireUsage): Usage {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens
  return {
    inputTokens: count(usage.prompt_tokens),
    outputTokens: count(usage.completion_tokens),
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
