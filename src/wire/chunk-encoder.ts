import type { AnswerEvent, ErrorInfo } from '../core/index.js'
import { encodeError } from './error.js'
import { encodeFinishReason } from './finish-reason.js'
import { encodeLogprobs } from './logprobs.js'
import type { ResponseIdentity } from './response.js'
import type { StreamEncoder, StreamEnd } from './stream-encoder.js'
import { encodeUsage } from './usage.js'

/** An SSE comment: keeps the connection alive, every client skips it. */
export const KEEP_ALIVE = ': keep-alive\n\n'
/** The last event of a chat-completions stream. */
export const DONE = 'data: [DONE]\n\n'

/**
 * Writes one streamed chat completion as server-sent events. Each method returns the text to send; one writer per
 * answer keeps id, created and model the same on every chunk.
 */
export class ChunkEncoder implements StreamEncoder {
  readonly #head: string
  readonly #tail: string
  readonly #includeUsage: boolean

  /** @param options.includeUsage the client asked for `stream_options.include_usage` */
  constructor(identity: ResponseIdentity, options: { includeUsage: boolean }) {
    const { id, created, model } = identity
    this.#includeUsage = options.includeUsage
    const fields = { id, object: 'chat.completion.chunk', created, model, system_fingerprint: null }
    this.#head = `data: ${JSON.stringify(fields).slice(0, -1)},"choices":`
    this.#tail = `${options.includeUsage ? ',"usage":null' : ''}}\n\n`
  }

  /** The first chunk: the role, before anything is known of the answer. */
  begin(): string {
    return this.#delta('{"role":"assistant","content":""}')
  }

  /** Text of the answer: the hot path. */
  text(text: string): string {
    return this.#delta(`{"content":${JSON.stringify(text)}}`)
  }

  reasoning(text: string): string {
    return this.#delta(`{"reasoning_content":${JSON.stringify(text)}}`)
  }

  /** The chunk of one answer event; empty for `answer-start`, and for `finish`, which {@link finish} writes. */
  event(event: AnswerEvent): string {
    switch (event.type) {
      case 'answer-delta':
        if (event.logprobs)
          return this.#delta(`{"content":${JSON.stringify(event.text)}}`, encodeLogprobs(event.logprobs))
        return this.text(event.text)
      case 'reasoning-delta':
        return this.reasoning(event.text)
      case 'refusal-delta':
        return this.#delta(`{"refusal":${JSON.stringify(event.text)}}`)
      case 'tool-call-delta': {
        const call = {
          index: event.index,
          ...(event.id !== undefined && { id: event.id, type: 'function' }),
          function: { ...(event.name !== undefined && { name: event.name }), arguments: event.arguments },
        }
        return this.#delta(JSON.stringify({ tool_calls: [call] }))
      }
      case 'answer-start':
      case 'finish':
        return ''
    }
  }

  /**
   * The end of the answer: finish reason, usage if asked for, `[DONE]`. Fields of `extension` go beside the
   * choices of the last chunk.
   */
  finish(options: StreamEnd): string {
    const reason = JSON.stringify(encodeFinishReason(options.reason))
    const extra = options.extension ? `,${JSON.stringify(options.extension).slice(1, -1)}` : ''
    const last = `${this.#head}[{"index":0,"delta":{},"logprobs":null,"finish_reason":${reason}}]`
    if (!this.#includeUsage) return `${last}${extra}${this.#tail}${DONE}`
    const usage = `${this.#head}[],"usage":${JSON.stringify(encodeUsage(options.usage))}${extra}}\n\n`
    return `${last}${this.#tail}${usage}${DONE}`
  }

  keepAlive(): string {
    return KEEP_ALIVE
  }

  /** A failure after the stream began; the stream ends with it. */
  error(error: ErrorInfo, extension?: Readonly<Record<string, unknown>>): string {
    return `data: ${JSON.stringify({ ...encodeError(error), ...extension })}\n\n`
  }

  #delta(delta: string, logprobs?: unknown): string {
    const probabilities = logprobs === undefined ? 'null' : JSON.stringify(logprobs)
    return `${this.#head}[{"index":0,"delta":${delta},"logprobs":${probabilities},"finish_reason":null}]${this.#tail}`
  }
}
