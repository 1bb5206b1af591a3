import { describe, expect, it } from 'vitest'
import { decodeResponsesRequest } from './decode-request.js'

const PIXEL = 'data:image/png;base64,iVBORw0KGgo='
const parameters = { type: 'object', properties: {} }
const decode = (input: readonly object[], more: object = {}): ReturnType<typeof decodeResponsesRequest> =>
  decodeResponsesRequest({ model: 'moa', input, ...more })
const call = (id: string, name: string, more: object = {}): object => ({
  type: 'function_call',
  call_id: id,
  name,
  arguments: '{}',
  ...more,
})
const output = (id: string, value: unknown): object => ({
  type: 'function_call_output',
  call_id: id,
  output: value,
})
const hello = { role: 'user', content: 'Hello.' }

describe('what tools return', () => {
  const picture = [
    { type: 'input_text', text: 'A picture:' },
    { type: 'input_image', image_url: PIXEL },
  ]

  it('may be pictures, which follow all results of the turn as the user’s', () => {
    const { messages } = decode([
      hello,
      call('a', 'view'),
      call('b', 'run'),
      output('a', picture),
      output('b', 'done'),
    ]).request
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'user'])
    expect(messages[2]?.content).toEqual([{ type: 'text', text: 'A picture:' }])
    expect(messages[4]?.content).toEqual([{ type: 'image', url: PIXEL }])
  })

  it('stays before what is said afterwards', () => {
    const { messages } = decode([
      call('a', 'view'),
      output('a', picture),
      { type: 'reasoning', summary: [] },
      hello,
    ]).request
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'user', 'user'])
    expect(messages[3]?.content).toBe('Hello.')
  })
})

describe('functions of a namespace', () => {
  const namespace = {
    type: 'namespace',
    name: 'team',
    description: 'Other agents.',
    tools: [{ type: 'function', name: 'close', description: 'Closes one.', strict: false, parameters }],
  }
  const tools = [{ type: 'function', name: 'close', parameters }, namespace]

  it('are offered under a name of their own', () => {
    const { request, namespaced } = decode([hello], { tools })
    expect(request.tools?.map(({ name }) => name)).toEqual(['close', 'team__close'])
    expect(namespaced.get('team__close')).toEqual({ name: 'close', namespace: 'team' })
  })

  it('keep that name in earlier calls', () => {
    const { messages } = decode([
      hello,
      call('a', 'close', { namespace: 'team' }),
      output('a', 'closed'),
    ]).request
    expect(messages[1]).toMatchObject({ toolCalls: [{ id: 'a', name: 'team__close' }] })
  })

  it.each([
    ['web_search', { type: 'web_search' }, 'tools[0].type'],
    [
      'a custom tool of a namespace',
      { ...namespace, tools: [{ type: 'custom', name: 'patch' }] },
      'tools[0].tools[0].type',
    ],
  ])('are not mixed with %s, which is refused', (_, tool, param) => {
    expect(() => decode([hello], { tools: [tool] })).toThrow(expect.objectContaining({ param }))
  })
})
