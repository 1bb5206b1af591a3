import { MoaError } from '../core/index.js'
import type { AnswerEvent, Result } from '../core/index.js'
import { ChunkDecoder, type Reported } from './chunk-decoder.js'
import { decodeError, readErrorBody } from './error.js'
import { encodeFinishReason } from './finish-reason.js'
import { encodeLogprobs } from './logprobs.js'
import type { WireResponse } from './types.js'
import { encodeUsage } from './usage.js'

/**
 * The events of a chat completion that came in one piece, `finish` last.
 *
 * @param body the parsed JSON body of a 2xx answer
 * @param options.onReported told what the upstream says of tokens and cost, also when the answer is then found wanting:
 *   it is billed all the same
 * @throws {@link MoaError} `invalid_response` when it is no chat completion, what an error body in it says,
 *   `incomplete_stream` when it lacks its finish reason
 */
export function decodeResponse(
  body: unknown,
  options: { upstream: string; model: string; onReported?: (reported: Reported) => void },
): { events: AnswerEvent[]; reported: Reported } {
  const events: AnswerEvent[] = []
  const decoder = new ChunkDecoder({
    upstream: options.upstream,
    model: options.model,
    emit: (event) => events.push(event),
  })
  if (typeof body !== 'object' || body === null)
    throw new MoaError('invalid_response', `${options.upstream} answered with JSON that is not an object.`, {
      retryable: true,
    })
  const response = body as WireResponse
  if (!Array.isArray(response.choices) || response.choices.length === 0) {
    const error = readErrorBody(body)
    if (error) throw decodeError({ upstream: options.upstream, body: error })
    throw new MoaError(
      'invalid_response',
      `${options.upstream} answered without any choice; is the base URL that of an OpenAI-compatible API?`,
      { retryable: true },
    )
  }
  try {
    decoder.chunk(response)
    decoder.end()
  } finally {
    options.onReported?.(decoder.reported)
  }
  return { events, reported: decoder.reported }
}

export interface ResponseIdentity {
  /** `chatcmpl-…` */
  readonly id: string
  /** Seconds since the epoch. */
  readonly created: number
  /** The model's name as the client asked for it. */
  readonly model: string
}

/** A finished answer as the JSON body of a chat completion. */
export function encodeResponse(result: Result, identity: ResponseIdentity): Record<string, unknown> {
  return {
    id: identity.id,
    object: 'chat.completion',
    created: identity.created,
    model: identity.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: result.text === '' && hasOther(result) ? null : result.text,
          refusal: result.refusal === '' ? null : result.refusal,
          ...(result.reasoning !== '' && { reasoning_content: result.reasoning }),
          ...(result.toolCalls.length > 0 && {
            tool_calls: result.toolCalls.map((call) => ({
              id: call.id,
              type: 'function',
              function: { name: call.name, arguments: call.arguments },
            })),
          }),
        },
        logprobs: result.logprobs.length > 0 ? encodeLogprobs(result.logprobs) : null,
        finish_reason: encodeFinishReason(result.finishReason),
      },
    ],
    usage: encodeUsage(result.usage),
    system_fingerprint: result.systemFingerprint ?? null,
  }
}

/**
 * The same as JSON text, with further fields behind it. An answer of text alone, as most are, is put together from its
 * pieces: a third of the time.
 *
 * @param extension fields of our own that go beside the format's
 */
export function writeResponse(
  result: Result,
  identity: ResponseIdentity,
  extension: Readonly<Record<string, unknown>> = {},
): string {
  if (!isPlain(result)) return JSON.stringify({ ...encodeResponse(result, identity), ...extension })
  const { usage } = result
  const extra = JSON.stringify(extension).slice(1, -1)
  return (
    `{"id":${JSON.stringify(identity.id)},"object":"chat.completion","created":${identity.created},` +
    `"model":${JSON.stringify(identity.model)},"choices":[{"index":0,"message":{"role":"assistant",` +
    `"content":${JSON.stringify(result.text)},"refusal":null},"logprobs":null,` +
    `"finish_reason":"${encodeFinishReason(result.finishReason)}"}],"usage":{"prompt_tokens":${usage.inputTokens},` +
    `"completion_tokens":${usage.outputTokens},"total_tokens":${usage.inputTokens + usage.outputTokens},` +
    `"prompt_tokens_details":{"cached_tokens":${usage.cachedInputTokens}},` +
    `"completion_tokens_details":{"reasoning_tokens":${usage.reasoningTokens}}},` +
    `"system_fingerprint":${JSON.stringify(result.systemFingerprint ?? null)}${extra === '' ? '' : `,${extra}`}}`
  )
}

const isPlain = ({ refusal, reasoning, toolCalls, logprobs }: Result): boolean =>
  refusal === '' && reasoning === '' && toolCalls.length === 0 && logprobs.length === 0

const hasOther = (result: Result): boolean =>
  (result.toolCalls.length > 0 || result.refusal !== '') && result.logprobs.length === 0
