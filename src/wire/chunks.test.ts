import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerDeltas, usage } from '../../test/wire-arbitraries.js'
import { failure } from '../../test/wire-events.js'
import type { MoaError } from '../core/index.js'
import { NO_USAGE, collect, type AnswerEvent, type FinishReason } from '../core/index.js'
import { ChunkDecoder } from './chunk-decoder.js'
import { ChunkEncoder, DONE, KEEP_ALIVE } from './chunk-encoder.js'
import { SseParser } from './sse.js'
import type { WireChunk } from './types.js'

const IDENTITY = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'shown-name' }

/** Feeds parsed chunks, or raw data texts, and collects what comes out. */
function decode(...parts: (string | WireChunk)[]): AnswerEvent[] {
  const events: AnswerEvent[] = []
  const decoder = new ChunkDecoder({ upstream: 'lab', model: 'asked', emit: (event) => events.push(event) })
  for (const part of parts) {
    if (typeof part === 'string') decoder.data(part)
    else decoder.chunk(part)
  }
  decoder.end()
  return events
}

const delta = (fields: NonNullable<WireChunk['choices']>[number]['delta']): WireChunk => ({
  choices: [{ index: 0, delta: fields ?? null, finish_reason: null }],
})
const STOP: WireChunk = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }

async function* replay(events: AnswerEvent[]): AsyncIterable<AnswerEvent> {
  yield* events
}

describe('ChunkEncoder and ChunkDecoder', () => {
  it('carry every answer over the wire unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(
        answerDeltas,
        usage,
        fc.constantFrom<FinishReason>('stop', 'length', 'content-filter', 'tool-calls'),
        fc.array(fc.nat(), { maxLength: 6 }),
        async (deltas, tokens, reason, cuts) => {
          const encoder = new ChunkEncoder(IDENTITY, { includeUsage: true })
          let wire = encoder.begin() + KEEP_ALIVE
          for (const event of deltas) wire += encoder.event(event)
          wire += encoder.finish({ reason, usage: tokens, extension: { moa: { recipe: 'x' } } })
          const events: AnswerEvent[] = []
          const decoder = new ChunkDecoder({
            upstream: 'lab',
            model: 'asked',
            emit: (event) => events.push(event),
          })
          const parser = new SseParser((data) => decoder.data(data))
          let from = 0
          for (const cut of cuts.map((place) => place % wire.length).sort((a, b) => a - b)) {
            parser.feed(wire.slice(from, cut))
            from = cut
          }
          parser.feed(wire.slice(from))
          parser.end()

          const toolCalls = deltas.some((event) => event.type === 'tool-call-delta')
          const sent: AnswerEvent[] = [
            { type: 'answer-start', id: IDENTITY.id, model: IDENTITY.model },
            ...deltas,
            {
              type: 'finish',
              reason: reason === 'stop' && toolCalls ? 'tool-calls' : reason,
              usage: tokens,
              cost: { usd: null, unpricedCalls: 0 },
            },
          ]
          expect(decoder.finished).toBe(true)
          expect(events).toEqual(sent)
          expect(await collect(replay(events))).toEqual(await collect(replay(sent)))
        },
      ),
    )
  })
})

describe('ChunkEncoder', () => {
  const chunks = (wire: string): unknown[] =>
    wire
      .split('\n\n')
      .filter((event) => event !== '' && event !== 'data: [DONE]')
      .map((event) => JSON.parse(event.slice('data: '.length)) as unknown)

  it('gives every chunk the same identity', () => {
    const encoder = new ChunkEncoder(IDENTITY, { includeUsage: false })
    const wire = encoder.begin() + encoder.text('a') + encoder.finish({ reason: 'stop', usage: NO_USAGE })
    for (const chunk of chunks(wire))
      expect(chunk).toMatchObject({ ...IDENTITY, object: 'chat.completion.chunk' })
    expect(wire.endsWith(DONE)).toBe(true)
  })

  it('sends usage once, in a chunk without choices, only when asked', () => {
    const asked = new ChunkEncoder(IDENTITY, { includeUsage: true })
    const all = chunks(asked.begin() + asked.finish({ reason: 'stop', usage: NO_USAGE }))
    expect(all.map((chunk) => (chunk as WireChunk).usage)).toEqual([
      null,
      null,
      expect.objectContaining({ total_tokens: 0 }),
    ])
    expect(all.at(-1)).toMatchObject({ choices: [] })
    const plain = new ChunkEncoder(IDENTITY, { includeUsage: false })
    expect(plain.begin() + plain.finish({ reason: 'stop', usage: NO_USAGE })).not.toContain('usage')
  })

  it('writes an error as the last event', () => {
    const wire = new ChunkEncoder(IDENTITY, { includeUsage: false }).error({
      code: 'timeout',
      message: 'too "slow"',
    })
    expect(chunks(wire)).toEqual([
      { error: { message: 'too "slow"', type: 'timeout_error', param: null, code: 'timeout' } },
    ])
  })
})

describe('ChunkDecoder', () => {
  it('holds the first event back until the answer begins', () => {
    const events: AnswerEvent[] = []
    const decoder = new ChunkDecoder({ upstream: 'lab', model: 'asked', emit: (event) => events.push(event) })
    decoder.chunk(delta({ role: 'assistant', content: '' }))
    decoder.chunk(delta({ content: null }))
    decoder.chunk({ choices: [] })
    expect(events).toEqual([])
    decoder.chunk(delta({ content: 'a' }))
    expect(events.map((event) => event.type)).toEqual(['answer-start', 'answer-delta'])
  })

  it('finishes once, at [DONE] or at the end, and ignores what follows', () => {
    expect(decode(delta({ content: 'a' }), STOP, '[DONE]', delta({ content: 'b' })).at(-1)).toMatchObject({
      type: 'finish',
    })
    expect(decode(delta({ content: 'a' }), STOP, ' [DONE] ')).toHaveLength(3)
    expect(decode(delta({ content: 'a' }), STOP)).toHaveLength(3)
    expect(decode(STOP).map((event) => event.type)).toEqual(['answer-start', 'finish'])
  })

  it.each([
    ['the end', [delta({ content: 'a' })]],
    ['[DONE]', [delta({ content: 'a' }), '[DONE]']],
    ['nothing at all', []],
  ] as [string, (string | WireChunk)[]][])('calls %s without a finish reason incomplete', (_name, parts) => {
    const error = failure(() => decode(...parts))
    expect(error).toMatchObject({ code: 'incomplete_stream', retryable: true })
    expect(error.message).toContain('lab')
  })

  it.each<[string, unknown, Partial<MoaError>]>([
    ['OpenAI', { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { code: 'rate_limited' }],
    [
      'OpenRouter',
      {
        id: 'x',
        error: { message: 'bad gateway', code: 502 },
        choices: [{ delta: {}, finish_reason: 'error' }],
      },
      { code: 'upstream_error', status: 502, retryable: true },
    ],
    ['a status as text', { error: { message: 'no', code: '429' } }, { code: 'rate_limited', status: 429 }],
    ['plain text', { error: 'it broke' }, { code: 'upstream_error' }],
    ['vLLM', { object: 'error', message: 'bad', code: 400 }, { code: 'upstream_rejected', status: 400 }],
  ])('throws an error sent inside the stream: %s', (_name, chunk, expected) => {
    expect(failure(() => decode(delta({ content: 'a' }), JSON.stringify(chunk)))).toMatchObject(expected)
  })

  it.each([
    ['text', 'oops SECRET'],
    ['cut JSON', '{"choices":[{"delta":{"content":"SECRET'],
    ['a number', '5'],
    ['null', 'null'],
  ])('refuses %s without quoting it', (_name, data) => {
    const error = failure(() => decode(data))
    expect(error).toMatchObject({ code: 'invalid_response', retryable: true })
    expect(`${error.message} ${String(error.cause)}`).not.toContain('SECRET')
  })

  it.each(['error', 'abort', 'insufficient_system_resource'])(
    'takes finish reason "%s" for a failure',
    (reason) => {
      const broken: WireChunk = { choices: [{ delta: {}, finish_reason: reason }] }
      expect(failure(() => decode(broken))).toMatchObject({ code: 'upstream_error' })
    },
  )

  it.each([
    ['stop', 'stop'],
    ['eos', 'stop'],
    ['something new', 'stop'],
    ['STOP', 'stop'],
    ['max_tokens', 'length'],
    ['tool_calls', 'tool-calls'],
    ['function_call', 'tool-calls'],
    ['content_filter', 'content-filter'],
  ])('reads finish reason "%s" as %s', (wire, reason) => {
    expect(decode({ choices: [{ delta: {}, finish_reason: wire }] }).at(-1)).toMatchObject({ reason })
  })

  it('takes null for absent everywhere', () => {
    const nulls = {
      id: null,
      model: null,
      system_fingerprint: null,
      usage: null,
      error: null,
      choices: [
        {
          index: null,
          delta: {
            content: 'a',
            reasoning: null,
            reasoning_content: null,
            refusal: null,
            tool_calls: null,
          },
          finish_reason: null,
          logprobs: null,
          usage: null,
        },
      ],
    }
    expect(decode(nulls as WireChunk, { choices: null }, { choices: [{ delta: null }] }, STOP)).toEqual([
      { type: 'answer-start', model: 'asked' },
      { type: 'answer-delta', text: 'a' },
      expect.objectContaining({ type: 'finish' }),
    ])
    const call = { index: null, id: null, function: { name: 'f', arguments: null } }
    expect(decode(delta({ tool_calls: [call] }), STOP)[1]).toEqual({
      type: 'tool-call-delta',
      index: 0,
      id: 'call_0',
      name: 'f',
      arguments: '',
    })
  })

  it.each([
    ['reasoning_content', { reasoning_content: 'hm' }],
    ['reasoning', { reasoning: 'hm' }],
    ['both at once', { reasoning_content: 'hm', reasoning: 'hm' }],
    [
      "Mistral's thinking fragments",
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] },
    ],
  ])('reads the thinking once from %s', (_name, fields) => {
    expect(decode(delta(fields), delta({ content: 'a' }), STOP).slice(1, 3)).toEqual([
      { type: 'reasoning-delta', text: 'hm' },
      { type: 'answer-delta', text: 'a' },
    ])
  })

  it("reads Mistral's text fragments", () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'reference', reference_ids: [1] },
      { type: 'text', text: 'b' },
    ]
    const events = decode(delta({ content }), STOP)
    expect(events.slice(1, 3)).toEqual([
      { type: 'answer-delta', text: 'a' },
      { type: 'answer-delta', text: 'b' },
    ])
  })

  it('reads fields of the wrong type as absent, or refuses the answer; nothing but text passes for text', () => {
    const whole = {
      id: 'c',
      model: 'm',
      system_fingerprint: 'f',
      choices: [
        {
          index: 0,
          delta: {
            content: 'a',
            reasoning_content: 'b',
            refusal: 'c',
            tool_calls: [{ index: 0, id: 'd', function: { name: 'e', arguments: '{}' } }],
          },
          logprobs: { content: [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [] }] },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 1 } },
      error: null,
    }
    const pathsOf = (value: object): string[][] =>
      Object.entries(value).flatMap(([key, inner]: [string, unknown]) => [
        [key],
        ...(typeof inner === 'object' && inner !== null ? pathsOf(inner).map((path) => [key, ...path]) : []),
      ])
    const texts = new Set(['text', 'arguments', 'name', 'id', 'model', 'systemFingerprint'])
    for (const path of pathsOf(whole)) {
      for (const wrong of [null, 0, 5, true, 'x', [], [null], [[]], {}, { a: 1 }]) {
        const chunk = structuredClone(whole) as WireChunk
        let place = chunk as Record<string, unknown>
        for (const key of path.slice(0, -1)) place = place[key] as Record<string, unknown>
        place[path.at(-1) as string] = wrong
        let events: AnswerEvent[] = []
        try {
          events = decode(JSON.stringify(chunk))
        } catch (error) {
          expect(['invalid_response', 'incomplete_stream', 'upstream_error']).toContain(
            (error as MoaError).code,
          )
        }
        for (const event of events as readonly object[])
          for (const [name, value] of Object.entries(event))
            if (texts.has(name)) expect(typeof value).toBe('string')
      }
    }
  })

  it('reads only the first of several choices', () => {
    const other: WireChunk = { choices: [{ index: 1, delta: { content: 'b' }, finish_reason: 'stop' }] }
    expect(decode(delta({ content: 'a' }), other, STOP)).toHaveLength(3)
  })

  it('reads a whole message inside a stream', () => {
    const whole: WireChunk = {
      choices: [{ message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
    }
    expect(decode(whole)[1]).toEqual({ type: 'answer-delta', text: 'a' })
  })

  describe('tool calls', () => {
    const calls = async (...fragments: object[]): Promise<unknown> => {
      const events = decode(...fragments.map((call) => delta({ tool_calls: [call] })), STOP)
      return (await collect(replay(events))).toolCalls.map((call) => [call.id, call.name, call.arguments])
    }
    const fn = (name: string | undefined, text: unknown): { function: object } => ({
      function: { ...(name !== undefined && { name }), arguments: text },
    })

    it.each<[string, object[], [string, string, string][]]>([
      [
        'fragments in turn',
        [
          { index: 0, id: 'a', ...fn('f', '') },
          { index: 1, id: 'b', ...fn('g', '{') },
          { index: 0, ...fn(undefined, '{}') },
          { index: 1, ...fn(undefined, '}') },
        ],
        [
          ['a', 'f', '{}'],
          ['b', 'g', '{}'],
        ],
      ],
      [
        'id and name on every fragment',
        [
          { index: 0, id: 'a', ...fn('f', '{') },
          { index: 0, id: 'a', ...fn('f', '}') },
        ],
        [['a', 'f', '{}']],
      ],
      [
        'empty ids after the first fragment',
        [
          { id: 'a', ...fn('f', '{') },
          { id: '', ...fn(undefined, '}') },
        ],
        [['a', 'f', '{}']],
      ],
      [
        'whole calls that all have index 0',
        [
          { index: 0, id: 'a', ...fn('f', '{}') },
          { index: 0, id: 'b', ...fn('f', '[]') },
        ],
        [
          ['a', 'f', '{}'],
          ['b', 'f', '[]'],
        ],
      ],
      [
        'no index and no id',
        [fn('f', '{'), fn(undefined, '}'), fn('g', '{}')],
        [
          ['call_0', 'f', '{}'],
          ['call_1', 'g', '{}'],
        ],
      ],
      [
        'an index that does not begin at 0',
        [{ index: 1_000_000_000, id: 'a', ...fn('f', '{}') }],
        [['a', 'f', '{}']],
      ],
      [
        'a name that comes after the id',
        [
          { index: 0, id: 'a', ...fn(undefined, '') },
          { index: 0, ...fn('f', '{}') },
        ],
        [['a', 'f', '{}']],
      ],
      [
        'arguments that are an object',
        [{ index: 0, id: 'a', ...fn('f', { x: 1 }) }],
        [['a', 'f', '{"x":1}']],
      ],
    ])('puts together %s', async (_name, fragments, expected) => {
      expect(await calls(...fragments)).toEqual(expected)
    })

    it('tell by themselves that the answer ended in tool calls', () => {
      const events = decode(delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] }), STOP)
      expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' })
    })
  })

  describe('usage', () => {
    const reported = (...parts: unknown[]): unknown => {
      const decoder = new ChunkDecoder({ upstream: 'lab', model: 'm', emit: () => {} })
      for (const part of parts) decoder.chunk(part as WireChunk)
      return decoder.reported
    }

    it('takes the latest numbers, wherever the server puts them', () => {
      const tokens = (count: number): object => ({ prompt_tokens: count, completion_tokens: count })
      const read = { inputTokens: 2, outputTokens: 2 }
      expect(reported({ usage: tokens(1) }, { choices: [], usage: tokens(2) })).toMatchObject({ usage: read })
      expect(reported({ choices: [{ delta: {}, usage: tokens(2) }] })).toMatchObject({ usage: read })
      expect(reported(STOP)).toEqual({ usage: undefined, costUsd: undefined })
    })

    it('reads cached and reasoning tokens and the price an upstream names', () => {
      const openRouter = {
        usage: {
          prompt_tokens: 10,
          completion_tokens: 5,
          total_tokens: 15,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens_details: { reasoning_tokens: 3 },
          cost: 0.25,
        },
      }
      expect(reported(openRouter)).toEqual({
        usage: { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 3 },
        costUsd: 0.25,
      })
      expect(reported({ usage: { prompt_tokens: 10, prompt_cache_hit_tokens: 6 } })).toMatchObject({
        usage: { cachedInputTokens: 6 },
      })
    })

    it('counts reasoning that is only in the total as output', () => {
      const xai = {
        prompt_tokens: 20,
        completion_tokens: 50,
        total_tokens: 370,
        completion_tokens_details: { reasoning_tokens: 300 },
      }
      expect(reported({ usage: xai })).toMatchObject({ usage: { outputTokens: 350, reasoningTokens: 300 } })
    })

    it('takes a field without figures for no report at all', () => {
      for (const usage of [{}, { prompt_tokens: null }, 'none', true, [], { cost: 0.5 }])
        expect(reported({ usage })).toMatchObject({ usage: undefined })
    })

    it('counts nulls and nonsense as 0', () => {
      const usage = { prompt_tokens: null, completion_tokens: -3, prompt_tokens_details: null, cost: '1' }
      expect(reported({ usage })).toEqual({ usage: NO_USAGE, costUsd: undefined })
    })
  })
})
