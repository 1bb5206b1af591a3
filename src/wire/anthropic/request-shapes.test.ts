import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { text as anyText } from '../../../test/wire-arbitraries.js'
import { failure } from '../../../test/wire-events.js'
import type { Message } from '../../core/index.js'
import { decodeMessagesRequest } from './decode-request.js'

type Json = Record<string, unknown>
const decode = (fields: Json): ReturnType<typeof decodeMessagesRequest> =>
  decodeMessagesRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields })
const turns = (...messages: unknown[]): readonly Message[] => decode({ messages }).request.messages
const user = (...content: unknown[]): readonly Message[] => turns({ role: 'user', content })

const json = fc
  .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
const id = fc.stringMatching(/^toolu_[a-z0-9]{4}$/)

/** A message and the turn that Anthropic's clients write for it. */
const pair: fc.Arbitrary<readonly [Message, Json]> = fc.oneof(
  anyText.map(
    (text) =>
      [
        { role: 'user', content: text },
        { role: 'user', content: text },
      ] as const,
  ),
  fc.tuple(anyText, fc.boolean()).map(
    ([text, remote]) =>
      [
        {
          role: 'user',
          content: [
            { type: 'text', text },
            { type: 'image', url: remote ? 'https://example.org/a.png' : 'data:image/png;base64,AAAA' },
            { type: 'file', data: 'data:application/pdf;base64,BBBB', filename: 'paper' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text, cache_control: { type: 'ephemeral' } },
            {
              type: 'image',
              source: remote
                ? { type: 'url', url: 'https://example.org/a.png' }
                : { type: 'base64', media_type: 'image/png', data: 'AAAA' },
            },
            {
              type: 'document',
              title: 'paper',
              source: { type: 'base64', media_type: 'application/pdf', data: 'BBBB' },
            },
          ],
        },
      ] as const,
  ),
  fc.tuple(anyText, fc.array(fc.tuple(id, json), { maxLength: 2 })).map(
    ([text, calls]) =>
      [
        {
          role: 'assistant',
          content: [{ type: 'text', text }],
          ...(calls.length > 0 && {
            toolCalls: calls.map(([call, input]) => ({
              id: call,
              name: 'f',
              arguments: JSON.stringify(input),
            })),
          }),
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'text', text },
            ...calls.map(([call, input]) => ({ type: 'tool_use', id: call, name: 'f', input })),
          ],
        },
      ] as const,
  ),
  fc.tuple(id, anyText).map(
    ([call, text]) =>
      [
        { role: 'tool', toolCallId: call, content: [{ type: 'text', text }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call, content: text }] },
      ] as const,
  ),
)

describe('decodeMessagesRequest', () => {
  it('reads every conversation as its clients write it', () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 5 }), (pairs) => {
        expect(turns(...pairs.map(([, turn]) => turn))).toEqual(pairs.map(([message]) => message))
      }),
    )
  })

  it('reads sampling, tools and formats under their names here', () => {
    const schema = { type: 'object', properties: {} }
    const { request, stream, ignored, unknown } = decode({
      system: 'Be brief.',
      stream: true,
      max_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ['END'],
      tools: [{ name: 'f', description: 'd', input_schema: schema, type: 'custom' }],
      tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
      output_config: { effort: 'high', format: { type: 'json_schema', schema } },
      thinking: { type: 'enabled', budget_tokens: 2000 },
      metadata: { user_id: 'me' },
    })
    expect(request).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      maxTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      stop: ['END'],
      tools: [{ name: 'f', description: 'd', parameters: schema }],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      reasoningEffort: 'high',
      responseFormat: { type: 'json-schema', name: 'output', schema },
    })
    expect([stream, ignored, unknown]).toEqual([true, ['top_k', 'thinking', 'metadata'], { top_k: 5 }])
  })

  it.each([
    ['auto', 'auto'],
    ['none', 'none'],
    ['any', 'required'],
  ])('reads the tool choice %s', (type, wanted) => {
    expect(decode({ tool_choice: { type } }).request.toolChoice).toBe(wanted)
  })

  it('counts null as absent', () => {
    const { request, ignored, moa } = decode({
      system: null,
      tools: null,
      tool_choice: null,
      temperature: null,
      output_config: null,
      mcp_servers: null,
      service_tier: null,
      moa: null,
    })
    expect([request, ignored, moa]).toEqual([{ messages: [{ role: 'user', content: 'hi' }] }, [], undefined])
  })

  it('takes system text in blocks, and in between', () => {
    const system = [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }]
    expect(decode({ system }).request.messages[0]).toEqual({
      role: 'system',
      content: [{ type: 'text', text: 'a' }],
    })
    expect(decode({ system: [] }).request.messages).toHaveLength(1)
    expect(turns({ role: 'user', content: 'a' }, { role: 'system', content: 'b' })).toMatchObject([
      { role: 'user' },
      { role: 'system', content: 'b' },
    ])
  })

  it('puts results of tools before what else was said, and their pictures after them', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } }
    expect(
      user(
        { type: 'text', text: 'and now?' },
        { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'seen' }, image] },
        { type: 'tool_result', tool_use_id: 't2', is_error: true, content: 'broken' },
        { type: 'tool_result', tool_use_id: 't3' },
      ),
    ).toEqual([
      { role: 'tool', toolCallId: 't1', content: [{ type: 'text', text: 'seen' }] },
      {
        role: 'tool',
        toolCallId: 't2',
        content: [
          { type: 'text', text: 'The tool failed: ' },
          { type: 'text', text: 'broken' },
        ],
      },
      { role: 'tool', toolCallId: 't3', content: [{ type: 'text', text: '' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'and now?' },
          { type: 'image', url: 'data:image/png;base64,AA' },
        ],
      },
    ])
  })

  it('reads documents of text as text, and leaves out turns of thinking alone', () => {
    const document = (source: Json): Json => ({ type: 'document', source })
    expect(
      user(
        document({ type: 'text', media_type: 'text/plain', data: 'plain' }),
        document({
          type: 'content',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        }),
      ),
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'plain' },
          { type: 'text', text: 'a\nb' },
        ],
      },
    ])
    const thinking = { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'x' }] }
    expect(turns({ role: 'user', content: 'a' }, thinking)).toHaveLength(1)
  })

  const block = (value: unknown, role = 'user'): Json => ({ messages: [{ role, content: [value] }] })
  it.each([
    ['model', { model: '' }],
    ['messages', { messages: [] }],
    ['messages', { messages: 'hi' }],
    ['messages[0]', { messages: ['hi'] }],
    ['messages[0].role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages[0].content', { messages: [{ role: 'user', content: [] }] }],
    ['messages[0].content', { messages: [{ role: 'user', content: 7 }] }],
    ['messages[0].content[0].type', block({ type: 'video' })],
    ['messages[0].content[0].type', block({ type: 'image' }, 'assistant')],
    ['messages[0].content[0].source', block({ type: 'image' })],
    ['messages[0].content[0].source.type', block({ type: 'image', source: { type: 'file' } })],
    ['messages[0].content[0].source.url', block({ type: 'image', source: { type: 'url', url: 'ftp://x' } })],
    [
      'messages[0].content[0].source.type',
      block({ type: 'document', source: { type: 'url', url: 'https://x' } }),
    ],
    ['messages[0].content[0].tool_use_id', block({ type: 'tool_result' })],
    ['messages[0].content[0].name', block({ type: 'tool_use', id: 'x' }, 'assistant')],
    [
      'messages[0].content[0].input',
      block({ type: 'tool_use', id: 'x', name: 'f', input: '{}' }, 'assistant'),
    ],
    ['system[0].type', { system: [{ type: 'image' }] }],
    ['mcp_servers', { mcp_servers: [] }],
    ['container', { container: 'c' }],
    ['max_tokens', { max_tokens: 0 }],
    ['temperature', { temperature: 'hot' }],
    ['top_p', { top_p: 2 }],
    ['stop_sequences', { stop_sequences: 'END' }],
    ['stop_sequences[0]', { stop_sequences: [1] }],
    ['stream', { stream: 1 }],
    ['tools[0].type', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['tools[0].name', { tools: [{ input_schema: {} }] }],
    ['tools[0].input_schema', { tools: [{ name: 'f', input_schema: [] }] }],
    ['tool_choice', { tool_choice: 'auto' }],
    ['tool_choice.type', { tool_choice: { type: 'all' } }],
    ['tool_choice.name', { tool_choice: { type: 'tool' } }],
    [
      'tool_choice.disable_parallel_tool_use',
      { tool_choice: { type: 'auto', disable_parallel_tool_use: 'x' } },
    ],
    ['output_config', { output_config: 'json' }],
    ['output_config.format.type', { output_config: { format: { type: 'json' } } }],
    ['output_config.format.schema', { output_format: { type: 'json_schema' } }],
  ])('names the parameter at fault: %s', (param, fields) => {
    expect(failure(() => decode(fields))).toMatchObject({ code: 'invalid_request', param })
  })

  it('answers any JSON with a request or a named fault', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const fields of [
          { messages: value },
          { messages: [value] },
          block(value),
          { system: value },
          { tools: value },
        ])
          try {
            expect(decode(fields).request.messages.length).toBeGreaterThan(0)
          } catch (error) {
            expect(error).toMatchObject({ name: 'MoaError', param: expect.any(String) })
          }
      }),
    )
  })
})
