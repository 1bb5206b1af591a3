import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { message as anyMessage } from '../../../test/wire-arbitraries.js'
import { failure } from '../../../test/wire-events.js'
import type { ContentPart, Message } from '../../core/index.js'
import { decodeResponsesRequest } from './decode-request.js'

type Json = Record<string, unknown>
const decode = (fields: Json): ReturnType<typeof decodeResponsesRequest> =>
  decodeResponsesRequest({ model: 'm', input: 'hi', ...fields })
const inputOf = (items: unknown): readonly Message[] => decode({ input: items }).request.messages
const refused = (fields: Json): { code: string; param: string | undefined } => {
  const { code, param } = failure(() => decode(fields))
  return { code, param }
}

function part(value: ContentPart): Json {
  switch (value.type) {
    case 'text':
      return { type: 'input_text', text: value.text }
    case 'image':
      return { type: 'input_image', image_url: value.url, detail: value.detail ?? null }
    case 'file':
      return { type: 'input_file', file_data: value.data, file_id: value.fileId, filename: value.filename }
    case 'audio':
      return { type: 'input_audio', input_audio: { data: value.data, format: value.format } }
  }
}

/** A message as OpenAI's clients send it. */
function items(message: Message): Json[] {
  const parts = typeof message.content === 'string' ? message.content : message.content?.map(part)
  switch (message.role) {
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.toolCallId, output: parts }]
    case 'assistant': {
      const { refusal, toolCalls = [] } = message
      const said = typeof parts === 'string' ? [{ type: 'output_text', text: parts }] : (parts ?? [])
      const content = [...said, ...(refusal === undefined ? [] : [{ type: 'refusal', refusal }])]
      return [
        ...(content.length > 0 ? [{ role: 'assistant', content }] : []),
        ...toolCalls.map((call) => ({ ...call, type: 'function_call', id: 'fc_1', call_id: call.id })),
      ]
    }
    default:
      return [{ type: 'message', role: message.role, content: parts }]
  }
}

/** What is left of messages when one way of writing each is chosen: parts, no names, calls in the turn before. */
function plain(messages: readonly Message[]): Json[] {
  const result: Json[] = []
  for (const message of messages) {
    const { content } = message
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
    const last = result.at(-1)
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])
    const refusal = message.role === 'assistant' ? message.refusal : undefined
    if (parts.length === 0 && refusal === undefined && last?.['role'] === 'assistant')
      last['calls'] = [...(last['calls'] as unknown[]), ...calls]
    else
      result.push({
        role: message.role,
        parts,
        refusal,
        calls,
        ...(message.role === 'tool' && { id: message.toolCallId }),
      })
  }
  return result
}

describe('decodeResponsesRequest', () => {
  it('reads every conversation as its clients write it', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { minLength: 1, maxLength: 5 }), (messages) => {
        const input: unknown = JSON.parse(JSON.stringify(messages.flatMap(items)))
        expect(plain(inputOf(input))).toEqual(plain(messages))
      }),
    )
  })

  it('reads sampling, tools and formats under their names here', () => {
    const schema = { type: 'object', properties: {} }
    const { request, stream, ignored, echo } = decode({
      instructions: 'Be brief.',
      stream: true,
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 100,
      reasoning: { effort: 'high', summary: 'auto' },
      tools: [{ type: 'function', name: 'f', description: 'd', parameters: schema, strict: true }],
      tool_choice: { type: 'function', name: 'f' },
      parallel_tool_calls: false,
      text: { format: { type: 'json_schema', name: 'out', schema, strict: true } },
      include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
      top_logprobs: 3,
      metadata: { a: 'b' },
    })
    expect(request).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      temperature: 0.5,
      topP: 0.9,
      maxTokens: 100,
      reasoningEffort: 'high',
      tools: [{ name: 'f', description: 'd', parameters: schema, strict: true }],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      responseFormat: { type: 'json-schema', name: 'out', schema, strict: true },
      topLogprobs: 3,
      metadata: { a: 'b' },
    })
    expect([stream, ignored]).toEqual([true, ['include.reasoning.encrypted_content']])
    expect(echo).toMatchObject({ temperature: 0.5, parallel_tool_calls: false, instructions: 'Be brief.' })
  })

  it('asks for log-probabilities when either parameter does', () => {
    const top = (fields: Json): unknown => decode(fields).request.topLogprobs
    expect(top({ include: ['message.output_text.logprobs'] })).toBe(0)
    expect(top({ top_logprobs: 2 })).toBe(2)
    expect(top({ top_logprobs: 0 })).toBeUndefined()
  })

  it('counts null as absent, and names what has no effect', () => {
    const decoded = decode({
      temperature: null,
      tools: null,
      text: { format: null, verbosity: 'low' },
      reasoning: { effort: null, generate_summary: 'auto' },
      user: 'me',
      top_k: 5,
      background: false,
      store: true,
      truncation: 'auto',
      previous_response_id: null,
      moa: null,
    })
    expect(decoded.request).toEqual({ messages: [{ role: 'user', content: 'hi' }] })
    expect(decoded.ignored).toEqual(['user', 'top_k', 'text.verbosity', 'reasoning.generate_summary'])
    expect(decoded.unknown).toEqual({ top_k: 5 })
    expect(decoded.moa).toBeUndefined()
  })

  it('joins calls to the turn before them and leaves out reasoning', () => {
    expect(
      inputOf([
        { role: 'user', content: 'go' },
        { type: 'reasoning', id: 'rs_1', summary: [] },
        { role: 'assistant', content: 'well' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        { type: 'function_call', call_id: 'c2', name: 'g' },
        { type: 'function_call_output', call_id: 'c1', output: 'done' },
      ]),
    ).toEqual([
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: 'well',
        toolCalls: [
          { id: 'c1', name: 'f', arguments: '{}' },
          { id: 'c2', name: 'g', arguments: '' },
        ],
      },
      { role: 'tool', toolCallId: 'c1', content: 'done' },
    ])
  })

  it('offers the allowed tools alone', () => {
    const tools = ['f', 'g'].map((name) => ({ type: 'function', name }))
    const tool_choice = { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'g' }] }
    expect(decode({ tools, tool_choice }).request).toMatchObject({
      tools: [{ name: 'g' }],
      toolChoice: 'auto',
    })
    expect(decode({ tools, tool_choice }).request.tools).toHaveLength(1)
  })

  it('leaves out a reference to thinking, as it does thinking itself', () => {
    const call = { type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' }
    const items = [{ role: 'user', content: 'hi' }, { type: 'item_reference', id: 'rs_1_0' }, call]
    expect(inputOf(items)).toEqual(inputOf([items[0], call]))
  })

  it.each([
    ['previous_response_id', { previous_response_id: 'r' }],
    ['conversation', { conversation: 'c' }],
    ['prompt', { prompt: { id: 'p' } }],
    ['background', { background: true }],
    ['input[0]', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
  ])('refuses what needs stored state: %s', (param, fields) => {
    expect(refused(fields)).toEqual({ code: 'unsupported_parameter', param })
  })

  it.each([
    ['model', { model: '' }],
    ['model', { model: 7 }],
    ['input', { input: undefined }],
    ['input', { input: [] }],
    ['input', { input: [{ type: 'reasoning', summary: [] }] }],
    ['input[0]', { input: ['hi'] }],
    ['input[0].role', { input: [{ role: 'robot', content: 'x' }] }],
    ['input[0].type', { input: [{ type: 'web_search_call' }] }],
    ['input[0].content', { input: [{ role: 'user', content: [] }] }],
    ['input[0].content[0].type', { input: [{ role: 'user', content: [{ type: 'video' }] }] }],
    ['input[0].content[0].type', { input: [{ role: 'system', content: [{ type: 'input_image' }] }] }],
    [
      'input[0].content[0].image_url',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'ftp://x' }] }] },
    ],
    [
      'input[0].content[0].file_id',
      { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] },
    ],
    ['input[0].content[0]', { input: [{ role: 'user', content: [{ type: 'input_file' }] }] }],
    ['input[0].call_id', { input: [{ type: 'function_call', name: 'f' }] }],
    ['input[0].output', { input: [{ type: 'function_call_output', call_id: 'c' }] }],
    ['temperature', { temperature: 3 }],
    ['top_p', { top_p: '1' }],
    ['max_output_tokens', { max_output_tokens: 0 }],
    ['reasoning', { reasoning: 'high' }],
    ['reasoning.effort', { reasoning: { effort: 1 } }],
    ['text', { text: [] }],
    ['text.format.type', { text: { format: { type: 'xml' } } }],
    ['text.format.name', { text: { format: { type: 'json_schema' } } }],
    ['tools', { tools: {} }],
    ['tools[0].type', { tools: [{ type: 'web_search' }] }],
    ['tools[0].name', { tools: [{ type: 'function' }] }],
    ['tool_choice', { tool_choice: 'always' }],
    ['tool_choice.type', { tool_choice: { type: 'web_search' } }],
    ['tool_choice.mode', { tool_choice: { type: 'allowed_tools', tools: [] } }],
    [
      'tool_choice.tools[0]',
      { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ name: 'f' }] } },
    ],
    ['parallel_tool_calls', { parallel_tool_calls: 'no' }],
    ['include', { include: 'x' }],
    ['include[0]', { include: [1] }],
    ['top_logprobs', { top_logprobs: 21 }],
    ['metadata.a', { metadata: { a: 1 } }],
    ['stream', { stream: 'yes' }],
    ['truncation', { truncation: 'some' }],
    ['instructions', { instructions: ['a'] }],
  ])('names the parameter at fault: %s', (param, fields) => {
    expect(refused(fields)).toEqual({ code: 'invalid_request', param })
  })

  it('refuses schemas that are nested without end', () => {
    let parameters: Json = {}
    for (let depth = 0; depth < 200; depth += 1) parameters = { parameters }
    expect(refused({ tools: [{ type: 'function', name: 'f', parameters }] })).toMatchObject({
      param: 'tools[0].parameters',
    })
  })

  it('answers any JSON with a request or a named fault', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (input, other) => {
        for (const fields of [{ input }, { tools: other }, { text: other }, { reasoning: other }])
          try {
            expect(decode(fields as Json).request.messages.length).toBeGreaterThan(0)
          } catch (error) {
            expect(error).toMatchObject({ name: 'MoaError', param: expect.any(String) })
          }
      }),
    )
  })
})
