import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  HELLO,
  Lab,
  TRANSPORTS,
  chat,
  chunksOf,
  post,
  readEvents,
  reasoningOf,
  textOf,
  until,
  type Fetch,
  type Json,
} from './harness.js'

let lab: Lab
beforeAll(async () => {
  lab = await Lab.open()
})
afterAll(() => lab.close())

const CHAT = '/v1/chat/completions'
const TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}

interface Completion {
  readonly id: string
  readonly choices: readonly {
    readonly message: { content: string | null; tool_calls?: readonly Json[]; reasoning_content?: string }
    readonly finish_reason: string
  }[]
  readonly usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number }
  readonly moa: Json
}

async function ask(fetch: Fetch, fields: Json = {}): Promise<Completion> {
  const response = await fetch(CHAT, chat(fields))
  const body = (await response.json()) as Completion
  if (response.status !== 200) throw new Error(JSON.stringify(body))
  return body
}

async function refused(fetch: Fetch, path: string, init?: RequestInit): Promise<[number, Json]> {
  const response = await fetch(path, init)
  const body = (await response.json()) as { error: Json }
  expect(Object.keys(body.error).sort()).toEqual(['code', 'message', 'param', 'type'])
  return [response.status, body.error]
}

describe.each(TRANSPORTS)('the checklist of OpenAI clients, %s', (transport) => {
  let fetch: Fetch
  beforeAll(() => {
    fetch = lab.fetch(transport)
  })

  it('1: lists models and tells of one, ids with slashes included', async () => {
    const list = (await (await fetch('/v1/models')).json()) as { object: string; data: Json[] }
    expect(list.object).toBe('list')
    expect(list.data[0]).toEqual({
      id: 'pair',
      object: 'model',
      created: expect.any(Number) as number,
      owned_by: 'moa',
      description: 'Two and one.',
    })
    const ids = list.data.map(({ id }) => id as string)
    const firstModel = ids.findIndex((id) => id.includes('/'))
    expect(ids.slice(firstModel).every((id) => id.includes('/'))).toBe(true)
    expect(ids).toContain('lab/ada')
    for (const id of ['pair', 'lab/ada', 'lab%2Fada', 'lab/linus'])
      expect(await (await fetch(`/v1/models/${id}`)).json()).toMatchObject({
        id: decodeURIComponent(id),
        object: 'model',
      })
    expect(await refused(fetch, '/v1/models/nothing')).toMatchObject([404, { code: 'model_not_found' }])
  })

  it('2: gives a complete chat completion', async () => {
    const before = Math.floor(Date.now() / 1000)
    const body = await ask(fetch)
    expect(body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-\w+$/) as string,
      object: 'chat.completion',
      model: 'pair',
      system_fingerprint: null,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: expect.any(String) as string, refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: expect.any(Number) as number },
    })
    expect((body as unknown as { created: number }).created).toBeGreaterThanOrEqual(before)
  })

  it('3: streams chunks of one id, a role first, one finish reason, [DONE] last', async () => {
    const text = await (await fetch(CHAT, chat({ stream: true }))).text()
    const { done } = readEvents(text)
    const chunks = chunksOf(text)
    expect(done).toBe(true)
    expect(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size).toBe(1)
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    const reasons = chunks.flatMap(({ choices }) => choices.map(({ finish_reason }) => finish_reason))
    expect(reasons.filter((reason) => reason !== null)).toEqual(['stop'])
    expect(reasons.at(-1)).toBe('stop')
    expect(textOf(chunks)).toContain('Merged from 2 proposals')
  })

  it('4: sends usage once, on a chunk without choices, and only when asked', async () => {
    const silent = chunksOf(await (await fetch(CHAT, chat({ stream: true }))).text())
    expect(silent.some(({ usage }) => usage !== undefined)).toBe(false)
    const chunks = chunksOf(
      await (await fetch(CHAT, chat({ stream: true, stream_options: { include_usage: true } }))).text(),
    )
    const last = chunks.at(-1)
    expect(last).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) as number } })
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
  })

  it('5: counts the whole run by default, says so, and tells the cost', async () => {
    const whole = await ask(fetch)
    expect(whole.moa).toMatchObject({
      usage_scope: 'run',
      calls: 3,
      cost: { usd: expect.any(Number) as number, unpriced_calls: 0 },
    })
    expect(whole.usage).toMatchObject({
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    })
    const answer = await ask(fetch, { moa: { usage: 'answer' } })
    expect(answer.usage.total_tokens).toBeLessThan(whole.usage.total_tokens)
    expect(answer.moa).toMatchObject({
      usage_scope: 'answer',
      run_usage: { total_tokens: whole.usage.total_tokens },
    })
  })

  it('6: sends nothing but data lines and comments', async () => {
    const text = await (await fetch(CHAT, chat({ stream: true, moa: { trace: true } }))).text()
    for (const line of readEvents(text).lines) expect(line).toMatch(/^(data: .+|: .*|)$/)
    const traced = chunksOf(text).filter(({ moa }) => moa !== undefined)
    expect(traced).toHaveLength(1)
    expect(traced[0]?.moa).toMatchObject({
      trace: { proposals: [{ text: expect.any(String) as string }, {}], calls: [{}, {}, {}] },
    })
    const { stages } = traced[0]?.moa?.['trace'] as { stages: { kind: string; duration_ms: number }[] }
    expect(stages.map(({ kind }) => kind)).toEqual(['propose', 'synthesize'])
    for (const stage of stages) expect(stage.duration_ms).toBeGreaterThanOrEqual(0)
  })

  it('7: tells errors in OpenAI’s shape, whatever is wrong', async () => {
    expect(await refused(fetch, '/v1/nothing')).toMatchObject([404, { code: 'not_found' }])
    expect(await refused(fetch, CHAT)).toMatchObject([405, { code: 'method_not_allowed' }])
    expect(await refused(fetch, CHAT, post('{"model":'))).toMatchObject([
      400,
      { type: 'invalid_request_error' },
    ])
    expect(await refused(fetch, CHAT, post([]))).toMatchObject([400, {}])
    expect(await refused(fetch, CHAT, chat({ temperature: 'hot' }))).toMatchObject([
      400,
      { param: 'temperature' },
    ])
    expect(await refused(fetch, CHAT, chat({ pad: 'x'.repeat(33 * 1024 * 1024) }))).toMatchObject([413, {}])
    expect(await refused(fetch, '/v1/embeddings', post({}))).toMatchObject([404, {}])
  })

  it('8: uses statuses that clients understand', async () => {
    const status = async (model: string): Promise<[number, unknown]> => {
      const [code, error] = await refused(fetch, CHAT, chat({ model }))
      return [code, error['type']]
    }
    expect(await status('nobody')).toEqual([404, 'invalid_request_error'])
    expect(await status('nobody/nothing')).toEqual([404, 'invalid_request_error'])
    expect(await status('lab/ada+429')).toEqual([429, 'rate_limit_error'])
    expect(await status('lab/ada+500')).toEqual([502, 'upstream_error'])
    expect(await status('lab/ada+401')).toEqual([502, 'upstream_error'])
    expect(await status('lab/ada+quota')).toEqual([402, 'insufficient_quota'])
    expect(await status('lab/ada+context-length')).toEqual([400, 'invalid_request_error'])
    expect(await status('hopeless')).toEqual([502, 'upstream_error'])
  })

  it('9: ends a stream that fails late with one error', async () => {
    const text = await (await fetch(CHAT, chat({ model: 'lab/edsger+error-mid=3', stream: true }))).text()
    const { data, done } = readEvents(text)
    expect(done).toBe(false)
    expect(data.filter(({ error }) => error !== undefined)).toHaveLength(1)
    expect(data.at(-1)).toMatchObject({ error: { type: 'upstream_error', code: 'upstream_error' } })
  })

  it('10: identifies every reply and says when to ask again', async () => {
    for (const path of ['/v1/models', '/v1/nothing', '/health'])
      expect((await fetch(path)).headers.get('x-request-id')).toMatch(/^req_\w+$/)
    const own = await fetch('/v1/models', { headers: { 'x-request-id': 'mine-1' } })
    expect(own.headers.get('x-request-id')).toBe('mine-1')
    const limited = await fetch(CHAT, chat({ model: 'lab/ada+429+retry-after=1500' }))
    expect(limited.headers.get('retry-after')).toBe('2')
    expect(limited.headers.get('retry-after-ms')).toBe('1500')
    expect(limited.headers.get('x-should-retry')).toBe('true')
    expect((await fetch(CHAT, chat({ model: 'lab/ada+400' }))).headers.get('x-should-retry')).toBe('false')
  })

  it('12: closes every upstream call when the client leaves, and books them', async () => {
    lab.sim.clearLog()
    const settled = lab.gateway.runs.size
    const controller = new AbortController()
    const response = await fetch(CHAT, {
      ...chat({ model: 'slow', stream: true }),
      signal: controller.signal,
    })
    const reader = response.body?.getReader()
    await reader?.read()
    await until(() => lab.sim.inFlight === 2, 'both proposers being asked')
    const left = Date.now()
    controller.abort()
    await reader?.cancel().catch(() => {})
    await lab.sim.idle()
    expect(Date.now() - left).toBeLessThan(5_000)
    expect(lab.sim.log.map(({ outcome }) => outcome)).toEqual(['client-left', 'client-left'])
    await until(() => lab.gateway.runs.size === settled, 'the run being settled')
  })

  it('13: takes what clients send, and names what it ignored', async () => {
    const response = await fetch(
      CHAT,
      chat({
        messages: [
          { role: 'developer', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'Say hello.' }] },
        ],
        max_completion_tokens: 5,
        temperature: null,
        tools: null,
        stream_options: null,
        store: true,
        wibble: 1,
      }),
    )
    expect(response.headers.get('x-moa-ignored')).toBe('store, wibble')
    expect(await response.json()).toMatchObject({ choices: [{ finish_reason: 'length' }] })
    expect((await ask(fetch, { max_tokens: 5 })).choices[0]?.finish_reason).toBe('length')
  })

  it('14: gives tools to the aggregator alone, streams calls and takes their results', async () => {
    lab.sim.clearLog()
    const tools = { tools: [TOOL], tool_choice: 'required', parallel_tool_calls: false }
    const whole = await ask(fetch, tools)
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ type: 'function', function: { name: 'get_weather' } }] },
    })
    const calls = whole.choices[0]?.message.tool_calls ?? []
    const chunks = chunksOf(await (await fetch(CHAT, chat({ ...tools, stream: true }))).text())
    const fragments = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])
    expect(fragments[0]).toMatchObject({ index: 0, id: expect.any(String) as string })
    expect(JSON.parse(fragments.map((fragment) => fragment.function.arguments).join(''))).toHaveProperty(
      'city',
    )
    lab.sim.clearLog()
    const turns = [
      ...HELLO,
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'tool', tool_call_id: calls[0]?.['id'], content: 'sunny, 21 degrees' },
    ]
    expect((await ask(fetch, { messages: turns, tools: [TOOL] })).choices[0]?.finish_reason).toBe('stop')
    const aggregator = lab.sim.log.find(({ model }) => model === 'edsger')
    expect(aggregator?.messages?.find(({ role }) => role === 'tool')?.content).toBe('sunny, 21 degrees')
    const proposers = lab.sim.log.filter(({ model }) => model !== 'edsger')
    expect(proposers.map(({ messages = [] }) => messages.every(({ role }) => role !== 'tool'))).toEqual([
      true,
      true,
    ])
  })

  it('15: keeps a response format to the aggregator', async () => {
    lab.sim.clearLog()
    const schema = { type: 'object', properties: { fun: { type: 'string' } }, required: ['fun'], additionalProperties: false } // prettier-ignore
    for (const response_format of [
      { type: 'json_object' },
      { type: 'json_schema', json_schema: { name: 'fun', schema, strict: true } },
    ]) {
      const body = await ask(fetch, { response_format, moa: { trace: true } })
      expect(typeof JSON.parse(body.choices[0]?.message.content ?? '')).toBe('object')
      const { proposals } = body.moa['trace'] as { proposals: { text: string }[] }
      for (const { text } of proposals) expect(text.startsWith('{')).toBe(false)
    }
  })

  it('16: refuses n above 1 by name, and passes logprobs through', async () => {
    expect(await refused(fetch, CHAT, chat({ n: 2 }))).toMatchObject([
      400,
      { param: 'n', code: 'unsupported_parameter' },
    ])
    expect((await ask(fetch, { n: 1 })).choices).toHaveLength(1)
    const body = await ask(fetch, { logprobs: true, top_logprobs: 2 })
    expect(body.choices[0]).toMatchObject({
      logprobs: {
        content: expect.arrayContaining([
          expect.objectContaining({ top_logprobs: expect.any(Array) as [] }),
        ]) as [],
      },
    })
  })

  it('17: sends sampling to the aggregator; proposers follow the recipe unless asked', async () => {
    const [one, other] = [await ask(fetch, { seed: 1 }), await ask(fetch, { seed: 2 })]
    expect(one.choices[0]?.message.content).not.toBe(other.choices[0]?.message.content)
    const stopped = await ask(fetch, { stop: ['Synthesis'] })
    expect(stopped.choices[0]?.message.content).not.toContain('Synthesis')
    const proposals = async (moa: Json): Promise<string[]> => {
      const body = await ask(fetch, { max_tokens: 4, moa: { trace: true, ...moa } })
      return (body.moa['trace'] as { proposals: { finish_reason: string }[] }).proposals.map(
        ({ finish_reason }) => finish_reason,
      )
    }
    expect(await proposals({})).toEqual(['stop', 'stop'])
    expect(await proposals({ inherit: ['max_tokens'] })).toEqual(['length', 'length'])
  })

  it('18: sends streams with the headers proxies need', async () => {
    const response = await fetch(CHAT, {
      ...chat({ stream: true }),
      headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip, br' },
    })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(response.headers.get('content-encoding')).toBeNull()
    await response.text()
  })

  it('19: shows progress as reasoning, unless told not to', async () => {
    const stream = async (moa?: Json): Promise<string> =>
      reasoningOf(chunksOf(await (await fetch(CHAT, chat({ stream: true, ...(moa && { moa }) }))).text()))
    expect(await stream()).toMatch(/Layer 1 of 2: asking .*\n[\s\S]*Layer 2 of 2: .* writes the answer/)
    expect(await stream({ progress: false })).toBe('')
    const short = await stream()
    expect((await stream({ progress: 'proposals' })).length).toBeGreaterThan(short.length)
  })

  it('20: gives the same reply to a request that comes again with its Idempotency-Key', async () => {
    lab.sim.clearLog()
    const headers = { 'idempotency-key': `again-${transport}` }
    const [first, second] = await Promise.all([
      fetch(CHAT, chat({ stream: true }, headers)),
      fetch(CHAT, chat({ stream: true }, headers)),
    ])
    const texts = [await first.text(), await second.text()]
    expect(texts[1]).toBe(texts[0])
    const third = await fetch(CHAT, chat({ stream: true }, headers))
    expect(third.headers.get('x-moa-replayed')).toBe('true')
    expect(await third.text()).toBe(texts[0])
    expect(lab.sim.log).toHaveLength(3)
    expect(await refused(fetch, CHAT, chat({ seed: 9 }, headers))).toMatchObject([400, {}])
  })

  it('21: speaks /v1/responses and /v1/messages, and counts tokens', async () => {
    const responses = await fetch('/v1/responses', post({ model: 'pair', input: 'Say hello.' }))
    expect(await responses.json()).toMatchObject({
      object: 'response',
      status: 'completed',
      model: 'pair',
      usage: { total_tokens: expect.any(Number) as number },
    })
    const events = await (
      await fetch('/v1/responses', post({ model: 'pair', input: 'Say hello.', stream: true }))
    ).text()
    const { data } = readEvents(events)
    expect(data.map(({ sequence_number }) => sequence_number)).toEqual(data.map((_, index) => index))
    const types = data.map(({ type }) => type as string)
    expect(types[0]).toBe('response.created')
    expect(types).toContain('response.output_text.delta')
    expect(types.at(-1)).toBe('response.completed')
    const ask = { model: 'pair', max_tokens: 500, messages: HELLO }
    expect(await (await fetch('/v1/messages', post(ask))).json()).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: expect.arrayContaining([expect.objectContaining({ type: 'text' })]) as [],
      stop_reason: 'end_turn',
    })
    const stream = await (await fetch('/v1/messages', post({ ...ask, stream: true }))).text()
    const names = readEvents(stream).data.map(({ type }) => type as string)
    expect([names[0], names.at(-1)]).toEqual(['message_start', 'message_stop'])
    expect(names).toEqual(
      expect.arrayContaining(['content_block_start', 'content_block_delta', 'message_delta']),
    )
    const counted = await fetch('/v1/messages/count_tokens', post({ model: 'pair', messages: HELLO }))
    expect(await counted.json()).toEqual({ input_tokens: expect.any(Number) as number })
  })

  it('22: answers health, readiness and preflights', async () => {
    for (const path of ['/health', '/ready']) {
      expect((await fetch(path)).status).toBe(200)
      const head = await fetch(path, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
    }
    const preflight = { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } } // prettier-ignore
    expect((await fetch(CHAT, preflight)).status).toBe(403)
  })

  it('23: says what to use instead of legacy endpoints', async () => {
    const [status, error] = await refused(fetch, '/v1/completions', post({ model: 'pair', prompt: 'Hi' }))
    expect(status).toBe(404)
    expect(error['message']).toContain('/v1/chat/completions')
  })
})
