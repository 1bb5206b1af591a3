import fc from 'fast-check'
import { failure } from '../../test/wire-events.js'
import { describe, expect, it } from 'vitest'
import { chatRequest } from '../../test/wire-arbitraries.js'
import { MoaError, type ChatRequest, type Message } from '../core/index.js'
import { decodeRequest } from './decode-request.js'
import { encodeRequest, type Dialect } from './encode-request.js'

const HELLO: ChatRequest = { messages: [{ role: 'user', content: 'hello' }] }
const OPENAI: Dialect = { developerRole: true, maxTokensField: 'max_completion_tokens' }

const overWire = (body: Record<string, unknown>): unknown => JSON.parse(JSON.stringify(body))
const encode = (request: ChatRequest, dialect?: Dialect): Record<string, unknown> =>
  encodeRequest(request, { model: 'm', stream: false, ...(dialect && { dialect }) })

function withoutLoneParts(message: Message): Message {
  const [part, ...more] = typeof message.content === 'object' ? (message.content ?? []) : []
  return message.role !== 'tool' && part?.type === 'text' && more.length === 0
    ? { ...message, content: part.text }
    : message
}

describe('encodeRequest', () => {
  it('comes back from decodeRequest as it was, a single part of text as text', () => {
    fc.assert(
      fc.property(chatRequest, fc.boolean(), (request, stream) => {
        const body = encodeRequest(request, { model: 'lab/model', stream, dialect: OPENAI })
        const decoded = decodeRequest(overWire(body))
        expect(decoded.request).toEqual({ ...request, messages: request.messages.map(withoutLoneParts) })
        expect(decoded).toMatchObject({
          model: 'lab/model',
          stream,
          includeUsage: stream,
          n: 1,
          ignored: [],
          unknown: {},
        })
      }),
    )
  })

  it('takes its field names from the dialect', () => {
    const request: ChatRequest = {
      messages: [{ role: 'developer', content: 'be brief' }],
      maxTokens: 5,
      seed: 7,
    }
    expect(encode(request)).toEqual({
      model: 'm',
      messages: [{ role: 'system', content: 'be brief' }],
      max_tokens: 5,
      seed: 7,
    })
    expect(encode(request, { ...OPENAI, seedField: 'random_seed' })).toEqual({
      model: 'm',
      messages: [{ role: 'developer', content: 'be brief' }],
      max_completion_tokens: 5,
      random_seed: 7,
    })
  })

  it('marks an answer to be continued where the server wants it marked', () => {
    const request: ChatRequest = {
      messages: [
        { role: 'assistant', content: 'a' },
        { role: 'user', content: 'b' },
        { role: 'assistant', content: 'c' },
      ],
    }
    const marks = (dialect?: Dialect): unknown[] =>
      (encode(request, dialect)['messages'] as { prefix?: boolean }[]).map((message) => message.prefix)
    expect(marks({ markPrefill: true })).toEqual([undefined, undefined, true])
    expect(marks()).toEqual([undefined, undefined, undefined])
  })

  it('asks for usage at the end of a stream, unless the server takes no stream_options', () => {
    const body = encodeRequest(HELLO, { model: 'm', stream: true })
    expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    const shy = encodeRequest(HELLO, { model: 'm', stream: true, dialect: { streamUsage: false } })
    expect(shy).not.toHaveProperty('stream_options')
  })

  it('never sends reasoning or metadata, and lets extra fields win', () => {
    const body = encode({
      messages: [{ role: 'assistant', content: 'a', reasoning: 'secret thought' }],
      metadata: { trace: 'x' },
      temperature: 1,
      extra: { temperature: 0.5, top_k: 3 },
    })
    expect(JSON.stringify(body)).not.toMatch(/secret thought|trace/)
    expect(body).toMatchObject({ temperature: 0.5, top_k: 3 })
  })

  it('leaves out what the request leaves out', () => {
    expect(Object.keys(encode({ ...HELLO, tools: [] }))).toEqual(['model', 'messages'])
  })
})

/** The parameter decodeRequest blames, and what it says. */
function blamed(body: unknown): { param: string | undefined; message: string } {
  try {
    decodeRequest(body)
  } catch (error) {
    if (error instanceof MoaError && error.code === 'invalid_request')
      return { param: error.param, message: error.message }
    throw error
  }
  return { param: undefined, message: '' }
}

const named = (name: string): unknown => ({ type: 'function', function: { name } })
const allowing = (allowed_tools: unknown): Record<string, unknown> => ({
  model: 'm',
  messages: [{ role: 'user', content: 'hi' }],
  tools: [named('f'), named('g')],
  tool_choice: { type: 'allowed_tools', allowed_tools },
})

describe('decodeRequest', () => {
  const valid = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

  it('offers the allowed tools alone', () => {
    const { request } = decodeRequest(allowing({ mode: 'required', tools: [named('g')] }))
    expect(request).toMatchObject({ tools: [{ name: 'g' }], toolChoice: 'required' })
    expect(request.tools).toHaveLength(1)
  })

  const withMessage = (message: unknown): unknown => ({ ...valid, messages: [valid.messages[0], message] })

  it.each<[param: string, body: unknown]>([
    ['body', null],
    ['body', []],
    ['body', 'text'],
    ['model', { messages: valid.messages }],
    ['model', { ...valid, model: '' }],
    ['model', { ...valid, model: 5 }],
    ['messages', { model: 'm' }],
    ['messages', { ...valid, messages: [] }],
    ['messages', { ...valid, messages: { role: 'user' } }],
    ['messages[1]', withMessage('hi')],
    ['messages[1].role', withMessage({ content: 'hi' })],
    ['messages[1].role', withMessage({ role: 'robot', content: 'hi' })],
    ['messages[1].content', withMessage({ role: 'user' })],
    ['messages[1].content', withMessage({ role: 'user', content: [] })],
    ['messages[1].content', withMessage({ role: 'assistant' })],
    ['messages[1].content', withMessage({ role: 'assistant', content: null, tool_calls: [] })],
    ['messages[1].content[0].type', withMessage({ role: 'user', content: [{ type: 'video' }] })],
    [
      'messages[1].content[0].type',
      withMessage({ role: 'system', content: [{ type: 'image_url', image_url: { url: 'https://x/y' } }] }),
    ],
    [
      'messages[1].content[0].image_url.url',
      withMessage({
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }],
      }),
    ],
    [
      'messages[1].content[0].image_url.detail',
      withMessage({
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: 'https://x/y', detail: 'huge' } }],
      }),
    ],
    ['messages[1].content[0].file', withMessage({ role: 'user', content: [{ type: 'file', file: {} }] })],
    [
      'messages[1].content[0].input_audio.format',
      withMessage({ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA' } }] }),
    ],
    ['messages[1].tool_call_id', withMessage({ role: 'tool', content: 'x' })],
    [
      'messages[1].tool_calls[0].function',
      withMessage({ role: 'assistant', content: null, tool_calls: [{ id: 'a' }] }),
    ],
    [
      'messages[1].tool_calls[0].id',
      withMessage({ role: 'assistant', content: null, tool_calls: [{ function: { name: 'f' } }] }),
    ],
    ['messages[1].name', withMessage({ role: 'user', content: 'x', name: 3 })],
    ['temperature', { ...valid, temperature: 2.5 }],
    ['temperature', { ...valid, temperature: 'hot' }],
    ['top_p', { ...valid, top_p: -0.1 }],
    ['frequency_penalty', { ...valid, frequency_penalty: 3 }],
    ['presence_penalty', { ...valid, presence_penalty: -3 }],
    ['max_tokens', { ...valid, max_tokens: 0 }],
    ['max_completion_tokens', { ...valid, max_completion_tokens: 1.5 }],
    ['seed', { ...valid, seed: 0.5 }],
    ['n', { ...valid, n: 0 }],
    ['stop', { ...valid, stop: 5 }],
    ['stop[1]', { ...valid, stop: ['a', 5] }],
    ['stream', { ...valid, stream: 'yes' }],
    ['stream_options', { ...valid, stream_options: true }],
    ['stream_options.include_usage', { ...valid, stream_options: { include_usage: 1 } }],
    ['logprobs', { ...valid, logprobs: 5 }],
    ['top_logprobs', { ...valid, top_logprobs: 5 }],
    ['top_logprobs', { ...valid, logprobs: true, top_logprobs: 21 }],
    ['tools', { ...valid, tools: {} }],
    ['tools[0].type', { ...valid, tools: [{ type: 'web_search' }] }],
    ['tools[0].function.name', { ...valid, tools: [{ type: 'function', function: {} }] }],
    [
      'tools[0].function.parameters',
      { ...valid, tools: [{ type: 'function', function: { name: 'f', parameters: [] } }] },
    ],
    ['tool_choice', { ...valid, tool_choice: 'sometimes' }],
    ['tool_choice.function', { ...valid, tool_choice: { type: 'function' } }],
    ['tool_choice.allowed_tools', { ...valid, tool_choice: { type: 'allowed_tools' } }],
    ['tool_choice.allowed_tools.mode', allowing({ mode: 'none', tools: [named('f')] })],
    ['tool_choice.allowed_tools.tools', allowing({ mode: 'auto' })],
    ['tool_choice.allowed_tools.tools', allowing({ mode: 'auto', tools: [] })],
    ['tool_choice.allowed_tools.tools[0].function', allowing({ mode: 'auto', tools: [{ name: 'f' }] })],
    ['tool_choice.allowed_tools.tools[1]', allowing({ mode: 'auto', tools: [named('f'), named('h')] })],
    ['response_format.type', { ...valid, response_format: { type: 'xml' } }],
    [
      'response_format.json_schema.name',
      { ...valid, response_format: { type: 'json_schema', json_schema: {} } },
    ],
    ['metadata.user', { ...valid, metadata: { user: 5 } }],
    ['reasoning_effort', { ...valid, reasoning_effort: 5 }],
  ])('blames %s', (param, body) => {
    const { param: named, message } = blamed(body)
    expect(named).toBe(param)
    expect(message.startsWith(`${param}: `)).toBe(true)
  })

  it('says what was expected and what came', () => {
    expect(blamed({ ...valid, temperature: 2.5 }).message).toBe('temperature: expected 0 to 2, got 2.5.')
    expect(blamed({ ...valid, n: 0.5 }).message).toBe('n: expected a whole number, got 0.5.')
    expect(blamed({ ...valid, messages: {} }).message).toBe('messages: expected an array, got an object.')
    expect(blamed(withMessage({ role: 'user', content: null })).message).toBe(
      'messages[1].content: expected text or an array, got null.',
    )
  })

  it.each([
    ['functions', 'tools', { functions: [{ name: 'f' }] }],
    ['function_call', 'tool_choice', { function_call: 'auto' }],
  ])('refuses %s, which would cost a client its calls, and names %s', (param, way, fields) => {
    const error = failure(() => decodeRequest({ ...valid, ...fields }))
    expect([error.code, error.param]).toEqual(['unsupported_parameter', param])
    expect(error.message).toContain(`send ${way}.`)
  })

  it('takes null for absent everywhere', () => {
    const nulls = Object.fromEntries(
      [
        'stream',
        'stream_options',
        'temperature',
        'top_p',
        'frequency_penalty',
        'presence_penalty',
        'stop',
        'seed',
        'max_tokens',
        'max_completion_tokens',
        'reasoning_effort',
        'n',
        'logprobs',
        'top_logprobs',
        'tools',
        'tool_choice',
        'parallel_tool_calls',
        'response_format',
        'metadata',
        'moa',
        'user',
        'something_new',
      ].map((field) => [field, null]),
    )
    expect(decodeRequest({ ...valid, ...nulls })).toEqual(decodeRequest(valid))
    const message = { role: 'assistant', content: 'x', name: null, refusal: null, tool_calls: null }
    expect(decodeRequest(withMessage(message)).request.messages[1]).toEqual({
      role: 'assistant',
      content: 'x',
    })
  })

  it('keeps unknown parameters apart and names everything it ignores', () => {
    const decoded = decodeRequest({ ...valid, user: 'u', top_k: 3, min_p: 0.1, moa: { recipe: 'x' } })
    expect(decoded.ignored).toEqual(['user', 'top_k', 'min_p'])
    expect(decoded.unknown).toEqual({ top_k: 3, min_p: 0.1 })
    expect(decoded.moa).toEqual({ recipe: 'x' })
  })

  it('prefers max_completion_tokens, takes one stop text, and keeps reasoning it is shown', () => {
    const decoded = decodeRequest({ ...valid, max_tokens: 1, max_completion_tokens: 2, stop: 'END' })
    expect(decoded.request).toMatchObject({ maxTokens: 2, stop: ['END'] })
    const shown = decodeRequest(
      withMessage({ role: 'assistant', content: 'x', reasoning_content: 'because' }),
    )
    expect(shown.request.messages[1]).toMatchObject({ reasoning: 'because' })
  })

  it('throws nothing but invalid_request, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue(), (messages, other) => {
        blamed({ model: 'm', messages, tools: other, stop: other, response_format: messages })
      }),
    )
  })
})
