import { createServer, request as httpRequest } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { rawServer, type RawServer } from '../../test/raw-server.js'
import { Transport, type RequestControl, type RequestHandler, type TransportOptions } from './transport.js'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})

async function serve(answer: Parameters<typeof rawServer>[0]): Promise<RawServer> {
  const server = await rawServer(answer)
  open.push(server)
  return server
}

function transportTo(origin: string, options: TransportOptions = {}): Transport {
  const transport = new Transport(origin, options)
  open.push(transport)
  return transport
}

interface Sent {
  readonly control: RequestControl
  /** Everything the handler was told. */
  readonly told: string[]
  /** Settles with the body, or rejects with the error. */
  readonly body: Promise<string>
}

function send(transport: Transport, path = '/'): Sent {
  const told: string[] = []
  let control!: RequestControl
  const body = new Promise<string>((resolve, reject) => {
    let text = ''
    const handler: RequestHandler = {
      onStart: () => told.push('start'),
      onHeaders: (status) => told.push(`headers ${status}`),
      onData: (chunk) => void (text += chunk.toString()),
      onEnd: () => {
        told.push('end')
        resolve(text)
      },
      onError: (error) => {
        told.push('error')
        reject(error)
      },
    }
    control = transport.send({ method: 'GET', path, headers: [] }, handler)
  })
  body.catch(() => {})
  return { control, told, body }
}

const echoPath: Parameters<typeof rawServer>[0] = (request, response) => void response.end(request.path)

describe('Transport', () => {
  it('opens nothing before the first request', async () => {
    const server = await serve(echoPath)
    transportTo(server.origin)
    await pause(50)
    expect(server.connections).toBe(0)
  })

  it('tells a request from start to end', async () => {
    const server = await serve(echoPath)
    const sent = send(transportTo(server.origin), '/a?b=c')
    expect(await sent.body).toBe('/a?b=c')
    expect(sent.told).toEqual(['start', 'headers 200', 'end'])
  })

  it('opens as many connections as requests run, up to its limit, and keeps them', async () => {
    const server = await serve((request, response) => void setTimeout(() => response.end(request.path), 30))
    const transport = transportTo(server.origin, { connections: 3 })
    const paths = Array.from({ length: 9 }, (_, index) => `/${index}`)
    const bodies = await Promise.all(paths.map((path) => send(transport, path).body))
    expect(bodies).toEqual(paths)
    expect(server.connections).toBe(3)
    await send(transport, '/again').body
    expect(server.connections).toBe(3)
  })

  it('closes the connection of an aborted request at once, tells nothing more and opens no other', async () => {
    const server = await serve((_request, response) => void response.write('part'))
    const transport = transportTo(server.origin)
    const sent = send(transport)
    while (!sent.told.includes('headers 200')) await pause(1)
    sent.control.abort()
    sent.control.abort()
    await pause(60)
    expect(server.sockets.size).toBe(0)
    expect(server.connections).toBe(1)
    expect(sent.told).toEqual(['start', 'headers 200'])
  })

  it('forgets a request aborted while it waits for a connection', async () => {
    const server = await serve((_request, response) => void setTimeout(() => response.end('x'), 50))
    const transport = transportTo(server.origin, { connections: 1 })
    const first = send(transport, '/first')
    const second = send(transport, '/second')
    const third = send(transport, '/third')
    await pause(10)
    second.control.abort()
    await Promise.all([first.body, third.body])
    expect(server.requests.map((request) => request.path)).toEqual(['/first', '/third'])
    expect(second.told).toEqual([])
  })

  it('gives the place of an aborted request to the next in line', async () => {
    const server = await serve((request, response) => {
      if (request.path !== '/hang') response.end('x')
    })
    const transport = transportTo(server.origin, { connections: 1 })
    const hanging = send(transport, '/hang')
    const next = send(transport, '/next')
    await pause(30)
    hanging.control.abort()
    expect(await next.body).toBe('x')
  })

  it('forgets a request aborted before anything was loaded', async () => {
    const server = await serve(echoPath)
    const sent = send(transportTo(server.origin))
    sent.control.abort()
    await pause(60)
    expect(server.requests).toEqual([])
    expect(sent.told).toEqual([])
  })

  it('stops reading while paused', async () => {
    let written = 0
    const server = await serve((_request, response) => {
      const chunk = 'x'.repeat(64 * 1024)
      const write = (): void => {
        while (written < 40_000_000) {
          written += chunk.length
          if (!response.write(chunk)) return void response.once('drain', write)
        }
        response.end()
      }
      write()
    })
    const sent = send(transportTo(server.origin))
    while (!sent.told.includes('headers 200')) await pause(1)
    sent.control.pause()
    await pause(200)
    const held = written
    await pause(100)
    expect(written).toBe(held)
    expect(held).toBeLessThan(40_000_000)
    sent.control.resume()
    expect((await sent.body).length).toBeGreaterThanOrEqual(40_000_000)
  })

  it('drops a connection the server closed while it was idle', async () => {
    const server = await serve(echoPath)
    const transport = transportTo(server.origin, { keepAliveMs: 60_000 })
    await send(transport).body
    for (const socket of server.sockets) socket.destroy()
    await pause(30)
    expect(await send(transport, '/b').body).toBe('/b')
    expect(server.connections).toBe(2)
  })

  it('fails what runs and what waits when it is closed, and what is sent later', async () => {
    const server = await serve(() => {})
    const transport = new Transport(server.origin, { connections: 1 })
    const running = send(transport)
    const waiting = send(transport)
    while (server.requests.length === 0) await pause(1)
    await transport.close()
    await expect(running.body).rejects.toThrow()
    await expect(waiting.body).rejects.toMatchObject({ code: 'UND_ERR_CLOSED' })
    await expect(send(transport).body).rejects.toMatchObject({ code: 'UND_ERR_CLOSED' })
    expect(server.sockets.size).toBe(0)
  })

  it('can be closed before it was used', async () => {
    await new Transport('http://127.0.0.1:1').close()
  })
})

describe('a proxy', () => {
  /** Passes requests on, plain ones and tunnels, and remembers for whom. */
  async function proxy(): Promise<{ url: string; seen: string[] }> {
    const seen: string[] = []
    const sockets = new Set<Socket>()
    const server = createServer((incoming, outgoing) => {
      seen.push(`${incoming.method} ${incoming.url}`)
      const onward = httpRequest(
        incoming.url ?? '',
        { method: incoming.method, headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(outgoing)
        },
      )
      incoming.pipe(onward)
    })
    server.on('connect', (incoming, socket: Socket) => {
      seen.push(`CONNECT ${incoming.url}`)
      const [host, port] = (incoming.url ?? '').split(':')
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        target.pipe(socket).pipe(target)
      })
      target.on('error', () => socket.destroy())
      socket.on('error', () => target.destroy())
    })
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          for (const socket of sockets) socket.destroy()
        }),
    })
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
  }

  it('is used when one is given', async () => {
    const server = await serve(echoPath)
    const { url, seen } = await proxy()
    expect(await send(transportTo(server.origin, { proxy: { http: url } }), '/x').body).toBe('/x')
    expect(seen).toHaveLength(1)
  })

  it('is left out for the hosts named', async () => {
    const server = await serve(echoPath)
    const { url, seen } = await proxy()
    const transport = transportTo(server.origin, { proxy: { http: url, no: 'example.org, 127.0.0.1' } })
    expect(await send(transport, '/x').body).toBe('/x')
    expect(seen).toEqual([])
  })

  it('is not read from the environment', async () => {
    const server = await serve(echoPath)
    const { url, seen } = await proxy()
    process.env['HTTP_PROXY'] = url
    process.env['NO_PROXY'] = '*'
    try {
      expect(await send(transportTo(server.origin), '/x').body).toBe('/x')
      expect(seen).toEqual([])
      expect(await send(transportTo(server.origin, { proxy: { http: url } }), '/y').body).toBe('/y')
      expect(seen).toHaveLength(1)
    } finally {
      delete process.env['HTTP_PROXY']
      delete process.env['NO_PROXY']
    }
  })

  it('that is no proxy fails the request and can still be closed', async () => {
    const transport = transportTo('http://127.0.0.1:9', { proxy: { http: 'ftp://127.0.0.1:1' } })
    await expect(send(transport, '/x').body).rejects.toMatchObject({ code: 'config_invalid' })
    await transport.close()
  })

  it('is named when it does not answer', async () => {
    const transport = transportTo('http://127.0.0.1:9', { proxy: { http: '127.0.0.1:1' } })
    await expect(send(transport, '/x').body).rejects.toThrow('the proxy 127.0.0.1:1 does not answer')
  })

  it('lets requests be aborted', async () => {
    const server = await serve((_request, response) => void response.write('part'))
    const { url } = await proxy()
    const sent = send(transportTo(server.origin, { proxy: { http: url } }))
    while (!sent.told.includes('headers 200')) await pause(1)
    sent.control.abort()
    await pause(60)
    expect(sent.told).toEqual(['start', 'headers 200'])
  })
})
