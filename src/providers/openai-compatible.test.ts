import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { jsonAnswer, rawServer, sseAnswer, sseDelta, type RawServer } from '../../test/raw-server.js'
import {
  MoaError,
  collect,
  type CallRecord,
  type ChatRequest,
  type Model,
  type ModelEvent,
  type Result,
} from '../core/index.js'
import { openAICompatible, type OpenAICompatibleOptions } from './openai-compatible.js'

const KEY = 'sk-secret-0123456789abcdef'
const HELLO: ChatRequest = { messages: [{ role: 'user', content: 'hello' }] }
const SSE = { 'content-type': 'text/event-stream' }
const JSON_TYPE = { 'content-type': 'application/json' }
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

type Answer = Parameters<typeof rawServer>[0]

let server: RawServer | undefined
let calls: CallRecord[] = []
beforeEach(() => {
  calls = []
})
afterEach(() => server?.close())

async function modelFor(answer: Answer, options: Partial<OpenAICompatibleOptions> = {}): Promise<Model> {
  server = await rawServer(answer)
  return openAICompatible({
    provider: 'lab',
    baseURL: `${server.origin}/v1`,
    model: 'lab-model',
    apiKey: KEY,
    ...options,
  })
}

const send =
  (status: number, headers: Record<string, string>, ...parts: string[]): Answer =>
  (_request, response) => {
    response.writeHead(status, headers)
    for (const part of parts) response.write(part)
    response.end()
  }

const { signal } = new AbortController()
const ask = (model: Model, request = HELLO, delivery: 'stream' | 'whole' = 'stream'): Promise<Result> =>
  collect(model.stream(request, { signal, delivery, onCall: (call) => calls.push(call) }))

async function failure(model: Model, delivery: 'stream' | 'whole' = 'stream'): Promise<MoaError> {
  const error: unknown = await ask(model, HELLO, delivery).then(
    () => new TypeError('nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof MoaError)) throw error
  expect(calls).toHaveLength(1)
  expect(calls[0]).toMatchObject({ outcome: 'failed', error: { code: error.code } })
  return error
}

describe('the request', () => {
  it('goes to the base URL with key, headers and a body in the dialect', async () => {
    const model = await modelFor(send(200, SSE, sseAnswer('hi')), {
      baseURL: undefined as never,
      headers: { 'X-Team': 'red', 'User-Agent': 'other' },
      dialect: { maxTokensField: 'max_completion_tokens' },
    }).catch(() => undefined)
    expect(model).toBeUndefined()
    const baseURL = `${server!.origin}/api/v1/?version=3`
    await ask(
      openAICompatible({
        provider: 'lab',
        baseURL,
        model: 'lab/model:x',
        apiKey: KEY,
        headers: { 'X-Team': 'red', 'User-Agent': 'other' },
        dialect: { maxTokensField: 'max_completion_tokens' },
      }),
      { ...HELLO, maxTokens: 5 },
    )
    const request = server!.requests[0]!
    expect(request).toMatchObject({ method: 'POST', path: '/api/v1/chat/completions?version=3' })
    expect(request.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'x-team': 'red',
      'user-agent': 'other',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
    })
    expect(JSON.parse(request.body)).toEqual({
      model: 'lab/model:x',
      messages: [{ role: 'user', content: 'hello' }],
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 5,
    })
  })

  it('asks for one body when the caller wants the whole, and sends no key when there is none', async () => {
    const answer = send(200, JSON_TYPE, jsonAnswer('hi'))
    const model = await modelFor(answer)
    expect((await ask(model, HELLO, 'whole')).text).toBe('hi')
    expect(JSON.parse(server!.requests[0]!.body)).not.toHaveProperty('stream')
    const keyless = openAICompatible({ provider: 'lab', baseURL: server!.origin, model: 'm' })
    await ask(keyless, HELLO, 'whole')
    expect(server!.requests[1]!.headers).not.toHaveProperty('authorization')
  })

  it.each([
    ['no URL', 'api.lab.org/v1', /is not a URL/],
    ['another protocol', 'ftp://lab.org', /begins with "ftp:"/],
    ['credentials in the URL', 'https://me:secret@lab.org/v1', /user name or password/],
    ['an endpoint', 'https://lab.org/v1/chat/completions', /leave "chat\/completions" off/],
  ])('refuses %s as the base URL', (_name, baseURL, message) => {
    const make = (): Model => openAICompatible({ provider: 'lab', baseURL, model: 'm' })
    expect(make).toThrow(expect.objectContaining({ code: 'config_invalid' }))
    expect(make).toThrow(message)
    expect(make).not.toThrow(/secret/)
  })

  it('refuses a key that can not be sent, without showing it', () => {
    const make = (): Model =>
      openAICompatible({ provider: 'lab', baseURL: 'https://lab.org', model: 'm', apiKey: `${KEY}\n` })
    expect(make).toThrow(expect.objectContaining({ code: 'config_invalid' }))
    expect(make).not.toThrow(KEY)
  })

  it('is refused when it has no JSON form, before anything is sent', async () => {
    const model = await modelFor(send(200, SSE, sseAnswer('hi')))
    await expect(ask(model, { ...HELLO, extra: { big: 1n } })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect([server!.requests.length, calls.length]).toEqual([0, 0])
  })

  it('reuses its connection from call to call', async () => {
    const model = await modelFor(send(200, SSE, sseAnswer('hi')))
    for (let round = 0; round < 4; round += 1) {
      await ask(model)
      // [DONE] comes a moment before the end of the body that frees the connection.
      await pause(20)
    }
    expect(server!.requests).toHaveLength(4)
    expect(server!.connections).toBe(1)
  })
})

describe('the answer', () => {
  it('is taken as the server sends it: JSON though a stream was asked for, a stream though JSON was', async () => {
    const json = await modelFor(send(200, JSON_TYPE, jsonAnswer('one')))
    expect((await ask(json)).text).toBe('one')
    expect(calls[0]).not.toHaveProperty('firstTokenMs')
    await server!.close()
    const stream = await modelFor(send(200, SSE, sseAnswer('two')))
    expect((await ask(stream, HELLO, 'whole')).text).toBe('two')
    expect(calls[1]?.firstTokenMs).toBeGreaterThan(0)
  })

  it.each<[string, Record<string, string>, string]>([
    ['a stream under the wrong content type', JSON_TYPE, sseAnswer('hi')],
    ['a stream without content type', {}, sseAnswer('hi')],
    ['JSON after white space that kept the connection alive', JSON_TYPE, `\n\n  \n${jsonAnswer('hi')}`],
    ['JSON under text/event-stream', SSE, jsonAnswer('hi')],
    ['a stream that begins with comments', SSE, `: wait\n\n: wait\n\n${sseAnswer('hi')}`],
    ['a stream with CRLF', SSE, sseAnswer('hi').replaceAll('\n', '\r\n')],
    ['a stream without [DONE]', SSE, sseAnswer('hi').replace('data: [DONE]\n\n', '')],
  ])('is understood: %s', async (_name, headers, body) => {
    expect((await ask(await modelFor(send(200, headers, body)))).text).toBe('hi')
  })

  it('is over at [DONE], even if the connection stays open', async () => {
    const model = await modelFor((_request, response) => {
      response.writeHead(200, SSE)
      response.write(sseAnswer('hi'))
    })
    const from = performance.now()
    expect((await ask(model)).text).toBe('hi')
    expect(performance.now() - from).toBeLessThan(900)
    await pause(1300)
    expect(server!.sockets.size).toBe(0)
  })

  it.each([
    ['breaks off', (response: ServerResponse) => void setTimeout(() => response.destroy(), 20)],
    [
      'breaks off in the middle of its usage',
      (response: ServerResponse) => {
        response.write('data: {"choices":[],"usage":{"prom')
        setTimeout(() => response.destroy(), 20)
      },
    ],
    ['falls silent', () => {}],
  ])('is complete once its finish reason came, though the connection then %s', async (_how, then) => {
    const model = await modelFor(
      (_request, response) => {
        response.writeHead(200, SSE)
        response.write(sseDelta({ content: 'hi' }) + sseDelta({}, 'stop'))
        then(response)
      },
      { timeouts: { stallMs: 100 } },
    )
    const result = await ask(model)
    expect([result.text, result.finishReason]).toEqual(['hi', 'stop'])
    expect(calls).toMatchObject([{ outcome: 'completed', usageSource: 'estimated' }])
    await pause(50)
    expect(server!.sockets.size).toBe(0)
  })

  it('waits seconds for the usage behind a finish reason, however long a model may be silent', async () => {
    const model = await modelFor(
      (_request, response) => {
        response.writeHead(200, SSE)
        response.write(sseDelta({ content: 'hi' }) + sseDelta({}, 'stop'))
      },
      { timeouts: { stallMs: 100_000 } },
    )
    const from = performance.now()
    expect((await ask(model)).text).toBe('hi')
    expect(performance.now() - from).toBeLessThan(10_000)
  })

  it('carries usage, cost, request id, fingerprint and times', async () => {
    const usage = {
      prompt_tokens: 1000,
      completion_tokens: 100,
      prompt_tokens_details: { cached_tokens: 400 },
    }
    const model = await modelFor(
      send(
        200,
        { ...JSON_TYPE, 'x-request-id': 'req-7' },
        jsonAnswer('hi', { usage, system_fingerprint: 'fp' }),
      ),
      { price: { input: 2, cachedInput: 1, output: 10 } },
    )
    const result = await ask(model, HELLO, 'whole')
    expect(result).toMatchObject({
      id: 'c1',
      model: 'm',
      systemFingerprint: 'fp',
      usage: { inputTokens: 1000, outputTokens: 100, cachedInputTokens: 400 },
      cost: { usd: 0.0026, unpricedCalls: 0 },
    })
    expect(calls).toEqual([
      expect.objectContaining({
        provider: 'lab',
        model: 'lab-model',
        attempt: 1,
        outcome: 'completed',
        finishReason: 'stop',
        usage: result.usage,
        usageSource: 'reported',
        costUsd: 0.0026,
        requestId: 'req-7',
      }),
    ])
    expect(calls[0]!.durationMs).toBeGreaterThan(0)
    expect(Math.abs(calls[0]!.startedAt - Date.now())).toBeLessThan(10_000)
  })

  it("prefers the upstream's own price, and says null when nobody knows one", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, cost: 0.125 }
    const priced = await modelFor(send(200, JSON_TYPE, jsonAnswer('hi', { usage })), {
      price: { input: 1, output: 1 },
    })
    expect((await ask(priced, HELLO, 'whole')).cost).toEqual({ usd: 0.125, unpricedCalls: 0 })
    await server!.close()
    const unpriced = await modelFor(send(200, SSE, sseAnswer('hi')))
    expect((await ask(unpriced)).cost).toEqual({ usd: null, unpricedCalls: 1 })
  })

  it('is estimated when the upstream counts nothing, the same in finish and record', async () => {
    const model = await modelFor(send(200, SSE, sseAnswer('a few words of an answer')), {
      price: { input: 1, output: 1 },
    })
    const result = await ask(model)
    expect(calls[0]).toMatchObject({
      usageSource: 'estimated',
      usage: result.usage,
      costUsd: result.cost.usd,
    })
    expect(result.usage.inputTokens).toBeGreaterThan(3)
    expect(result.usage.outputTokens).toBeGreaterThan(3)
  })

  it('waits for its reader: a fast server is held back, a slow reader is no stall', async () => {
    let written = 0
    const model = await modelFor(
      (_request, response) => {
        response.writeHead(200, SSE)
        const chunk = sseDelta({ content: 'x'.repeat(1000) })
        const write = (): void => {
          while (written < 64_000_000) {
            written += chunk.length
            if (!response.write(chunk)) return void response.once('drain', write)
          }
          response.end(sseDelta({}, 'stop'))
        }
        write()
      },
      { timeouts: { stallMs: 150 } },
    )
    const events = model.stream(HELLO, { signal })[Symbol.asyncIterator]()
    await events.next()
    await pause(400)
    const held = written
    await pause(200)
    expect(written).toBe(held)
    // What the kernel's buffers and ours hold, far from what the server would send.
    expect(held).toBeLessThan(20_000_000)
    for (let count = 0; count < 12_000; count += 1)
      expect(((await events.next()).value as ModelEvent).type).toBe('answer-delta')
    expect(written).toBeGreaterThan(held)
    await events.return?.()
  })
})

describe('what goes wrong', () => {
  it.each<[string, Answer, object]>([
    [
      'an HTML page with status 200',
      send(200, { 'content-type': 'text/html' }, '<!doctype html><p>hello'),
      { code: 'invalid_response', message: /HTML page.*"text\/html"/ },
    ],
    [
      'plain text with status 200',
      send(200, { 'content-type': 'text/plain' }, 'it works!'),
      { code: 'invalid_response', message: /neither JSON nor an event stream/ },
    ],
    ['an empty body', send(200, JSON_TYPE), { code: 'incomplete_stream', message: /empty body/ }],
    [
      'JSON that is no chat completion',
      send(200, JSON_TYPE, '{"hello": "world"}'),
      { code: 'invalid_response', message: /without any choice/ },
    ],
    [
      'JSON cut short',
      send(200, JSON_TYPE, '{"choices": [{"mess'),
      { code: 'invalid_response', message: /begin like JSON but are not/ },
    ],
    [
      'an error as JSON with status 200',
      send(200, JSON_TYPE, '{"error": {"message": "no capacity", "code": 503}}'),
      { code: 'upstream_error', status: 503, retryable: true, message: /no capacity/ },
    ],
    [
      'an error inside the stream',
      send(200, SSE, sseDelta({ content: 'a' }), 'data: {"error": {"message": "broke"}}\n\n'),
      { code: 'upstream_error', message: /broke/ },
    ],
    [
      'a named error event',
      send(200, SSE, 'event: error\ndata: {"message": "overloaded", "code": 529}\n\n'),
      { code: 'upstream_error', status: 529, message: /overloaded/ },
    ],
    [
      'a named error event with plain text',
      send(200, SSE, 'event: error\ndata: out of memory\n\n'),
      { code: 'upstream_error', message: /out of memory/ },
    ],
    [
      'a stream event that is not JSON',
      send(200, SSE, sseDelta({ content: 'a' }), 'data: {oops\n\n'),
      { code: 'invalid_response', retryable: true, message: /not JSON/ },
    ],
    [
      'a stream without a finish reason',
      send(200, SSE, sseDelta({ content: 'a' }), 'data: [DONE]\n\n'),
      { code: 'incomplete_stream', retryable: true },
    ],
    [
      'a stream of comments only',
      send(200, SSE, ': ping\n\n: ping\n\n'),
      { code: 'incomplete_stream', retryable: true },
    ],
    [
      'an answer compressed against our wish',
      send(200, { ...SSE, 'content-encoding': 'gzip' }, sseAnswer('hi')),
      { code: 'invalid_response', message: /compressed \(gzip\)/ },
    ],
    [
      'a redirect',
      send(307, { location: 'https://else.org/v2/chat?token=abc' }),
      { code: 'invalid_response', status: 307, message: /redirects.*https:\/\/else\.org\/v2\/chat;/ },
    ],
    [
      'a refusal in HTML',
      send(502, { 'content-type': 'text/html' }, '<html>nginx</html>'),
      { code: 'upstream_error', status: 502, retryable: true, message: /HTML page/ },
    ],
    [
      'a refusal in plain text',
      send(400, { 'content-type': 'text/plain' }, 'unknown field "n"'),
      { code: 'upstream_rejected', retryable: false, message: /unknown field "n"/ },
    ],
  ])('is told: %s', async (_name, answer, { message, ...facts }: { message?: RegExp }) => {
    const error = await failure(await modelFor(answer))
    expect(error).toMatchObject(facts)
    if (message) expect(error.message).toMatch(message)
    expect(error.message).toContain(`lab (${new URL(server!.origin).host})`)
  })

  it('reads what a refusal says about waiting and retrying', async () => {
    const headers = { 'retry-after': '7', 'x-should-retry': 'false', 'request-id': 'req-9' }
    const body = '{"error": {"message": "slow down", "param": "messages"}}'
    expect(await failure(await modelFor(send(429, headers, body)))).toMatchObject({
      code: 'rate_limited',
      status: 429,
      retryAfterMs: 7000,
      retryable: false,
      requestId: 'req-9',
      param: 'messages',
    })
    expect(calls[0]).toMatchObject({ requestId: 'req-9', usageSource: 'none', costUsd: 0 })
  })

  it('tells a connection cut in the middle from a refused one', async () => {
    const cut = await modelFor((_request, response) => {
      response.writeHead(200, SSE)
      response.write(sseDelta({ content: 'half of it' }), () => response.destroy())
    })
    expect(await failure(cut)).toMatchObject({ code: 'incomplete_stream', retryable: true })
    expect(calls[0]).toMatchObject({ usageSource: 'estimated' })
    expect(calls[0]!.usage.outputTokens).toBeGreaterThan(0)

    calls = []
    const dropped = await modelFor((_request, response) => void response.destroy())
    expect(await failure(dropped)).toMatchObject({ code: 'unreachable', retryable: true })
    expect(calls[0]).toMatchObject({ usageSource: 'estimated', usage: { outputTokens: 0 } })

    calls = []
    const port = await closedPort()
    const nobody = openAICompatible({ provider: 'lab', baseURL: `http://127.0.0.1:${port}/v1`, model: 'm' })
    const error = await failure(nobody)
    expect(error).toMatchObject({ code: 'unreachable', retryable: true })
    expect(error.message).toMatch(/nothing is listening there.*ECONNREFUSED/)
    expect(calls[0]).toMatchObject({ usageSource: 'none', costUsd: 0 })
  })

  it('tells what is no HTTP at all, without quoting it', async () => {
    const gibberish = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(`SSH-2.0-${KEY}\r\n`))
    })
    await new Promise<void>((resolve) => gibberish.listen(0, '127.0.0.1', resolve))
    const { port } = gibberish.address() as AddressInfo
    const model = openAICompatible({ provider: 'lab', baseURL: `http://127.0.0.1:${port}`, model: 'm' })
    const error = await failure(model)
    gibberish.close()
    expect(error).toMatchObject({ code: 'invalid_response', retryable: false })
    expect(error.message).toMatch(/not HTTP\/1\.1/)
    expect(JSON.stringify([error, error.cause])).not.toContain('SSH')
  })

  it('reads at most a part of an endless refusal', async () => {
    const model = await modelFor((_request, response) => {
      response.writeHead(500, {})
      const timer = setInterval(() => response.write('x'.repeat(10_000)), 1)
      response.on('close', () => clearInterval(timer))
    })
    expect(await failure(model)).toMatchObject({ code: 'upstream_error' })
    await pause(50)
    expect(server!.sockets.size).toBe(0)
  })

  it('does not count tokens for an answer that never began', async () => {
    await failure(await modelFor(send(200, { 'content-type': 'text/html' }, '<html>')))
    expect(calls[0]).toMatchObject({ usageSource: 'none', costUsd: 0 })
    calls = []
    await failure(await modelFor(send(200, JSON_TYPE, '{"error": "no"}')), 'whole')
    expect(calls[0]).toMatchObject({ usageSource: 'none', costUsd: 0 })
  })

  it('keeps the last numbers of an upstream that counts as it goes', async () => {
    const usage = { prompt_tokens: 9, completion_tokens: 4 }
    const chunk = { choices: [{ delta: { content: 'a' } }], usage }
    await failure(await modelFor(send(200, SSE, `data: ${JSON.stringify(chunk)}\n\n`)))
    expect(calls[0]).toMatchObject({
      usageSource: 'reported',
      usage: { inputTokens: 9, outputTokens: 4 },
    })
  })
})

describe('the key', () => {
  it.each<[string, Answer]>([
    [
      'a refusal',
      send(401, {}, JSON.stringify({ error: { message: `bad key ${KEY}, param ${KEY}`, param: KEY } })),
    ],
    ['a refusal in plain text', send(400, {}, `you sent ${KEY}`)],
    ['a refusal cut inside of it', send(400, {}, `${'x'.repeat(290)}${KEY}`)],
    ['a request id', send(500, { 'x-request-id': KEY }, '')],
    ['an error inside the stream', send(200, SSE, `data: {"error": "no ${KEY} here"}\n\n`)],
    ['an error inside the stream, cut', send(200, SSE, `data: {"error": "${'x'.repeat(290)}${KEY}"}\n\n`)],
    ['JSON with status 200', send(200, JSON_TYPE, `{"error": {"message": "${KEY}"}}`)],
    ['an event that is not JSON', send(200, SSE, `data: ${KEY}\n\n`)],
    ['broken JSON', send(200, JSON_TYPE, `{${KEY}`)],
    ['a content type', send(200, { 'content-type': `text/${KEY}` }, '<p>')],
    ['a redirect', send(302, { location: `https://else.org/${KEY}` })],
  ])('is not repeated when an upstream echoes it in %s', async (_name, answer) => {
    const error = await failure(await modelFor(answer, { headers: { 'x-api-key': `other-${KEY}` } }))
    const seen = [
      error.message,
      error.stack,
      JSON.stringify(error),
      JSON.stringify(calls),
      errorDepths(error),
    ]
    for (const text of seen) {
      expect(text).not.toContain(KEY)
      expect(text).not.toContain(KEY.slice(0, 8))
    }
  })

  function errorDepths(error: unknown): string {
    const parts: string[] = []
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      parts.push(`${at.message} ${at.stack} ${JSON.stringify(at)}`)
    return parts.join()
  }
})

describe('time limits', () => {
  const hang = (start: (response: ServerResponse) => void): Answer => {
    return (_request, response) => start(response)
  }
  const begin = (response: ServerResponse, text = ''): void => {
    response.writeHead(200, SSE)
    response.flushHeaders()
    if (text !== '') response.write(text)
  }

  it.each<[string, Answer, object, object]>([
    [
      'no headers',
      hang(() => {}),
      { headersMs: 80 },
      { code: 'timeout', retryable: true, message: /no headers within 0.08 s/ },
    ],
    [
      'no first token before headers',
      hang(() => {}),
      { firstTokenMs: 80 },
      { code: 'timeout', retryable: true, message: /no token within 0.08 s/ },
    ],
    [
      'no first token after headers',
      hang((response) => begin(response)),
      { firstTokenMs: 80 },
      { code: 'stalled', retryable: true, message: /no token within 0.08 s/ },
    ],
    [
      'comments instead of a first token',
      hang((response) => {
        begin(response)
        const timer = setInterval(() => response.write(': ping\n\n'), 10)
        response.on('close', () => clearInterval(timer))
      }),
      { firstTokenMs: 80 },
      { code: 'stalled' },
    ],
    [
      'comments instead of the next token',
      hang((response) => {
        begin(response, sseDelta({ content: 'a' }))
        const timer = setInterval(() => response.write(': ping\n\n'), 10)
        response.on('close', () => clearInterval(timer))
      }),
      { stallMs: 80 },
      { code: 'stalled', retryable: true, message: /no token for 0.08 s/ },
    ],
    [
      'tokens without end',
      hang((response) => {
        begin(response)
        const timer = setInterval(() => response.write(sseDelta({ content: 'a' })), 10)
        response.on('close', () => clearInterval(timer))
      }),
      { overallMs: 120, stallMs: 60 },
      { code: 'timeout', retryable: false, message: /not finish within 0.12 s/ },
    ],
  ])('%s', async (_name, answer, timeouts, { message, ...facts }: { message?: RegExp }) => {
    const from = performance.now()
    const error = await failure(await modelFor(answer, { timeouts }))
    expect(error).toMatchObject(facts)
    if (message) expect(error.message).toMatch(message)
    expect(performance.now() - from).toBeGreaterThan(75)
    await pause(30)
    expect(server!.sockets.size).toBe(0)
    expect(calls[0]).toMatchObject({ usageSource: 'estimated' })
  })

  it('leaves an answer in one piece the whole time', async () => {
    const model = await modelFor(
      (_request, response) =>
        void setTimeout(() => send(200, JSON_TYPE, jsonAnswer('hi'))(_request, response, 1), 150),
      { timeouts: { headersMs: 20, firstTokenMs: 20, stallMs: 20, overallMs: 1000 } },
    )
    expect((await ask(model, HELLO, 'whole')).text).toBe('hi')
  })

  it('lets tokens come as slowly as the stall limit allows', async () => {
    const model = await modelFor(
      (_request, response) => {
        begin(response)
        let sent = 0
        const timer = setInterval(() => {
          sent += 1
          if (sent < 6) response.write(sseDelta({ content: String(sent) }))
          else {
            clearInterval(timer)
            response.end(sseDelta({}, 'stop'))
          }
        }, 60)
      },
      { timeouts: { stallMs: 150 } },
    )
    expect((await ask(model)).text).toBe('12345')
  })

  it('gives up on a connection that never comes about', async () => {
    // A listener whose queue is full accepts nobody.
    const model = openAICompatible({
      provider: 'lab',
      baseURL: 'http://127.0.0.1:1/v1',
      model: 'm',
      timeouts: { connectMs: 100 },
    })
    expect(await failure(model)).toMatchObject({ code: 'unreachable' })
  })
})

async function closedPort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise<void>((resolve) => probe.close(() => resolve()))
  return port
}

describe('the bill of an answer that is found wanting', () => {
  const usage = { prompt_tokens: 11, completion_tokens: 7, cost: 0.25 }
  const message = { role: 'assistant', content: 'half an answer' }
  it.each([
    ['lacks its finish reason', { choices: [{ index: 0, message, finish_reason: null }], usage }],
    ['says that it broke off', { choices: [{ index: 0, message, finish_reason: 'error' }], usage }],
    ['comes with an error', { choices: [{ index: 0, message }], usage, error: { message: 'overloaded' } }],
  ])('is what the upstream reports when it %s', async (_, body) => {
    for (const delivery of ['whole', 'stream'] as const) {
      calls = []
      const text = JSON.stringify(body)
      const model = await modelFor(
        delivery === 'whole' ? send(200, JSON_TYPE, text) : send(200, SSE, `data: ${text}\n\n`),
      )
      await failure(model, delivery)
      expect(calls[0]).toMatchObject({
        usageSource: 'reported',
        usage: { inputTokens: 11, outputTokens: 7 },
        costUsd: 0.25,
      })
      await server?.close()
    }
  })
})
