import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MoaError } from '../../core/index.js'
import { collect, type AnswerEvent, type ChatRequest } from '../../core/index.js'
import { estimateTokens } from '../../util/index.js'
import { ChunkDecoder, decodeResponse, encodeRequest, SseParser } from '../../wire/index.js'
import { simModel } from '../model.js'
import { recordedAnswers } from '../recordings.js'
import { startSimServer, type SimServer, type SimServerOptions } from './server.js'

const servers: SimServer[] = []
async function start(options: SimServerOptions = {}): Promise<SimServer> {
  const server = await startSimServer(options)
  servers.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const question: ChatRequest = { messages: [{ role: 'user', content: 'Why is the sky blue?' }] }

function post(server: SimServer, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  })
}

/** Everything a client gets, read with the decoders every client of ours uses. */
async function ask(server: SimServer, model: string, request: ChatRequest = question, stream = true) {
  const response = await post(server, encodeRequest(request, { model, stream }))
  const events: AnswerEvent[] = []
  const text = async (): Promise<void> => {
    if (!stream) {
      events.push(...decodeResponse(await response.json(), { upstream: 'sim', model }).events)
      return
    }
    const decoder = new ChunkDecoder({ upstream: 'sim', model, emit: (event) => events.push(event) })
    const parser = new SseParser((data) => decoder.data(data))
    const utf8 = new TextDecoder()
    for await (const chunk of response.body as AsyncIterable<Uint8Array>)
      parser.feed(utf8.decode(chunk, { stream: true }))
    parser.end()
    decoder.end()
  }
  const error: unknown = await text().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { response, events, error: error as MoaError | undefined }
}

async function* replay(events: readonly AnswerEvent[]) {
  yield* events
}

describe('startSimServer', () => {
  it('answers like the model in process, streamed or not', async () => {
    const server = await start({ seed: 3 })
    const signal = new AbortController().signal
    for (const model of ['ada', 'kurt', 'grace+reasoning']) {
      const inProcess = await collect(simModel(model, { seed: 3 }).stream(question, { signal }))
      for (const stream of [true, false]) {
        const { events } = await ask(server, model, question, stream)
        const result = await collect(replay(events))
        expect(result.text).toBe(inProcess.text)
        expect(result.reasoning).toBe(inProcess.reasoning)
        expect(result.usage).toEqual(inProcess.usage)
      }
    }
  })

  it('logs what the client saw', async () => {
    const server = await start()
    const { events, response } = await ask(server, 'ada', question)
    const result = await collect(replay(events))
    await server.idle()
    expect(server.log).toHaveLength(1)
    expect(server.log[0]).toMatchObject({
      id: response.headers.get('x-request-id'),
      model: 'ada',
      messages: question.messages,
      stream: true,
      promptTokens: result.usage.inputTokens,
      completionTokensServed: estimateTokens(result.text),
      charactersServed: result.text.length,
      chunksServed: events.filter((event) => event.type === 'answer-delta').length,
      outcome: 'completed',
    })
  })

  it('settles the log when the client leaves', async () => {
    const server = await start()
    const controller = new AbortController()
    const response = await post(server, encodeRequest(question, { model: 'ada+pace=200', stream: true }), {
      signal: controller.signal,
    })
    const reader = response.body!.getReader()
    await reader.read()
    controller.abort()
    await server.idle()
    expect(server.log[0]).toMatchObject({ outcome: 'client-left' })
    expect(server.log[0]!.clientLeftAtMs).toBeGreaterThan(0)
    expect(server.log[0]!.chunksServed).toBeLessThan(20)
  })

  it('sends any text byte for byte, in chunks and in one piece', async () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1 })
        .map((units) => String.fromCharCode(...units)),
    )
    const outputs = fc.sample(anyText, 60)
    const rows = outputs.map((output, index) => ({
      instruction: `question ${index}`,
      output,
      generator: 'recorded',
    }))
    const server = await start({ recordings: recordedAnswers(rows) })
    for (const { instruction, output } of rows) {
      for (const stream of [true, false]) {
        const request: ChatRequest = { messages: [{ role: 'user', content: instruction }] }
        const { events } = await ask(server, 'recorded', request, stream)
        expect((await collect(replay(events))).text).toBe(output)
      }
    }
  })

  it('answers tools, logprobs and schemas over HTTP as in process', async () => {
    const server = await start()
    const requests: ChatRequest[] = [
      { ...question, topLogprobs: 2, maxTokens: 5 },
      { ...question, tools: [{ name: 'look_up' }], toolChoice: 'required' },
      {
        ...question,
        responseFormat: {
          type: 'json-schema',
          name: 'x',
          schema: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
        },
      },
    ]
    for (const request of requests) {
      const own = await collect(simModel('ada').stream(request, { signal: new AbortController().signal }))
      for (const stream of [true, false]) {
        const { events } = await ask(server, 'ada', request, stream)
        const result = await collect(replay(events))
        expect(result.text).toBe(own.text)
        expect(result.toolCalls).toEqual(own.toolCalls)
        expect(result.logprobs).toEqual(own.logprobs)
        expect(result.finishReason).toBe(own.finishReason)
      }
    }
  })

  it('reports usage as the client asked: at the end, with every chunk, or not', async () => {
    const server = await start()
    const body = async (options?: Record<string, boolean>): Promise<string> =>
      (
        await post(server, {
          model: 'ada',
          stream: true,
          messages: [{ role: 'user', content: 'Hi' }],
          ...(options && { stream_options: options }),
        })
      ).text()
    expect(await body()).not.toContain('"usage"')
    expect((await body({ include_usage: true })).match(/"usage":\{/g)).toHaveLength(1)
    const continuous = await body({ include_usage: true, continuous_usage_stats: true })
    const chunks = continuous
      .split('\n\n')
      .filter((event) => event.includes('"content":"') && !event.includes('"content":""'))
    for (const chunk of chunks) expect(chunk).toContain('"usage":{"prompt_tokens":')
  })

  it('lists its models and knows them by name', async () => {
    const server = await start({
      recordings: recordedAnswers([{ instruction: 'a', output: 'b', generator: 'lab/model-1' }]),
    })
    const get = async (path: string) => {
      const response = await fetch(`${server.url}${path}`)
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    const list = await get('/models')
    const ids = (list.body['data'] as { id: string }[]).map(({ id }) => id)
    expect(ids).toContain('ada')
    expect(ids).toContain('lab/model-1')
    expect(await get('/models/ada+429=2')).toMatchObject({
      status: 200,
      body: { id: 'ada+429=2', object: 'model' },
    })
    expect(await get('/models/lab%2Fmodel-1')).toMatchObject({ status: 200, body: { id: 'lab/model-1' } })
    expect(await get('/models/lab/model-1')).toMatchObject({ status: 200 })
    const unknown = await get('/models/adda')
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'model_not_found' } } })
    expect(JSON.stringify(unknown.body)).toContain('Did you mean')
  })

  it('says what is wrong with a request', async () => {
    const server = await start({ apiKeys: ['sk-right-key-0123456789'] })
    const authorization = 'Bearer sk-right-key-0123456789'
    const send = async (body: string, headers: Record<string, string> = { authorization }) => {
      const response = await fetch(`${server.url}/chat/completions`, { method: 'POST', body, headers })
      return {
        status: response.status,
        error: ((await response.json()) as { error: Record<string, unknown> }).error,
      }
    }
    const good = JSON.stringify({ model: 'ada', messages: [{ role: 'user', content: 'Hi' }] })
    expect(await send('{oops')).toMatchObject({ status: 400, error: { type: 'invalid_request_error' } })
    expect(await send('{"model":"ada","messages":[]}')).toMatchObject({
      status: 400,
      error: { param: 'messages' },
    })
    expect(await send(good.replace('ada', 'ada+slwo=3'))).toMatchObject({
      status: 404,
      error: { code: 'model_not_found' },
    })
    expect(await send(good, {})).toMatchObject({ status: 401 })
    expect(await send(good, { authorization: 'Bearer sk-wrong-key-0123456789' })).toMatchObject({
      status: 401,
    })
    expect((await send(good)).status).toBe(200)
    await server.idle()
    expect(server.log.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(5).fill('rejected'),
      'completed',
    ])
    expect(server.log.at(-1)!.apiKeyPrefix).toBe('sk-rig…')
    expect(JSON.stringify(server.log)).not.toContain('key-0123456789')
    const there = await fetch(`${server.url}/embeddings`, { method: 'POST' })
    expect(there.status).toBe(404)
    const wrong = await fetch(`${server.url}/chat/completions`)
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('shows and clears its log over HTTP', async () => {
    const server = await start()
    await ask(server, 'ada')
    await server.idle()
    const logUrl = server.url.replace('/v1', '/sim/log')
    const log = (await (await fetch(logUrl)).json()) as { entries: unknown[]; inFlight: number }
    expect(log).toEqual({ entries: server.log, inFlight: 0, dropped: 0 })
    expect(log.entries).toHaveLength(1)
    await fetch(logUrl, { method: 'DELETE' })
    expect(server.log).toEqual([])
  })

  it('appends a line per settled request to its log file, without messages', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'moa-sim-'))
    try {
      const logFile = join(folder, 'sim.jsonl')
      const server = await start({ logFile })
      await ask(server, 'ada')
      await ask(server, 'ada+500')
      await server.idle()
      const text = readFileSync(logFile, 'utf8')
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(lines.map(({ outcome }) => outcome)).toEqual(['completed', 'fault:500'])
      expect(text).not.toContain('sky')
      expect(lines[0]!['promptHash']).toBe(server.log[0]!.promptHash)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('keeps a bounded log and bounded bodies', async () => {
    const server = await start({ logLimit: 4, keepCharacters: 50 })
    for (let call = 0; call < 12; call += 1) await ask(server, 'ada+tokens=1')
    await server.idle()
    expect(server.log.length).toBeLessThanOrEqual(6)
    const kept = server.log.filter(({ messages }) => messages !== undefined)
    expect(kept.length).toBeLessThanOrEqual(2)
    expect(server.log.every(({ promptHash }) => promptHash.length === 16)).toBe(true)
    const silent = await start({ keepBodies: false })
    await ask(silent, 'ada')
    await silent.idle()
    expect(silent.log[0]!.messages).toBeUndefined()
  })

  it('stops writing while the client does not read, and goes on when it does', async () => {
    const server = await start()
    const body = JSON.stringify({ model: 'ada+tokens=60000', stream: true, messages: question.messages })
    const socket = connect(server.port, '127.0.0.1')
    socket.pause()
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    await vi.waitFor(() => expect(server.inFlight).toBe(1), { timeout: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    // 60 000 events are some 13 MB, more than the buffers of a socket take.
    expect(server.inFlight).toBe(1)
    let tail = ''
    socket.on('data', (data: Buffer) => (tail = (tail + data.toString('utf8')).slice(-400)))
    socket.resume()
    await server.idle()
    await vi.waitFor(() => expect(tail).toContain('[DONE]'))
    socket.destroy()
    expect(server.log[0]).toMatchObject({ outcome: 'completed', completionTokensServed: 60_000 })
  })

  it('serves many paced streams at once, each complete', async () => {
    const server = await start({ latency: { first: 20, pace: { median: 3, sigma: 0.4 } } })
    const models = Array.from({ length: 150 }, (_, index) => `ada+tokens=${20 + (index % 20)}`)
    const results = await Promise.all(models.map((model) => ask(server, model)))
    for (const [index, { events }] of results.entries())
      expect((await collect(replay(events))).usage.outputTokens).toBe(20 + (index % 20))
    await server.idle()
    expect(server.log).toHaveLength(150)
  })
})
