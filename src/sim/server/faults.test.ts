import { request as httpRequest } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { MoaError } from '../../core/index.js'
import { type AnswerEvent } from '../../core/index.js'
import { ChunkDecoder, decodeError, readErrorBody, readRetryAfter, SseParser } from '../../wire/index.js'
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

interface Seen {
  status: number | undefined
  headers: Record<string, string | string[] | undefined>
  body: string
  /** Writes as they came in. */
  parts: number
  /** The connection was closed before the end of the body. */
  broken: boolean
  /** Nothing came for a while and the client hung up. */
  silent: boolean
}

/** A plain HTTP client that hangs up after `patience` milliseconds of silence. */
function post(
  server: SimServer,
  model: string,
  options: { stream: boolean; patience?: number; usage?: boolean },
): Promise<Seen> {
  const body = JSON.stringify({
    model,
    messages: [{ role: 'user', content: 'Why is the sky blue? 为什么?🙂' }],
    stream: options.stream,
    ...(options.usage === true && { stream_options: { include_usage: true } }),
  })
  return new Promise((resolve) => {
    const seen: Seen = { status: undefined, headers: {}, body: '', parts: 0, broken: false, silent: false }
    const done = (more: Partial<Seen>): void => resolve({ ...seen, ...more })
    const request = httpRequest(
      `${server.url}/chat/completions`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        seen.status = response.statusCode
        seen.headers = response.headers
        const bytes: Buffer[] = []
        response.on('data', (part: Buffer) => {
          seen.parts += 1
          bytes.push(part)
          seen.body = Buffer.concat(bytes).toString('utf8')
        })
        response.on('end', () => done({ broken: !response.complete }))
        response.on('error', () => done({ broken: true }))
      },
    )
    request.setTimeout(options.patience ?? 2000, () => {
      done({ silent: true })
      request.destroy()
    })
    request.on('error', () => done({ broken: true }))
    request.end(body)
  })
}

/** What our clients make of a stream. */
function decode(body: string): { events: AnswerEvent[]; error: MoaError | undefined } {
  const events: AnswerEvent[] = []
  const decoder = new ChunkDecoder({ upstream: 'sim', model: 'm', emit: (event) => events.push(event) })
  const parser = new SseParser((data) => decoder.data(data))
  try {
    parser.feed(body)
    parser.end()
    decoder.end()
    return { events, error: undefined }
  } catch (error) {
    return { events, error: error as MoaError }
  }
}

const pieces = (seen: Seen): number =>
  decode(seen.body).events.filter((event) => event.type === 'answer-delta').length

describe.each([true, false])('faults over HTTP, stream: %s', (stream) => {
  it.each([
    ['400', 400, 'upstream_rejected', false],
    ['401', 401, 'authentication', false],
    ['403', 403, 'permission', false],
    ['404', 404, 'upstream_model_not_found', false],
    ['408', 408, 'timeout', true],
    ['429', 429, 'rate_limited', true],
    ['500', 500, 'upstream_error', true],
    ['502', 502, 'upstream_error', true],
    ['503', 503, 'upstream_error', true],
    ['504', 504, 'timeout', true],
    ['529', 529, 'upstream_error', true],
    ['quota', 402, 'quota_exhausted', false],
    ['context-length', 400, 'context_length', false],
  ] as const)('refuses as %s', async (fault, status, code, retryable) => {
    const server = await start()
    const seen = await post(server, `ada+${fault}`, { stream })
    expect(seen.status).toBe(status)
    const error = decodeError({ upstream: 'sim', status, body: readErrorBody(JSON.parse(seen.body)) })
    expect(error).toMatchObject({ code, retryable })
    await server.idle()
    expect(server.log).toMatchObject([{ promptTokens: 0, completionTokensServed: 0, call: 1 }])
    expect(server.log[0]!.outcome).toMatch(/^fault:\d+$/)
  })

  it('says how long to wait, then answers', async () => {
    const server = await start()
    const first = await post(server, 'ada+429=1+retry-after=1500', { stream })
    expect(first.headers).toMatchObject({ 'retry-after-ms': '1500', 'retry-after': '2' })
    expect(readRetryAfter({ retryAfterMs: String(first.headers['retry-after-ms']) }, 0)).toBe(1500)
    expect((await post(server, 'ada+429=1+retry-after=1500', { stream })).status).toBe(200)
    await server.idle()
    expect(server.log.map(({ outcome, call }) => [outcome, call])).toEqual([
      ['fault:429', 1],
      ['completed', 2],
    ])
  })

  it('never answers: timeout', async () => {
    const server = await start()
    const seen = await post(server, 'ada+timeout', { stream, patience: 400 })
    expect(seen).toMatchObject({ silent: true, status: undefined })
    await server.idle()
    expect(server.log).toMatchObject([{ outcome: 'fault:timeout', completionTokensServed: 0 }])
    expect(server.log[0]!.clientLeftAtMs).toBeGreaterThan(100)
    expect(server.log[0]!.promptTokens).toBeGreaterThan(0)
  })

  it('sends headers and no token: hang-before', async () => {
    const server = await start()
    const seen = await post(server, 'ada+hang-before', { stream, patience: 400 })
    expect(seen).toMatchObject({ silent: true, status: 200, body: '' })
    await server.idle()
    expect(server.log).toMatchObject([{ outcome: 'fault:hang-before', completionTokensServed: 0 }])
  })

  it('stops in the middle: hang-between', async () => {
    const server = await start()
    const seen = await post(server, 'ada+hang-between=4', { stream, patience: 400 })
    expect(seen).toMatchObject({ silent: true, status: 200 })
    if (stream) expect(pieces(seen)).toBe(4)
    await server.idle()
    expect(server.log).toMatchObject([{ outcome: 'fault:hang-between', chunksServed: stream ? 4 : 0 }])
  })

  it.each([0, 4])('closes the connection: disconnect=%d', async (after) => {
    const server = await start()
    const seen = await post(server, `ada+disconnect=${after}`, { stream })
    expect(seen.broken).toBe(true)
    if (stream && after > 0) expect(pieces(seen)).toBe(after)
    await server.idle()
    expect(server.log).toMatchObject([{ outcome: 'fault:disconnect', chunksServed: stream ? after : 0 }])
    expect(server.log[0]!.clientLeftAtMs).toBeUndefined()
  })

  it('breaks its JSON: malformed', async () => {
    const server = await start()
    const seen = await post(server, 'ada+malformed=4', { stream })
    expect(seen).toMatchObject({ status: 200, broken: false })
    if (stream) {
      expect(pieces(seen)).toBe(4)
      expect(decode(seen.body).error).toMatchObject({ code: 'invalid_response', retryable: true })
    } else expect(() => void JSON.parse(seen.body)).toThrow()
    await server.idle()
    expect(server.log).toMatchObject([{ outcome: 'fault:malformed' }])
  })

  it('says in the middle that it failed: error-mid', async () => {
    const server = await start()
    const seen = await post(server, 'ada+error-mid=4', { stream })
    if (stream) {
      expect(pieces(seen)).toBe(4)
      expect(decode(seen.body).error).toMatchObject({ code: 'upstream_error', retryable: true })
    } else expect(seen.status).toBe(500)
    await server.idle()
    expect(server.log).toMatchObject([{ outcome: 'fault:error-mid' }])
  })

  it('ends without a reason: no-finish', async () => {
    const server = await start()
    const seen = await post(server, 'ada+no-finish', { stream })
    if (stream) expect(decode(seen.body).error).toMatchObject({ code: 'incomplete_stream', retryable: true })
    else expect(JSON.parse(seen.body)).toMatchObject({ choices: [{ finish_reason: null }] })
    await server.idle()
    expect(server.log).toMatchObject([{ outcome: 'fault:no-finish' }])
  })

  it('leaves out the last event: no-done', async () => {
    const server = await start()
    const seen = await post(server, 'ada+no-done', { stream, usage: true })
    if (stream) {
      expect(seen.body).not.toContain('[DONE]')
      expect(decode(seen.body).events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
    } else expect(JSON.parse(seen.body)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
  })

  it('answers with a web page: html', async () => {
    const server = await start()
    const seen = await post(server, 'ada+html', { stream })
    expect(seen.status).toBe(200)
    expect(seen.headers['content-type']).toContain('text/html')
  })

  it('puts an error into a good answer: error-200', async () => {
    const server = await start()
    const seen = await post(server, 'ada+error-200', { stream })
    expect(seen.status).toBe(200)
    const body = readErrorBody(JSON.parse(seen.body))
    expect(decodeError({ upstream: 'sim', body })).toMatchObject({ code: 'upstream_error', retryable: true })
  })

  it.each([
    ['empty', 'stop', /^$/],
    ['whitespace-only', 'stop', /^\s+$/],
    ['garbage', 'stop', /(.{8,})\1{5}/s],
    ['length', 'length', /^.{10,200}$/s],
    ['content-filter', 'content_filter', /./s],
  ])('answers %s', async (fault, reason, text) => {
    const server = await start()
    const seen = await post(server, `ada+${fault}`, { stream })
    const answer = stream
      ? decode(seen.body)
          .events.map((event) => (event.type === 'answer-delta' ? event.text : ''))
          .join('')
      : (JSON.parse(seen.body) as { choices: { message: { content: string } }[] }).choices[0]!.message.content
    expect(answer).toMatch(text)
    expect(seen.body).toContain(`"finish_reason":"${reason}"`)
    await server.idle()
    expect(server.log).toMatchObject([{ outcome: 'completed' }])
  })

  it('reports usage never, once, or with every chunk', async () => {
    const server = await start()
    const counts = async (model: string): Promise<number> =>
      (await post(server, model, { stream, usage: true })).body.split('"prompt_tokens":').length - 1
    expect(await counts('ada+no-usage')).toBe(0)
    expect(await counts('ada')).toBe(1)
    if (stream) {
      const seen = await post(server, 'ada+usage-every-chunk', { stream })
      const chunks = seen.body
        .split('\n\n')
        .filter((event) => event.includes('"content":"') && !event.includes('"content":""'))
      expect(seen.body.split('"completion_tokens":').length - 1).toBeGreaterThanOrEqual(chunks.length)
      const tokens = [...seen.body.matchAll(/"completion_tokens":(\d+)/g)].map((match) => Number(match[1]))
      expect(tokens).toEqual([...tokens].sort((a, b) => a - b))
      await server.idle()
      expect(tokens.at(-1)).toBe(server.log.at(-1)!.completionTokensServed)
    }
  })

  it('drips, cut anywhere: slow', async () => {
    const server = await start()
    const seen = await post(server, 'ada+slow=10+tokens=12', { stream })
    const plain = await post(server, 'ada+tokens=12', { stream })
    expect(seen.parts).toBeGreaterThan(8)
    const text = (body: string) =>
      stream
        ? decode(body).events.filter((event) => event.type === 'answer-delta')
        : (JSON.parse(body) as { choices: unknown }).choices
    expect(text(seen.body)).toEqual(text(plain.body))
  })

  it('thinks aloud: reasoning', async () => {
    const server = await start()
    const seen = await post(server, 'ada+reasoning', { stream, usage: true })
    expect(seen.body).toContain('"reasoning_content":"')
    expect(Number(/"reasoning_tokens":(\d+)/.exec(seen.body)?.[1])).toBeGreaterThan(0)
  })

  it('fails a share of calls by chance, the same ones each time', async () => {
    const outcomes = async (): Promise<string> => {
      const server = await start({ seed: 5 })
      for (let call = 0; call < 30; call += 1) await post(server, 'ada+fail-rate=0.4+tokens=1', { stream })
      await server.idle()
      return server.log.map(({ outcome }) => outcome).join()
    }
    const first = await outcomes()
    expect(first).toContain('fault:503')
    expect(first).toContain('completed')
    expect(await outcomes()).toBe(first)
  })

  it('hangs in a share of calls by chance', async () => {
    const server = await start()
    expect((await post(server, 'ada+stall-rate=1', { stream, patience: 100 })).silent).toBe(true)
    expect((await post(server, 'ada+stall-rate=0', { stream, patience: 500 })).silent).toBe(false)
  })

  it('follows its script', async () => {
    const server = await start({
      script: [
        { match: { model: 'ada', call: 1 }, fault: '500' },
        { match: { model: 'grace' }, fault: 'disconnect=0' },
      ],
    })
    expect((await post(server, 'ada', { stream })).status).toBe(500)
    expect((await post(server, 'ada', { stream })).status).toBe(200)
    expect((await post(server, 'grace+tokens=3', { stream })).broken).toBe(true)
    expect((await post(server, 'alan', { stream })).status).toBe(200)
  })
})

describe('closing the server', () => {
  it('settles what is in flight', async () => {
    const server = await start()
    const open = [
      post(server, 'ada+hang-between=2', { stream: true }),
      post(server, 'ada+pace=1000', { stream: true }),
    ]
    while (server.inFlight < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 30))
    await server.close()
    await Promise.all(open)
    expect(server.inFlight).toBe(0)
    expect(server.log.map(({ outcome }) => outcome).sort()).toEqual(['fault:hang-between', 'server-closed'])
    expect(server.log.every(({ clientLeftAtMs }) => clientLeftAtMs === undefined)).toBe(true)
  })
})
