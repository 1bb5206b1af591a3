import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerDeltas, usage } from '../../test/wire-arbitraries.js'
import { Collector, NO_COST, NO_USAGE, collect, type AnswerEvent, type Result } from '../core/index.js'
import { decodeResponse, encodeResponse, writeResponse } from './response.js'

const IDENTITY = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'shown-name' }
const decode = (body: unknown): ReturnType<typeof decodeResponse> =>
  decodeResponse(body, { upstream: 'lab', model: 'asked' })

async function* replay(events: readonly AnswerEvent[]): AsyncIterable<AnswerEvent> {
  yield* events
}

function resultOf(events: readonly AnswerEvent[]): Result {
  const collector = new Collector()
  for (const event of events) collector.add(event)
  return collector.result()
}

const finish = (reason: 'stop' | 'length', tokens = NO_USAGE): AnswerEvent => ({
  type: 'finish',
  reason,
  usage: tokens,
  cost: NO_COST,
})

describe('encodeResponse', () => {
  it('comes back unchanged from decodeResponse', async () => {
    await fc.assert(
      fc.asyncProperty(answerDeltas, usage, async (deltas, tokens) => {
        const result = resultOf([
          { type: 'answer-start', id: IDENTITY.id, model: IDENTITY.model },
          ...deltas,
          finish('length', tokens),
        ])
        const body: unknown = JSON.parse(JSON.stringify(encodeResponse(result, IDENTITY)))
        const { events, reported } = decode(body)
        expect(await collect(replay(events))).toEqual(result)
        expect(reported).toEqual({ usage: tokens, costUsd: undefined })
      }),
    )
  })

  it('has the shape clients expect of a plain answer', () => {
    const result = resultOf([
      { type: 'answer-start', model: 'inner' },
      { type: 'answer-delta', text: 'hi' },
      finish('stop'),
    ])
    expect(encodeResponse(result, IDENTITY)).toEqual({
      ...IDENTITY,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'hi', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 0,
        completion_tokens: 0,
        total_tokens: 0,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
      system_fingerprint: null,
    })
  })

  it('says content null beside tool calls only', () => {
    const call: AnswerEvent = { type: 'tool-call-delta', index: 0, id: 'a', name: 'f', arguments: '{}' }
    const content = (events: AnswerEvent[]): unknown =>
      (encodeResponse(resultOf(events), IDENTITY) as { choices: { message: { content: unknown } }[] })
        .choices[0]?.message.content
    expect(content([call, finish('stop')])).toBeNull()
    expect(content([finish('stop')])).toBe('')
  })
})

describe('writeResponse', () => {
  const same = (result: Result, extension?: Readonly<Record<string, unknown>>): void =>
    expect(JSON.parse(writeResponse(result, IDENTITY, extension))).toEqual({
      ...encodeResponse(result, IDENTITY),
      ...extension,
    })

  it('is the text of encodeResponse, whatever the answer holds', () => {
    fc.assert(
      fc.property(answerDeltas, usage, (deltas, tokens) => {
        const start: AnswerEvent = { type: 'answer-start', id: IDENTITY.id, model: IDENTITY.model }
        same(resultOf([start, ...deltas, finish('length', tokens)]))
        same(resultOf([start, ...deltas, finish('stop', tokens)]), { moa: { calls: 1 } })
      }),
    )
  })

  it('writes texts that need escaping, and names of clients', () => {
    const text = 'a "quoted" \\ line\n\u2028 \ud800 🙂'
    const result = resultOf([
      { type: 'answer-start', model: 'm' },
      { type: 'answer-delta', text },
      { ...finish('stop'), systemFingerprint: 'fp "1"' } as AnswerEvent,
    ])
    same(result)
    const named = { ...IDENTITY, model: 'a"b' }
    expect(JSON.parse(writeResponse(result, named))).toEqual(encodeResponse(result, named))
  })
})

describe('decodeResponse', () => {
  it('throws the error a 200 brings', () => {
    expect(() => decode({ error: { message: 'no credit', code: 402 } })).toThrow(
      expect.objectContaining({ code: 'quota_exhausted', status: 402 }),
    )
    expect(() => decode([{ error: { message: 'slow down', code: 429 } }])).toThrow(
      expect.objectContaining({ code: 'rate_limited' }),
    )
  })

  it.each([
    ['null', null],
    ['text', 'hello'],
    ['an empty object', {}],
    ['an empty list', []],
    ['no choices', { choices: [] }],
    ['null choices', { choices: null }],
    ['models', { object: 'list', data: [] }],
  ])('refuses %s', (_name, body) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'invalid_response' }))
  })

  it('calls an answer without a finish reason incomplete', () => {
    expect(() => decode({ choices: [{ message: { content: 'a' } }] })).toThrow(
      expect.objectContaining({ code: 'incomplete_stream' }),
    )
  })
})
