import { MoaError, NO_COST, NO_USAGE, costOf } from '../core/index.js'
import type { AnswerEvent, FinishReason, Usage } from '../core/index.js'
import { ChunkTemplate } from './chunk-template.js'
import { decodeError, readErrorBody } from './error.js'
import { decodeFinishReason } from './finish-reason.js'
import { decodeLogprobs } from './logprobs.js'
import type { WireChunk, WireContentFragment, WireDelta, WireToolCall, WireUsage } from './types.js'
import { decodeUsage } from './usage.js'

/** What a decoded answer cost according to its upstream, when it said so. */
export interface Reported {
  readonly usage: Usage | undefined
  /** Dollars, from upstreams that price their own calls. */
  readonly costUsd: number | undefined
}

const COUNTS = ['prompt_tokens', 'completion_tokens', 'total_tokens'] as const

/** Servers that put something new into every chunk are not learned from for ever. */
const MOST_TEMPLATES = 4

/**
 * Turns the chunks of one streamed chat completion into answer events. Feed it the data of each server-sent event;
 * it calls `emit` for every event, `finish` last and once.
 *
 * The first event is held back until the answer really begins, so whoever sees an event may take it that the
 * model has started to answer.
 */
export class ChunkDecoder {
  readonly #upstream: string
  readonly #emit: (event: AnswerEvent) => void
  #id: string | undefined
  #model: string
  #fingerprint: string | undefined
  #started = false
  #finished = false
  #reason: FinishReason | undefined
  #usage: Usage | undefined
  #costUsd: number | undefined
  #template: ChunkTemplate | undefined
  #templates = 0
  readonly #tools: { readonly id: string; named: boolean }[] = []
  /** From the server's index to ours. */
  #toolSlots: Map<number, number> | undefined

  constructor(options: { upstream: string; model: string; emit: (event: AnswerEvent) => void }) {
    this.#upstream = options.upstream
    this.#model = options.model
    this.#emit = options.emit
  }

  /** True once `finish` has been emitted. */
  get finished(): boolean {
    return this.#finished
  }

  /** True once the upstream has given its finish reason; only usage and `[DONE]` can follow. */
  get complete(): boolean {
    return this.#reason !== undefined
  }

  /** The latest numbers of the upstream; some send them with every chunk. */
  get reported(): Reported {
    return { usage: this.#usage, costUsd: this.#costUsd }
  }

  /**
   * @param data the data of one server-sent event
   * @throws {@link MoaError} `invalid_response` for data that is not a chunk; what {@link decodeError} makes of an
   *   error sent inside the stream; `incomplete_stream` for `[DONE]` without a finish reason
   */
  data(data: string): void {
    if (data.length < 16 && data.trim() === '[DONE]') {
      this.end()
      return
    }
    if (this.#finished) return
    const text = this.#template?.textOf(data)
    if (text !== undefined) {
      this.#send({ type: 'answer-delta', text })
      return
    }
    const chunk = this.#parse(data)
    this.chunk(chunk)
    this.#learn(data, chunk)
  }

  /** Where what follows is like this chunk, the parser is not needed for it. */
  #learn(data: string, chunk: WireChunk): void {
    if (this.#templates >= MOST_TEMPLATES || this.#template?.fits(data) === true) return
    this.#template = ChunkTemplate.of(data, chunk)
    if (this.#template !== undefined) this.#templates += 1
  }

  #parse(data: string): WireChunk {
    let chunk: WireChunk | null
    try {
      chunk = JSON.parse(data) as WireChunk | null
    } catch {
      // The parser's own message quotes what it read, so it is not passed on as the cause.
      throw new MoaError(
        'invalid_response',
        `${this.#upstream} sent a stream event that is not JSON (${data.length} characters); the answer is lost.`,
        { retryable: true },
      )
    }
    if (typeof chunk !== 'object' || chunk === null)
      throw new MoaError('invalid_response', `${this.#upstream} sent a stream event that is not an object.`, {
        retryable: true,
      })
    return chunk
  }

  /** Same as {@link data} for a chunk that is parsed already. */
  chunk(chunk: WireChunk): void {
    if (this.#finished) return
    try {
      this.#read(chunk)
    } catch (error) {
      // Only what came can be of another type than it should be; the engine's message tells nobody of it.
      throw error instanceof TypeError ? this.#misshapen() : error
    }
  }

  #misshapen(): MoaError {
    return new MoaError(
      'invalid_response',
      `${this.#upstream} sent an answer in which a field has another type than in OpenAI's format; the answer is lost.`,
      { retryable: true },
    )
  }

  #read(chunk: WireChunk): void {
    const choice = chunk.choices?.[0]
    // First, because what follows may throw, and what was used is billed all the same.
    this.#bill(chunk.usage ?? choice?.usage)
    if ((chunk.error !== undefined && chunk.error !== null) || chunk.object === 'error')
      throw decodeError({ upstream: this.#upstream, body: readErrorBody(chunk) })
    if (!this.#started) {
      if (isText(chunk.id)) this.#id ??= chunk.id
      if (isText(chunk.model)) this.#model = chunk.model
    }
    if (isText(chunk.system_fingerprint)) this.#fingerprint = chunk.system_fingerprint
    if (choice !== undefined && (choice.index ?? 0) === 0) {
      const delta = choice.delta ?? choice.message
      if (delta) this.#delta(delta, choice.logprobs ? decodeLogprobs(choice.logprobs) : undefined)
      if (choice.finish_reason) this.#finishReason(choice.finish_reason)
    }
  }

  #bill(usage: WireUsage | null | undefined): void {
    if (!usage) return
    // Some servers send the field without figures in it, which is no report of zero tokens.
    if (COUNTS.some((count) => typeof usage[count] === 'number')) this.#usage = decodeUsage(usage)
    if (typeof usage.cost === 'number') this.#costUsd = usage.cost
  }

  /** The stream has ended. Emits `finish`, or throws `incomplete_stream` when the upstream never gave a reason. */
  end(): void {
    if (this.#finished) return
    const reason = this.#reason
    if (reason === undefined)
      throw new MoaError(
        'incomplete_stream',
        `${this.#upstream} ended the stream without a finish reason; the answer may be cut short.`,
        { retryable: true },
      )
    this.#start()
    this.#finished = true
    this.#emit({
      type: 'finish',
      // Some servers say "stop" after tool calls; clients wait for the calls only when told of them.
      reason: reason === 'stop' && this.#tools.length > 0 ? 'tool-calls' : reason,
      usage: this.#usage ?? NO_USAGE,
      cost: this.#costUsd === undefined ? NO_COST : costOf(this.#costUsd),
      ...(this.#fingerprint !== undefined && { systemFingerprint: this.#fingerprint }),
    })
  }

  #start(): void {
    if (this.#started) return
    this.#started = true
    this.#emit({ type: 'answer-start', ...(this.#id !== undefined && { id: this.#id }), model: this.#model })
  }

  #delta(delta: WireDelta, logprobs: ReturnType<typeof decodeLogprobs>): void {
    // Servers that send both names send the same text in both.
    const reasoning = delta.reasoning_content ?? delta.reasoning
    if (isText(reasoning)) this.#send({ type: 'reasoning-delta', text: reasoning })
    const content = delta.content
    if (typeof content === 'string') {
      if (content !== '' || logprobs)
        this.#send({ type: 'answer-delta', text: content, ...(logprobs && { logprobs }) })
    } else if (Array.isArray(content)) {
      this.#fragments(content, 'answer-delta')
    }
    if (isText(delta.refusal)) this.#send({ type: 'refusal-delta', text: delta.refusal })
    if (delta.tool_calls) for (const call of delta.tool_calls) this.#toolCall(call)
  }

  #fragments(fragments: readonly WireContentFragment[], type: 'answer-delta' | 'reasoning-delta'): void {
    for (const fragment of fragments) {
      if (fragment.thinking) this.#fragments(fragment.thinking, 'reasoning-delta')
      else if (isText(fragment.text)) this.#send({ type, text: fragment.text })
    }
  }

  #toolCall(wire: WireToolCall): void {
    const index = this.#toolIndex(wire)
    let call = this.#tools[index]
    const isNew = call === undefined
    call ??= { id: isText(wire.id) ? wire.id : `call_${index}`, named: false }
    this.#tools[index] = call
    const name = call.named ? undefined : wire.function?.name
    const named = isText(name)
    if (named) call.named = true
    this.#send({
      type: 'tool-call-delta',
      index,
      ...(isNew && { id: call.id }),
      ...(named && { name }),
      arguments: argumentText(wire.function?.arguments),
    })
  }

  /**
   * Our number of the call a fragment belongs to. Servers leave `index` out, or give several whole calls the same
   * one; a new id together with a function name begins a call in either case.
   */
  #toolIndex(wire: WireToolCall): number {
    const next = this.#tools.length
    if (typeof wire.index === 'number') {
      const known = this.#toolSlots?.get(wire.index)
      const again =
        known !== undefined && isText(wire.id) && wire.function?.name && wire.id !== this.#tools[known]?.id
      if (known !== undefined && !again) return known
      this.#toolSlots ??= new Map()
      this.#toolSlots.set(wire.index, next)
      return next
    }
    if (isText(wire.id)) {
      const known = this.#tools.findIndex((call) => call.id === wire.id)
      return known === -1 ? next : known
    }
    return wire.function?.name ? next : Math.max(0, next - 1)
  }

  #finishReason(wire: string): void {
    const reason = decodeFinishReason(wire)
    if (reason === 'error')
      throw new MoaError(
        'upstream_error',
        `${this.#upstream} broke the answer off (finish reason "${wire}").`,
        {
          retryable: true,
        },
      )
    this.#reason = reason
  }

  #send(event: AnswerEvent): void {
    this.#start()
    this.#emit(event)
  }
}

/** Whether a field that should hold a text does, and says something. */
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Some servers send the arguments as an object instead of as JSON text. */
function argumentText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
