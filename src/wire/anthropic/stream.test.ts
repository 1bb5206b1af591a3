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
import type { AnswerEvent } from '../../core/index.js'
import { MessagesEncoder } from './stream.js'

type Json = Record<string, unknown>
const IDENTITY = { id: 'msg_1', model: 'shown' }
const run = (deltas: readonly AnswerEvent[], end: Parameters<typeof streamed>[2] = {}): NamedEvent[] =>
  streamed(new MessagesEncoder(IDENTITY), deltas, end)
const names = (events: readonly NamedEvent[]): string[] =>
  events.map(({ name, data }) => {
    expect(data['type']).toBe(name)
    const inner = (data['delta'] ?? data['content_block']) as Json | undefined
    const index = data['index'] === undefined ? '' : ` ${data['index'] as number}`
    return `${name.replace('content_block_', '')}${index}${inner?.['type'] === undefined ? '' : ` ${inner['type'] as string}`}`
  })

const grow = (target: Json, field: string, text: unknown): void => {
  target[field] = `${target[field] as string}${text as string}`
}

/** Puts a message together as clients do; only blocks that are open can grow. */
function assembled(events: readonly NamedEvent[]): Json[] {
  const blocks: Json[] = []
  const open = new Set<number>()
  for (const { name, data } of events) {
    const index = data['index'] as number
    const delta = data['delta'] as Json
    const block = blocks[index]
    switch (name) {
      case 'content_block_start':
        expect(index).toBe(blocks.length)
        blocks.push({ ...(data['content_block'] as Json), json: '' })
        open.add(index)
        break
      case 'content_block_delta':
        if (block === undefined || !open.has(index)) throw new Error(`block ${index} is not open`)
        if (delta['type'] === 'text_delta') grow(block, 'text', delta['text'])
        if (delta['type'] === 'thinking_delta') grow(block, 'thinking', delta['thinking'])
        if (delta['type'] === 'input_json_delta') grow(block, 'json', delta['partial_json'])
        break
      case 'content_block_stop':
        expect(open.delete(index)).toBe(true)
        break
      default:
    }
  }
  expect(open.size).toBe(0)
  return blocks
}

describe('MessagesEncoder', () => {
  it('tells every answer so that clients can put it together', () => {
    fc.assert(
      fc.property(answerDeltas, anyUsage, (deltas, usage) => {
        const events = run(deltas, { usage })
        expect(names(events).slice(0, 2)).toEqual(['message_start', 'ping'])
        expect(names(events).slice(-2)).toEqual(['message_delta', 'message_stop'])
        const blocks = assembled(events)
        const all = (type: string, field: string): string =>
          blocks
            .filter((block) => block['type'] === type)
            .map((block) => block[field] as string)
            .join('')
        const said = deltas.map((event) =>
          event.type === 'answer-delta' || event.type === 'refusal-delta' ? event.text : '',
        )
        const result = resultOf(deltas)
        expect(all('text', 'text')).toBe(said.join(''))
        expect(all('thinking', 'thinking')).toBe(result.reasoning)
        expect(
          blocks
            .filter(({ type }) => type === 'tool_use')
            .map(({ id, name, json }) => ({ id, name, arguments: json })),
        ).toEqual(result.toolCalls)
        expect(blocks.some(({ type }) => type === 'text' || type === 'tool_use')).toBe(true)
      }),
    )
  })

  it('tells thinking, text and calls in the order clients know', () => {
    const events = run([
      think('hm'),
      say('Let me '),
      say('see.'),
      call(0, '', { id: 't0', name: 'f' }),
      call(1, '{"b":', { id: 't1', name: 'g' }),
      call(0, '{}'),
      call(1, '1}'),
    ])
    expect(names(events)).toEqual([
      'message_start',
      'ping',
      'start 0 thinking',
      'delta 0 thinking_delta',
      'delta 0 signature_delta',
      'stop 0',
      'start 1 text',
      'delta 1 text_delta',
      'delta 1 text_delta',
      'stop 1',
      'start 2 tool_use',
      'start 3 tool_use',
      'delta 3 input_json_delta',
      'delta 2 input_json_delta',
      'delta 3 input_json_delta',
      'stop 2',
      'stop 3',
      'message_delta',
      'message_stop',
    ])
    expect(assembled(events)).toMatchObject([
      { thinking: 'hm', signature: '' },
      { text: 'Let me see.' },
      { id: 't0', name: 'f', input: {}, json: '{}' },
      { id: 't1', name: 'g', json: '{"b":1}' },
    ])
  })

  it('has one empty text where nothing was said, and none more where something was', () => {
    const types = (deltas: AnswerEvent[]): unknown[] => assembled(run(deltas)).map(({ type }) => type)
    expect(types([])).toEqual(['text'])
    expect(types([think('hm')])).toEqual(['thinking', 'text'])
    expect(types([say('yes'), think('was that right?')])).toEqual(['text', 'thinking'])
    expect(types([call(0, '{}', { id: 't', name: 'f' })])).toEqual(['tool_use'])
    expect(types([say(''), think(''), refuse(''), say('x')])).toEqual(['text'])
    expect(names(run([think('')]))).toEqual(names(run([])))
  })

  it('says a refusal as text, and that it was one', () => {
    const events = run([refuse('No.')], { reason: 'content-filter' })
    expect(assembled(events)).toMatchObject([{ type: 'text', text: 'No.' }])
    expect(events.at(-2)?.data['delta']).toEqual({ stop_reason: 'refusal', stop_sequence: null })
  })

  it.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['tool-calls', 'tool_use'],
    ['content-filter', 'refusal'],
  ] as const)('says why it ended: %s is %s', (reason, stopReason) => {
    expect(run([say('x')], { reason }).at(-2)?.data['delta']).toMatchObject({ stop_reason: stopReason })
  })

  it('counts cached tokens beside the input, and carries fields of our own', () => {
    const usage = { inputTokens: 10, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 2 }
    const last = run([say('x')], { usage, extension: { moa: { calls: 3 } } }).at(-2)
    expect(last?.data).toMatchObject({
      type: 'message_delta',
      usage: {
        input_tokens: 6,
        cache_read_input_tokens: 4,
        cache_creation_input_tokens: 0,
        output_tokens: 7,
      },
      moa: { calls: 3 },
    })
  })

  it('tells a late failure, and pings meanwhile', () => {
    const encoder = new MessagesEncoder(IDENTITY)
    const error = { code: 'all_failed', message: 'Nobody answered.', retryable: false } as const
    const text = encoder.begin() + encoder.keepAlive() + encoder.error(error, { moa: { calls: 1 } })
    expect(namedEvents(text).slice(1)).toEqual([
      { name: 'ping', data: { type: 'ping' } },
      { name: 'ping', data: { type: 'ping' } },
      {
        name: 'error',
        data: {
          type: 'error',
          error: { type: 'api_error', message: 'Nobody answered.' },
          moa: { calls: 1 },
        },
      },
    ])
  })
})
