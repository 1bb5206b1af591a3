import type { AnswerEvent, ErrorInfo, TokenLogprob } from '../../core/index.js'
import { KEEP_ALIVE } from '../chunk-encoder.js'
import { encodeError } from '../error.js'
import { encodeLogprobs } from '../logprobs.js'
import type { StreamEncoder, StreamEnd } from '../stream-encoder.js'
import {
  calledFunction,
  encodeEnvelope,
  encodeItem,
  encodeText,
  incompleteReason,
  type ItemStatus,
  type OutputItem,
  type ResponsesIdentity,
} from './body.js'

type Writable<T> = T extends unknown ? { -readonly [K in keyof T]: T[K] } : never
type Item = Writable<OutputItem> & { readonly place: number }
type ItemOf<Kind extends OutputItem['kind']> = Extract<Item, { kind: Kind }>

/**
 * Writes one streamed response as named server-sent events with sequence numbers: `response.created`,
 * `response.in_progress`, then each item of the output from `output_item.added` to `output_item.done`, then
 * `response.completed` or `response.incomplete`. Thinking becomes a reasoning item with a summary.
 */
export class ResponsesEncoder implements StreamEncoder {
  readonly #identity: ResponsesIdentity
  readonly #onFinish: ((response: Readonly<Record<string, unknown>>) => void) | undefined
  readonly #suffix: string
  #sequence = 0
  readonly #output: Record<string, unknown>[] = []
  #places = 0
  /** Reasoning or message being written; at most one at a time. */
  #open: ItemOf<'reasoning'> | ItemOf<'message'> | undefined
  #hasMessage = false
  /** Function calls by their number in the answer; all stay open until the end, since fragments may alternate. */
  readonly #calls = new Map<number, ItemOf<'function-call'>>()

  /** @param onFinish told the whole answer once it is there */
  constructor(identity: ResponsesIdentity, onFinish?: (response: Readonly<Record<string, unknown>>) => void) {
    this.#identity = identity
    this.#onFinish = onFinish
    this.#suffix = identity.id.replace(/^resp_/, '')
  }

  begin(): string {
    const response = encodeEnvelope(this.#identity, { status: 'in_progress', output: [] })
    return this.#send('response.created', { response }) + this.#send('response.in_progress', { response })
  }

  event(event: AnswerEvent): string {
    switch (event.type) {
      case 'answer-delta':
        return this.#text(event.text, event.logprobs)
      case 'reasoning-delta':
        return this.reasoning(event.text)
      case 'refusal-delta':
        return this.#refusal(event.text)
      case 'tool-call-delta':
        return this.#call(event)
      case 'answer-start':
      case 'finish':
        return ''
    }
  }

  reasoning(text: string): string {
    if (text === '') return ''
    let out = ''
    let item = this.#open
    if (item?.kind !== 'reasoning') {
      out = this.#close('completed')
      const opened = { kind: 'reasoning' as const, id: this.#id('rs'), text: '', place: this.#places++ }
      this.#open = item = opened
      out += this.#added(opened)
      out += this.#send('response.reasoning_summary_part.added', {
        ...place(opened),
        summary_index: 0,
        part: { type: 'summary_text', text: '' },
      })
    }
    item.text += text
    return (
      out +
      this.#send('response.reasoning_summary_text.delta', { ...place(item), summary_index: 0, delta: text })
    )
  }

  keepAlive(): string {
    return KEEP_ALIVE
  }

  finish({ reason, usage, extension }: StreamEnd): string {
    const status = incompleteReason(reason) === undefined ? 'completed' : 'incomplete'
    let out = ''
    // An answer without any text is still a message.
    if (this.#calls.size === 0 && !this.#hasMessage) out += this.#message().out
    out += this.#close(status)
    for (const call of this.#calls.values()) out += this.#closeCall(call, status)
    const response = encodeEnvelope(this.#identity, {
      status,
      output: this.#output,
      usage,
      reason,
      ...(extension && { extension }),
    })
    this.#onFinish?.(response)
    return out + this.#send(`response.${status}`, { response })
  }

  error(error: ErrorInfo, extension?: Readonly<Record<string, unknown>>): string {
    const { error: told } = encodeError(error)
    const response = encodeEnvelope(this.#identity, {
      status: 'failed',
      output: this.#output,
      error: { code: told.code ?? 'server_error', message: told.message },
    })
    const { code, message, param } = told
    // Some clients read the fields of the event itself, some those of its `error`. Most stop at the first of the two
    // events; some wait for the second.
    const event = { code, message, param, error: told, ...extension }
    return this.#send('error', event) + this.#send('response.failed', { response })
  }

  #text(text: string, logprobs: readonly TokenLogprob[] | undefined): string {
    if (text === '' && logprobs === undefined) return ''
    const { item, out } = this.#message()
    if (logprobs) item.logprobs = [...item.logprobs, ...logprobs]
    if (text === '') return out
    const where = { ...place(item), content_index: textIndex(item) }
    const started =
      item.text === ''
        ? out + this.#send('response.content_part.added', { ...where, part: encodeText('') })
        : out
    item.text += text
    return (
      started +
      this.#send('response.output_text.delta', {
        ...where,
        delta: text,
        logprobs: logprobs ? encodeLogprobs(logprobs).content : [],
      })
    )
  }

  #refusal(text: string): string {
    if (text === '') return ''
    const { item, out } = this.#message()
    let started = out
    if (item.refusal === '') item.refusedFirst = item.text === ''
    const where = { ...place(item), content_index: refusalIndex(item) }
    if (item.refusal === '')
      started += this.#send('response.content_part.added', {
        ...where,
        part: { type: 'refusal', refusal: '' },
      })
    item.refusal += text
    return started + this.#send('response.refusal.delta', { ...where, delta: text })
  }

  #message(): { item: ItemOf<'message'>; out: string } {
    if (this.#open?.kind === 'message') return { item: this.#open, out: '' }
    const before = this.#close('completed')
    const item: ItemOf<'message'> = {
      kind: 'message',
      id: this.#id('msg'),
      text: '',
      refusal: '',
      logprobs: [],
      place: this.#places++,
    }
    this.#open = item
    this.#hasMessage = true
    return { item, out: before + this.#added(item) }
  }

  #call(event: Extract<AnswerEvent, { type: 'tool-call-delta' }>): string {
    let call = this.#calls.get(event.index)
    let out = ''
    if (call === undefined) {
      out = this.#close('completed')
      call = {
        kind: 'function-call',
        id: this.#id('fc'),
        callId: event.id ?? `call_${event.index}`,
        called: calledFunction(this.#identity, event.name ?? ''),
        arguments: '',
        place: this.#places++,
      }
      this.#calls.set(event.index, call)
      out += this.#added(call)
    }
    if (event.arguments === '') return out
    call.arguments += event.arguments
    return (
      out + this.#send('response.function_call_arguments.delta', { ...place(call), delta: event.arguments })
    )
  }

  #closeCall(call: ItemOf<'function-call'>, status: ItemStatus): string {
    return (
      this.#send('response.function_call_arguments.done', {
        ...place(call),
        name: call.called.name,
        arguments: call.arguments,
      }) + this.#done(call, status)
    )
  }

  /** Ends the reasoning or message that is open. */
  #close(status: ItemStatus): string {
    const item = this.#open
    this.#open = undefined
    if (item === undefined) return ''
    return (
      (item.kind === 'reasoning' ? this.#reasoningDone(item) : this.#messageDone(item)) +
      this.#done(item, status)
    )
  }

  #reasoningDone(item: ItemOf<'reasoning'>): string {
    const where = { ...place(item), summary_index: 0 }
    return (
      this.#send('response.reasoning_summary_text.done', { ...where, text: item.text }) +
      this.#send('response.reasoning_summary_part.done', {
        ...where,
        part: { type: 'summary_text', text: item.text },
      })
    )
  }

  #messageDone(item: ItemOf<'message'>): string {
    let out = ''
    if (item.text !== '') {
      const where = { ...place(item), content_index: textIndex(item) }
      const part = encodeText(item.text, item.logprobs)
      out += this.#send('response.output_text.done', {
        ...where,
        text: item.text,
        logprobs: part['logprobs'],
      })
      out += this.#send('response.content_part.done', { ...where, part })
    }
    if (item.refusal !== '') {
      const where = { ...place(item), content_index: refusalIndex(item) }
      out += this.#send('response.refusal.done', { ...where, refusal: item.refusal })
      out += this.#send('response.content_part.done', {
        ...where,
        part: { type: 'refusal', refusal: item.refusal },
      })
    }
    return out
  }

  #added(item: Item): string {
    const bare =
      item.kind === 'message'
        ? { ...encodeItem(item, 'in_progress'), content: [] }
        : encodeItem(item, 'in_progress')
    return this.#send('response.output_item.added', { output_index: item.place, item: bare })
  }

  #done(item: Item, status: ItemStatus): string {
    const encoded = encodeItem(item, status)
    this.#output[item.place] = encoded
    return this.#send('response.output_item.done', { output_index: item.place, item: encoded })
  }

  #id(prefix: string): string {
    return `${prefix}_${this.#suffix}_${this.#places}`
  }

  #send(type: string, fields: Record<string, unknown>): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#sequence++, ...fields })}\n\n`
  }
}

const place = (item: Item): { item_id: string; output_index: number } => ({
  item_id: item.id,
  output_index: item.place,
})

/** Text and refusal stand in the order in which they began. */
const textIndex = (item: ItemOf<'message'>): number => (item.refusedFirst === true ? 1 : 0)
const refusalIndex = (item: ItemOf<'message'>): number => (item.refusedFirst === true ? 0 : 1)
