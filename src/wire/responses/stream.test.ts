import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerDeltas, usage as anyUsage } from '../../../test/wire-arbitraries.js'
import {
  call,
  namedEvents,
  refuse,
  resultOf,
  say,
  streamed,
  think,
  type NamedEvent,
} from '../../../test/wire-events.js'
import type { AnswerEvent, Usage } from '../../core/index.js'
import { encodeResponsesBody } from './body.js'
import { ResponsesEncoder } from './stream.js'

type Json = Record<string, unknown>
const IDENTITY = { id: 'resp_1', created: 1_700_000_000, model: 'shown', echo: {} }
const USAGE: Usage = { inputTokens: 10, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 2 }
const run = (deltas: readonly AnswerEvent[], end: Parameters<typeof streamed>[2] = {}): NamedEvent[] =>
  streamed(new ResponsesEncoder(IDENTITY), deltas, end)
/** Names without the prefix that nearly all have. */
const names = (events: readonly NamedEvent[]): string[] =>
  events.map(({ name }) => name.replace(/^response\./, ''))
const finalOf = (events: readonly NamedEvent[]): Json => events.at(-1)?.data['response'] as Json

const grow = (target: Json, field: string, text: unknown): void => {
  target[field] = `${target[field] as string}${text as string}`
}

interface Seen {
  readonly item: Json
  readonly parts: Json[]
  done?: Json
}

/** Puts an answer together as clients do: from items, parts and deltas, each of which must have been announced. */
class Client {
  readonly items: Seen[] = []

  read({ name, data }: NamedEvent): void {
    expect(data['type']).toBe(name)
    const place = data['output_index'] as number
    const seen = this.items[place]
    switch (name) {
      case 'response.output_item.added':
        expect(place).toBe(this.items.length)
        this.items.push({ item: data['item'] as Json, parts: [] })
        return
      case 'response.content_part.added':
      case 'response.reasoning_summary_part.added':
        expect(this.#part(data)).toBe(seen?.parts.length)
        seen?.parts.push({ ...(data['part'] as Json) })
        return
      case 'response.output_text.delta':
      case 'response.reasoning_summary_text.delta':
        return this.#add(data, 'text')
      case 'response.refusal.delta':
        return this.#add(data, 'refusal')
      case 'response.function_call_arguments.delta':
        expect(this.#open(data).item['id']).toBe(data['item_id'])
        grow(this.#open(data).item, 'arguments', data['delta'])
        return
      case 'response.output_item.done': {
        const open = this.#open(data)
        open.done = data['item'] as Json
        expect(open.done['id']).toBe(open.item['id'])
        return
      }
      default:
    }
  }

  #open(data: Json): Seen {
    const seen = this.items[data['output_index'] as number]
    if (seen === undefined || seen.done !== undefined) throw new Error(`${String(data['type'])} out of place`)
    return seen
  }

  #part(data: Json): number {
    return (data['content_index'] ?? data['summary_index']) as number
  }

  #add(data: Json, field: string): void {
    const { item, parts } = this.#open(data)
    expect(item['id']).toBe(data['item_id'])
    const part = parts[this.#part(data)]
    if (part === undefined) throw new Error(`no part for ${String(data['type'])}`)
    grow(part, field, data['delta'])
  }
}

const joined = (items: readonly Json[], type: string, field: string): string =>
  items
    .flatMap((item) => (item['content'] ?? item['summary'] ?? []) as Json[])
    .filter((part) => part['type'] === type)
    .map((part) => part[field] as string)
    .join('')

describe('ResponsesEncoder', () => {
  it('tells every answer so that clients can put it together, in order and without gaps', () => {
    fc.assert(
      fc.property(answerDeltas, anyUsage, (deltas, usage) => {
        const events = run(deltas, { usage })
        expect(events.map(({ data }) => data['sequence_number'])).toEqual(events.map((_, index) => index))
        expect(names(events).slice(0, 2)).toEqual(['created', 'in_progress'])
        const client = new Client()
        for (const event of events) client.read(event)
        const response = finalOf(events)
        const output = response['output'] as Json[]
        expect(output).toEqual(client.items.map(({ done }) => done))
        for (const { done, parts, item } of client.items) {
          const last = (done?.['content'] ?? done?.['summary']) as Json[] | undefined
          if (last === undefined) expect(item['arguments']).toBe(done?.['arguments'])
          else
            for (const [index, part] of parts.entries())
              expect(last[index]).toMatchObject(
                part['type'] === 'output_text' ? { text: part['text'] } : part,
              )
        }
        const result = resultOf(deltas, { usage })
        expect(joined(output, 'output_text', 'text')).toBe(result.text)
        expect(joined(output, 'refusal', 'refusal')).toBe(result.refusal)
        expect(joined(output, 'summary_text', 'text')).toBe(result.reasoning)
        expect(
          output
            .filter(({ type }) => type === 'function_call')
            .map((item) => ({ id: item['call_id'], name: item['name'], arguments: item['arguments'] })),
        ).toEqual(result.toolCalls)
      }),
    )
  })

  it('ends with the same body as an answer in one piece', () => {
    const deltas = [think('hm'), say('4'), say('2'), call(0, '{"a"', { id: 'c1', name: 'f' }), call(0, ':1}')]
    const end = { reason: 'tool-calls', usage: USAGE, extension: { moa: { calls: 3 } } } as const
    const whole = encodeResponsesBody(resultOf(deltas, end), IDENTITY, end.extension)
    const response = finalOf(run(deltas, end))
    const withoutIds = (body: Json): Json => ({
      ...body,
      output: (body['output'] as Json[]).map((item) => ({ ...item, id: undefined })),
    })
    expect(withoutIds(response)).toEqual(withoutIds(whole))
    expect(response['moa']).toEqual({ calls: 3 })
  })

  it('tells a plain answer in the order clients know', () => {
    expect(names(run([say('Hel'), say('lo')]))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
  })

  it('ends thinking before the answer begins, and calls after both', () => {
    const events = run([think('hm'), say('ok'), call(0, '{}', { id: 'c1', name: 'f' })])
    expect(names(events).slice(2)).toEqual([
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ])
  })

  it('keeps calls apart whose fragments come by turns', () => {
    const events = run([
      call(0, '{"a":', { id: 'c0', name: 'first' }),
      call(1, '', { id: 'c1', name: 'second' }),
      call(1, '[1'),
      call(0, '0}'),
      call(1, ']'),
    ])
    expect(finalOf(events)['output']).toMatchObject([
      { type: 'function_call', call_id: 'c0', name: 'first', arguments: '{"a":0}', status: 'completed' },
      { type: 'function_call', call_id: 'c1', name: 'second', arguments: '[1]', status: 'completed' },
    ])
    const done = events.filter(({ name }) => name === 'response.function_call_arguments.done')
    expect(done.map(({ data }) => [data['name'], data['arguments']])).toEqual([
      ['first', '{"a":0}'],
      ['second', '[1]'],
    ])
  })

  it('gives refusal and text a part each, in the order in which they began', () => {
    const output = (deltas: AnswerEvent[]): unknown =>
      (finalOf(run(deltas))['output'] as Json[])[0]?.['content']
    const text = { type: 'output_text', text: 'well', annotations: [], logprobs: [] }
    const refusal = { type: 'refusal', refusal: 'No.' }
    expect(output([refuse('No'), refuse('.')])).toEqual([refusal])
    expect(output([say('well'), refuse('No.')])).toEqual([text, refusal])
    expect(output([refuse('No'), say('well'), refuse('.')])).toEqual([refusal, text])
    const late = run([refuse('No.'), say('well')]).filter(
      ({ name }) => name === 'response.content_part.added',
    )
    expect(late.map(({ data }) => data['content_index'])).toEqual([0, 1])
  })

  it('is a message even when nothing was said, but adds none to one that was', () => {
    expect(finalOf(run([]))['output']).toMatchObject([
      { type: 'message', content: [{ type: 'output_text', text: '' }] },
    ])
    expect(finalOf(run([think('hm')]))['output']).toMatchObject([{ type: 'reasoning' }, { type: 'message' }])
    expect(finalOf(run([say('yes'), think('was that right?')]))['output']).toMatchObject([
      { type: 'message' },
      { type: 'reasoning' },
    ])
    for (const nothing of [say(''), think(''), refuse('')])
      expect(names(run([nothing, say('x')]))).toEqual(names(run([say('x')])))
  })

  it.each([
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['content-filter', 'incomplete', { reason: 'content_filter' }],
    ['stop', 'completed', null],
    ['tool-calls', 'completed', null],
  ] as const)('says how an answer ended: %s', (reason, status, details) => {
    const events = run([say('so far')], { reason })
    expect(events.at(-1)?.name).toBe(`response.${status}`)
    expect(finalOf(events)).toMatchObject({ status, incomplete_details: details, output: [{ status }] })
  })

  it('counts tokens with their details', () => {
    expect(finalOf(run([say('x')], { usage: USAGE }))['usage']).toEqual({
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 17,
    })
  })

  it('puts log-probabilities on deltas, and all of them at the end', () => {
    const token = (text: string): AnswerEvent => ({
      type: 'answer-delta',
      text,
      logprobs: [{ token: text, logprob: -0.5, topLogprobs: [{ token: 'z', logprob: -2 }] }],
    })
    const events = run([token('a'), token('b')])
    const wire = (text: string): Json => ({
      token: text,
      logprob: -0.5,
      bytes: null,
      top_logprobs: [{ token: 'z', logprob: -2, bytes: null }],
    })
    const deltas = events.filter(({ name }) => name === 'response.output_text.delta')
    expect(deltas.map(({ data }) => data['logprobs'])).toEqual([[wire('a')], [wire('b')]])
    const done = events.find(({ name }) => name === 'response.output_text.done')
    expect(done?.data['logprobs']).toEqual([wire('a'), wire('b')])
  })

  it('tells a late failure where either kind of client looks for it', () => {
    const encoder = new ResponsesEncoder(IDENTITY)
    const error = {
      code: 'rate_limited',
      message: 'Too much at once.',
      param: 'model',
      retryable: true,
    } as const
    const text = encoder.begin() + encoder.event(say('x')) + encoder.error(error, { moa: { calls: 1 } })
    const fields = { message: 'Too much at once.', param: 'model', code: 'rate_limit_exceeded' }
    const [told, failed] = namedEvents(text).slice(-2)
    expect(failed).toMatchObject({ name: 'response.failed', data: { sequence_number: 6 } })
    expect(told).toEqual({
      name: 'error',
      data: {
        type: 'error',
        sequence_number: 5,
        ...fields,
        error: { ...fields, type: 'rate_limit_error' },
        moa: { calls: 1 },
      },
    })
  })

  it('keeps a connection alive without an event', () => {
    expect(namedEvents(new ResponsesEncoder(IDENTITY).keepAlive())).toEqual([])
  })
})
