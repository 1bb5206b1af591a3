import type { TokenLogprob } from '../core/index.js'
import type { WireLogprobs, WireLogprobToken } from './types.js'

export function decodeLogprobs(logprobs: WireLogprobs | null | undefined): TokenLogprob[] | undefined {
  const content = logprobs?.content
  if (!Array.isArray(content) || content.length === 0) return undefined
  return content.map((token) => ({
    token: token.token,
    logprob: token.logprob,
    ...(token.bytes !== undefined && { bytes: token.bytes }),
    topLogprobs: (token.top_logprobs ?? []).map((top) => ({ ...top })),
  }))
}

export function encodeLogprobs(logprobs: readonly TokenLogprob[]): { content: WireLogprobToken[] } {
  return {
    content: logprobs.map((token) => ({
      token: token.token,
      logprob: token.logprob,
      bytes: token.bytes ? [...token.bytes] : null,
      top_logprobs: token.topLogprobs.map((top) => ({
        token: top.token,
        logprob: top.logprob,
        bytes: top.bytes ? [...top.bytes] : null,
      })),
    })),
  }
}
