import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gateway, listen, type Listening } from '../../src/gateway/index.js'
import { HELLO, Lab, chat } from './harness.js'

let lab: Lab
let strict: Listening
beforeAll(async () => {
  lab = await Lab.open({ gateway: { settings: { maxBodyBytes: 64 * 1024 } } })
  const gateway = new Gateway({ catalog: lab.gateway.targets.catalog, loopback: true })
  strict = await listen(gateway, {
    port: 0,
    host: '127.0.0.1',
    headersMs: 400,
    requestMs: 900,
    maxHeaderBytes: 8192,
  })
})
afterAll(async () => {
  await strict.close(0)
  await lab.close()
})

/** Sends bytes as they are, and reads until the other side closes or falls silent after an answer. */
function raw(port: number, parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    let idle: NodeJS.Timeout | undefined
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part)
    })
    socket.on('data', (data) => {
      answer += data.toString('latin1')
      clearTimeout(idle)
      idle = setTimeout(() => socket.destroy(), 300)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(idle)
      resolve(answer)
    })
  })
}

/** Does as many clients do: sends all of its body, and only then looks for an answer. */
async function sendThenRead(port: number, path: string, bytes: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause()
  let answer = ''
  let closed = false
  socket.on('data', (data) => (answer += data.toString('latin1')))
  socket.on('error', () => {})
  const over = new Promise<void>((resolve) =>
    socket.on('close', () => {
      closed = true
      resolve()
    }),
  )
  socket.write(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${bytes}\r\n\r\n`)
  const piece = Buffer.alloc(60_000, 'x')
  for (let sent = 0; sent < bytes && !closed; sent += piece.length)
    await new Promise((resolve) => socket.write(piece.subarray(0, bytes - sent), resolve))
  socket.resume()
  await over
  return answer
}

const head = (extra: string, length: number): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${extra}\r\n`
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

describe('what is no proper request', () => {
  it('is answered with the right status, and the server stays up', async () => {
    const { port } = lab.listening
    expect(statusOf(await raw(port, ['NONSENSE\r\n\r\n']))).toBe(400)
    expect(
      statusOf(await raw(port, [`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'y'.repeat(64 * 1024)}\r\n\r\n`])),
    ).toBe(431)
    expect(statusOf(await raw(port, ['GET / HTTP/1.1\r\n\r\n']))).toBe(400)
    const invalid = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])
    expect(statusOf(await raw(port, [head('', invalid.length), invalid]))).toBe(400)
    expect(statusOf(await raw(port, [head('Content-Encoding: gzip\r\n', 4), 'abcd']))).toBe(415)
    expect(statusOf(await raw(port, [head('', 10_000_000), '{']))).toBe(413)
    const chunk = `${(16 * 1024).toString(16)}\r\n${'x'.repeat(16 * 1024)}\r\n`
    const endless = `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n`
    expect(statusOf(await raw(port, [endless, ...Array.from({ length: 8 }, () => chunk)]))).toBe(413)
    expect(
      statusOf(
        await raw(port, ['DELETE /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n']),
      ),
    ).toBe(405)
    expect((await fetch(`${lab.url}/health`)).status).toBe(200)
  })

  it('is told so although its client reads nothing before its body is sent', async () => {
    const { port } = lab.listening
    for (const [path, status] of [
      ['/v1/chat/completions', 413],
      ['/v1/nothing', 404],
    ] as const)
      expect([path, statusOf(await sendThenRead(port, path, 12_000_000))]).toEqual([path, status])
  })

  it('gives a deep pile of brackets no stack overflow', async () => {
    const deep = '['.repeat(30_000)
    const response = await fetch(`${lab.url}/v1/chat/completions`, { method: 'POST', body: deep })
    expect(response.status).toBe(400)
    const closed = `{"model":"pair","messages":[{"role":"user","content":${'['.repeat(5_000)}${']'.repeat(5_000)}}]}`
    expect((await fetch(`${lab.url}/v1/chat/completions`, { method: 'POST', body: closed })).status).toBe(400)
  })

  it('loses its connection when it is too slow', async () => {
    expect(statusOf(await raw(strict.port, ['POST /v1/chat/completions HTTP/1.1\r\nHost: 127']))).toBe(408)
    expect(statusOf(await raw(strict.port, [head('', 100), '{"model"']))).toBe(408)
  })
})

describe('too much at a time', () => {
  it('is refused with 503 before memory grows', async () => {
    const full = await Lab.open({ gateway: { settings: { maxRuns: 2 } } })
    const ask = full.fetch('over a socket')
    const controller = new AbortController()
    const slow = { ...chat({ model: 'slow', stream: true }), signal: controller.signal }
    const running = await Promise.all([ask('/v1/chat/completions', slow), ask('/v1/chat/completions', slow)])
    const third = await ask('/v1/chat/completions', chat())
    expect(third.status).toBe(503)
    expect(third.headers.get('retry-after')).toBe('2')
    expect(((await third.json()) as { error: { code: string } }).error.code).toBe('overloaded')
    controller.abort()
    await Promise.allSettled(running.map((response) => response.text()))
    await full.close()
  })

  it('keeps bodies of all requests together within bounds', async () => {
    const small = await Lab.open({ gateway: { settings: { maxBodiesBytes: 2_000 } } })
    const ask = small.fetch('over a socket')
    const controller = new AbortController()
    const slow = {
      ...chat({ model: 'slow', stream: true, user: 'x'.repeat(1_200) }),
      signal: controller.signal,
    }
    const running = await ask('/v1/chat/completions', slow)
    expect((await ask('/v1/chat/completions', chat({ user: 'x'.repeat(1_200) }))).status).toBe(503)
    controller.abort()
    await running.text().catch(() => {})
    await small.close()
  })

  it('does not let a client that never reads fill the memory', async () => {
    const lazy = await Lab.open({ gateway: { settings: { unreadMs: 1_000, keepAliveMs: 1_000 } } })
    const body = JSON.stringify({ model: 'lab/donald+tokens=200000', stream: true, messages: HELLO })
    const socket = connect(lazy.listening.port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => {})
    socket.pause()
    socket.write(head('', Buffer.byteLength(body)) + body)
    await new Promise((resolve) => socket.once('connect', resolve))
    await lazy.sim.idle().catch(() => {})
    while (lazy.sim.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(lazy.sim.log[0]?.outcome).toBe('client-left')
    socket.destroy()
    await closed
    await lazy.close()
  })
})
