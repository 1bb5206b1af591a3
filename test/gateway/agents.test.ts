import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Lab, post, readEvents, type Json } from './harness.js'

/** Requests as coding agents send them, over a socket. */
let lab: Lab
beforeAll(async () => {
  lab = await Lab.open()
})
afterAll(() => lab.close())

const ask = async (path: string, body: Json, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${lab.url}${path}`, post(body, headers))
const events = async (reply: Response): Promise<readonly Json[]> => {
  expect(reply.status).toBe(200)
  return readEvents(await reply.text()).data
}

describe('over /v1/messages', () => {
  const tool = (name: string, more: Json = {}): Json => ({
    name,
    description: `The tool ${name}.`,
    input_schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', properties: {} },
    ...more,
  })
  const fields: Json = {
    model: 'pair',
    max_tokens: 32_000,
    stream: true,
    system: [
      { type: 'text', text: 'You are an agent.' },
      { type: 'text', text: 'Be careful.', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ],
    tools: [tool('find_tools'), tool('open_page', { defer_loading: true })],
    metadata: { user_id: '{"device":"d","session":"s"}' },
    thinking: { type: 'adaptive', display: 'omitted' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    output_config: { effort: 'high' },
  }
  const headers = {
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'context-management-2025-06-27,advanced-tool-use-2025-11-20,nobody-knows-2027-01-01',
  }
  const question = { role: 'user', content: [{ type: 'text', text: 'Use open_page to read the news.' }] }
  const found = [
    question,
    {
      role: 'system',
      content: [{ type: 'text', text: 'The folder is empty.', cache_control: { type: 'ephemeral' } }],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Layer 1 of 2', signature: '' },
        { type: 'tool_use', id: 'call_0', name: 'find_tools', input: { query: 'open' } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'call_0',
          content: [{ type: 'tool_reference', tool_name: 'open_page' }],
        },
      ],
    },
  ]

  it('calls a deferred tool only after it was found', async () => {
    const names = async (messages: readonly Json[]): Promise<unknown[]> => {
      const reply = await ask('/v1/messages?beta=true', { ...fields, messages }, headers)
      expect(reply.headers.get('x-moa-ignored')).toBe('metadata, thinking, context_management')
      return (await events(reply)).flatMap(({ content_block: block }) =>
        (block as Json | undefined)?.['type'] === 'tool_use' ? [(block as Json)['name']] : [],
      )
    }
    expect(await names([question])).toEqual([])
    expect(await names([...found, question])).toEqual(['open_page'])
  })

  it('counts the tokens of what is offered', async () => {
    const count = async (messages: readonly Json[]): Promise<number> => {
      const reply = await ask('/v1/messages/count_tokens?beta=true', { ...fields, messages }, headers)
      return ((await reply.json()) as { input_tokens: number }).input_tokens
    }
    expect(await count(found)).toBeGreaterThan(await count([question]))
  })

  it('answers the probe of a client with 404 and goes on', async () => {
    const probe = await fetch(`${lab.url}/api/hello`, { method: 'HEAD' })
    expect([probe.status, await probe.text()]).toEqual([404, ''])
  })
})

describe('over /v1/responses', () => {
  const parameters = { type: 'object', properties: {}, additionalProperties: false }
  const fields: Json = {
    model: 'pair',
    instructions: 'You are an agent.',
    tools: [
      { type: 'function', name: 'run', description: 'Runs a command.', strict: false, parameters },
      {
        type: 'namespace',
        name: 'team',
        description: 'Other agents.',
        tools: [{ type: 'function', name: 'close_agent', strict: false, parameters }],
      },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { summary: 'auto' },
    store: false,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'some-session',
    client_metadata: { session: 's' },
    input: [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be careful.' }] },
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'Use team close agent on seven.' }],
      },
    ],
  }
  const call = { type: 'function_call', namespace: 'team', name: 'close_agent' }

  it('names the namespace of a called function, streaming and not', async () => {
    const whole = (await (await ask('/v1/responses', fields)).json()) as { output: readonly Json[] }
    expect(whole.output).toContainEqual(expect.objectContaining(call))
    const streamed = await events(await ask('/v1/responses', { ...fields, stream: true }))
    const items = streamed.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item)
    expect(items).toContainEqual(expect.objectContaining(call))
    expect(streamed.find(({ type }) => type === 'response.function_call_arguments.done')).toMatchObject({
      name: 'close_agent',
    })
  })

  it('takes a picture that a tool returned', async () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' }
    const input = [
      ...(fields['input'] as Json[]),
      { ...call, call_id: 'call_0', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_0', output: [image] },
    ]
    const reply = await ask('/v1/responses', { ...fields, model: 'lab/ada', input })
    expect(reply.status).toBe(200)
    const seen = lab.sim.log.at(-1)?.messages ?? []
    expect(seen.map(({ role }) => role)).toEqual(['system', 'system', 'user', 'assistant', 'tool', 'user'])
  })

  it('tells of a late failure by an error and by the failed response', async () => {
    const model = 'lab/ada+error-mid=3'
    const told = await events(await ask('/v1/responses', { ...fields, model, stream: true }))
    const [error, failed] = told.slice(-2)
    const message = expect.stringContaining('The model stopped working') as string
    expect(error).toMatchObject({ type: 'error', error: { message } })
    expect(failed).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'upstream_error', message } },
    })
  })
})
