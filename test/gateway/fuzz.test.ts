import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayLog } from '../../src/gateway/index.js'
import { Lab } from './harness.js'

const failures: string[] = []
const log: GatewayLog = {
  info() {},
  warn() {},
  error: (fields, message) => void failures.push(`${message} ${JSON.stringify(fields)}`),
}
let lab: Lab
beforeAll(async () => {
  lab = await Lab.open({ gateway: { log } })
})
afterAll(() => lab.close())

const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('', 'hello', '\u0000', '\ud800', '𝕏'))
const anything = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, true, -1, 0, 1e308, 0.5, '', [], {}, [[]], [null], 2 ** 53) },
)
const part = fc.oneof(
  fc.record({ type: fc.constant('text'), text: fc.oneof(text, anything) }),
  fc.record({ type: fc.constant('image_url'), image_url: fc.oneof(fc.record({ url: text }), anything) }),
  fc.record({
    type: fc.constantFrom('file', 'tool_result', 'tool_use', 'thinking', 'image', 'input_text'),
    text,
  }),
  anything,
)
const message = fc.oneof(
  fc.record(
    {
      role: fc.constantFrom('user', 'system', 'developer', 'assistant', 'tool', 'function', 'nobody'),
      content: fc.oneof(text, fc.array(part, { maxLength: 3 }), anything),
      tool_calls: anything,
      tool_call_id: fc.oneof(text, anything),
    },
    { requiredKeys: ['role', 'content'] },
  ),
  anything,
)
/** Nearly right requests: most fields are what they should be, some are not. */
const body = fc.record(
  {
    model: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('pair', 'lab/ada', 'hopeless', 'late-failure') },
      { weight: 1, arbitrary: fc.oneof(text, anything) },
    ),
    messages: fc.oneof(
      { weight: 5, arbitrary: fc.array(message, { maxLength: 4 }) },
      { weight: 5, arbitrary: fc.constant([{ role: 'user', content: 'Say hello.' }]) },
      { weight: 1, arbitrary: anything },
    ),
    input: fc.oneof(text, fc.array(message, { maxLength: 3 }), anything),
    max_tokens: fc.oneof(fc.integer(), anything),
    stream: fc.oneof(fc.boolean(), anything),
    stream_options: anything,
    temperature: fc.oneof(fc.double(), anything),
    stop: anything,
    seed: anything,
    n: fc.oneof(fc.integer(), anything),
    tools: anything,
    tool_choice: anything,
    response_format: anything,
    logprobs: anything,
    top_logprobs: anything,
    metadata: anything,
    system: anything,
    text: anything,
    reasoning: anything,
    moa: fc.oneof(
      fc.record(
        {
          proposers: anything,
          aggregator: anything,
          layers: fc.oneof(fc.integer({ min: -1, max: 20 }), anything),
          mode: anything,
          trace: anything,
          progress: anything,
          seed: anything,
          deadline_ms: anything,
          max_latency_ms: anything,
          cache: anything,
          budget_usd: anything,
          inherit: anything,
        },
        { requiredKeys: [] },
      ),
      anything,
    ),
  },
  { requiredKeys: ['model'] },
)

const PATHS = ['/v1/chat/completions', '/v1/responses', '/v1/messages', '/v1/messages/count_tokens']

describe('whatever the body', () => {
  it('is answered with what the format knows, never with a fault of the gateway', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PATHS), body, async (path, fields) => {
        const response = await lab.gateway.app.request(`http://localhost${path}`, {
          method: 'POST',
          body: JSON.stringify(fields),
          signal: AbortSignal.timeout(10_000),
        })
        const reply = await response.text()
        expect([response.status, reply, failures]).toEqual([expect.not.toBeOneOf([500]), reply, []])
        expect(reply).not.toContain('"internal"')
        if (response.headers.get('content-type')?.startsWith('application/json')) JSON.parse(reply)
        else expect(reply.endsWith('\n\n')).toBe(true)
      }),
      { numRuns: 400 },
    )
    expect(lab.gateway.runs.size).toBe(0)
    expect(lab.gateway.bodies.used).toBe(0)
  }, 120_000)

  it('is answered when it is no JSON at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PATHS), fc.uint8Array({ maxLength: 200 }), async (path, bytes) => {
        const response = await lab.gateway.app.request(`http://localhost${path}`, {
          method: 'POST',
          body: bytes,
        })
        expect(response.status).toBe(400)
      }),
      { numRuns: 200 },
    )
  })
})

const SILENCE_MS = 150

/** Sends bytes, and ends when nothing more comes back; what came back when the connection is over. */
function exchange(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(lab.listening.port, '127.0.0.1', () => socket.write(bytes))
    socket.setTimeout(SILENCE_MS, () => socket.end())
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no end within 10 s after ${JSON.stringify(bytes.toString('latin1'))}`))
    }, 10_000)
    socket.on('data', (data) => (answer += data.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}

const VALID = (() => {
  const json = JSON.stringify({ model: 'lab/ada', messages: [{ role: 'user', content: 'Say hello.' }] })
  return Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
  )
})()

/** A proper request with some bytes put in, taken out or changed. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat({ max: VALID.length }),
      remove: fc.nat({ max: 8 }),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc
          .constantFrom(
            '\r\n',
            '\r\n\r\n',
            'Transfer-Encoding: chunked\r\n',
            '\0',
            ' ',
            ':',
            '99999999',
            '-1',
            '%00',
            '?',
          )
          .map((piece) => new Uint8Array(Buffer.from(piece))),
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce<Buffer>(
      (bytes, { at, remove, insert }) =>
        Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]),
      VALID,
    ),
  )

describe('whatever comes over the wire', () => {
  it('ends with an answer that is no 500, or with a closed connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          mutated,
          fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        ),
        async (bytes) => {
          const answer = await exchange(Buffer.from(bytes))
          expect(answer).not.toMatch(/^HTTP\/1\.1 500 /)
          expect(failures).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
    expect((await fetch(`${lab.url}/health`)).status).toBe(200)
    expect(lab.gateway.runs.size).toBe(0)
  }, 120_000)
})
