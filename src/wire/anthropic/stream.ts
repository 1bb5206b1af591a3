import type { AnswerEvent, ErrorInfo } from '../../core/index.js'
import type { StreamEncoder, StreamEnd } from '../stream-encoder.js'
import { NO_SIGNATURE, encodeMessagesUsage, encodeStopReason, type MessagesIdentity } from './body.js'
import { encodeMessagesError } from './error.js'

const PING = 'event: ping\ndata: {"type":"ping"}\n\n'

/**
 * Writes one streamed message as named server-sent events: `message_start`, then blocks from `content_block_start` to
 * `content_block_stop` (thinking, text, tool use), then `message_delta` with stop reason and usage, and `message_stop`.
 */
export class MessagesEncoder implements StreamEncoder {
  readonly #identity: MessagesIdentity
  #blocks = 0
  /** The block of text or thinking that is being written. */
  #open: { readonly type: 'text' | 'thinking'; readonly index: number } | undefined
  #hasText = false
  /** Blocks by their number in the answer; they stay open until the end, since fragments may alternate. */
  readonly #tools = new Map<number, number>()

  constructor(identity: MessagesIdentity) {
    this.#identity = identity
  }

  begin(): string {
    const message = {
      id: this.#identity.id,
      type: 'message',
      role: 'assistant',
      model: this.#identity.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 0,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 0,
      },
    }
    return send('message_start', { message }) + PING
  }

  event(event: AnswerEvent): string {
    switch (event.type) {
      case 'answer-delta':
      case 'refusal-delta':
        return this.#write('text', event.text)
      case 'reasoning-delta':
        return this.reasoning(event.text)
      case 'tool-call-delta':
        return this.#tool(event)
      case 'answer-start':
      case 'finish':
        return ''
    }
  }

  reasoning(text: string): string {
    return this.#write('thinking', text)
  }

  keepAlive(): string {
    return PING
  }

  finish({ reason, usage, extension }: StreamEnd): string {
    let out = ''
    if (this.#tools.size === 0 && !this.#hasText) out += this.#begin('text').out
    out += this.#close()
    for (const index of this.#tools.values()) out += send('content_block_stop', { index })
    out += send('message_delta', {
      delta: { stop_reason: encodeStopReason(reason), stop_sequence: null },
      usage: encodeMessagesUsage(usage),
      ...extension,
    })
    return out + send('message_stop', {})
  }

  error(error: ErrorInfo, extension?: Readonly<Record<string, unknown>>): string {
    return `event: error\ndata: ${JSON.stringify({ ...encodeMessagesError(error), ...extension })}\n\n`
  }

  #write(type: 'text' | 'thinking', text: string): string {
    if (text === '') return ''
    const { index, out } = this.#begin(type)
    const delta = type === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text }
    return out + send('content_block_delta', { index, delta })
  }

  #begin(type: 'text' | 'thinking'): { index: number; out: string } {
    if (this.#open?.type === type) return { index: this.#open.index, out: '' }
    const before = this.#close()
    const index = this.#blocks++
    this.#open = { type, index }
    this.#hasText ||= type === 'text'
    const block = type === 'text' ? { type, text: '' } : { type, thinking: '', signature: NO_SIGNATURE }
    return { index, out: before + send('content_block_start', { index, content_block: block }) }
  }

  #tool(event: Extract<AnswerEvent, { type: 'tool-call-delta' }>): string {
    let out = ''
    let index = this.#tools.get(event.index)
    if (index === undefined) {
      out = this.#close()
      index = this.#blocks++
      this.#tools.set(event.index, index)
      const block = {
        type: 'tool_use',
        id: event.id ?? `toolu_${event.index}`,
        name: event.name ?? '',
        input: {},
      }
      out += send('content_block_start', { index, content_block: block })
    }
    if (event.arguments === '') return out
    const delta = { type: 'input_json_delta', partial_json: event.arguments }
    return out + send('content_block_delta', { index, delta })
  }

  #close(): string {
    const block = this.#open
    this.#open = undefined
    if (block === undefined) return ''
    const signature =
      block.type === 'thinking'
        ? send('content_block_delta', {
            index: block.index,
            delta: { type: 'signature_delta', signature: NO_SIGNATURE },
          })
        : ''
    return signature + send('content_block_stop', { index: block.index })
  }
}

function send(type: string, fields: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}
