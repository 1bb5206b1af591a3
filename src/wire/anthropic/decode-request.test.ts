import { describe, expect, it } from 'vitest'
import { textOf } from '../../core/index.js'
import { decodeMessagesRequest } from './decode-request.js'

const schema = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }
const tool = (name: string, more: object = {}): object => ({
  name,
  description: `Does ${name}.`,
  input_schema: schema,
  ...more,
})
const user = (content: unknown): object => ({ role: 'user', content })
const system = (content: unknown, more: object = {}): object => ({ role: 'system', content, ...more })
const decode = (messages: readonly object[], more: object = {}): ReturnType<typeof decodeMessagesRequest> =>
  decodeMessagesRequest({ model: 'moa', max_tokens: 100, messages, ...more })
const offered = (messages: readonly object[], tools: readonly object[]): readonly string[] =>
  (decode(messages, { tools }).request.tools ?? []).map(({ name }) => name)
const said = (messages: readonly object[]): readonly string[] =>
  decode(messages).request.messages.map(({ role, content }) => `${role}: ${textOf(content)}`)

const searched = [
  user('Fetch the page.'),
  {
    role: 'assistant',
    content: [{ type: 'tool_use', id: 't1', name: 'find_tools', input: { path: 'web' } }],
  },
  user([
    {
      type: 'tool_result',
      tool_use_id: 't1',
      content: [{ type: 'tool_reference', tool_name: 'fetch_page' }],
      cache_control: { type: 'ephemeral' },
    },
  ]),
]

describe('a request of a coding agent', () => {
  it('is read with blocks of system text, cache marks, and parameters without effect named', () => {
    const { request, ignored, stream } = decode(
      [
        user([
          { type: 'text', text: 'A reminder.' },
          { type: 'text', text: 'Hello.' },
        ]),
        system([{ type: 'text', text: 'Where you are.', cache_control: { type: 'ephemeral' } }]),
      ],
      {
        system: [
          { type: 'text', text: 'You help.' },
          { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
        ],
        tools: [tool('read_file')],
        metadata: { user_id: 'someone' },
        thinking: { type: 'adaptive', display: 'omitted' },
        context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
        output_config: { effort: 'high' },
        stream: true,
      },
    )
    expect(request.messages.map(({ role }) => role)).toEqual(['system', 'user', 'system'])
    expect(request.reasoningEffort).toBe('high')
    expect(ignored).toEqual(['metadata', 'thinking', 'context_management'])
    expect(stream).toBe(true)
  })

  it('offers a deferred tool once a search has found it, and tells the model so', () => {
    const tools = [tool('find_tools'), tool('fetch_page', { defer_loading: true })]
    expect(offered([user('Fetch the page.')], tools)).toEqual(['find_tools'])
    expect(offered(searched, tools)).toEqual(['find_tools', 'fetch_page'])
    expect(said(searched).at(-1)).toContain('fetch_page')
  })

  it('keeps a conversation whose search found a tool that has gone since', () => {
    expect(offered(searched, [tool('find_tools')])).toEqual(['find_tools'])
  })
})

describe('tools that change in a conversation', () => {
  const addition = (of: object): object => system([{ type: 'tool_addition', tool: of }])
  const reference = { type: 'tool_reference', name: 'fetch_page' }
  const removal = system([{ type: 'tool_removal', tool: reference }])
  const definition = { type: 'tool_definition', definition: tool('draw') }
  const tools = [tool('fetch_page', { defer_loading: true })]
  const hello = user('Hello.')

  it('come and go in the order of the messages', () => {
    expect(offered([hello, addition(reference)], tools)).toEqual(['fetch_page'])
    expect(offered([hello, addition(reference), removal], tools)).toEqual([])
    expect(offered([hello, addition(reference), removal, addition(reference)], tools)).toEqual(['fetch_page'])
  })

  it('may be defined in a message, in place of an earlier one too', () => {
    expect(offered([hello, addition(definition)], tools)).toEqual(['draw'])
    const newer = { type: 'tool_definition', definition: tool('draw', { description: 'Draws better.' }) }
    const { request } = decode([hello, addition(definition), addition(newer)], { tools })
    expect(request.tools?.map(({ description }) => description)).toEqual(['Draws better.'])
  })

  it('leave no empty message behind', () => {
    expect(said([hello, addition(definition)])).toEqual(['user: Hello.'])
  })

  it.each([
    [
      'a tool nobody defined',
      { type: 'tool_reference', name: 'nothing' },
      'messages[1].content[0].tool.name',
    ],
    [
      'a server’s tools',
      { type: 'mcp_toolset_reference', server_name: 's' },
      'messages[1].content[0].tool.type',
    ],
    [
      'a tool that runs elsewhere',
      { type: 'tool_definition', definition: { type: 'web_search_20250305', name: 'web_search' } },
      'messages[1].content[0].tool.definition.type',
    ],
  ])('are refused when they add %s', (_, of, param) => {
    expect(() => decode([hello, addition(of)], { tools })).toThrow(expect.objectContaining({ param }))
  })
})

describe('a system message in the conversation', () => {
  const note = system('Only now.', { clear_at: 'next_user_message' })

  it('for one turn is gone once the user speaks again', () => {
    expect(said([user('One.'), note])).toEqual(['user: One.', 'system: Only now.'])
    expect(said([user('One.'), note, { role: 'assistant', content: 'Yes.' }, user('Two.')])).toEqual([
      'user: One.',
      'assistant: Yes.',
      'user: Two.',
    ])
  })

  it('for good stays', () => {
    expect(said([user('One.'), system('Always.', { clear_at: 'never' }), user('Two.')])).toContain(
      'system: Always.',
    )
  })
})

it('reads results of a search as text', () => {
  const result = {
    type: 'search_result',
    title: 'Golden Gate',
    source: 'https://example.org/gate',
    content: [{ type: 'text', text: 'A red bridge.' }],
  }
  const [text] = said([user([result, { type: 'text', text: 'What is it?' }])])
  expect(text).toBe('user: Golden Gate\nhttps://example.org/gate\nA red bridge.\nWhat is it?')
})
