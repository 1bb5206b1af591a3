import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** One request as it arrived. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface RawServer {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  readonly requests: readonly RawRequest[]
  /** Connections open right now. */
  readonly sockets: ReadonlySet<Socket>
  /** Connections ever opened. */
  readonly connections: number
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A server on a free port that answers exactly what a test tells it to. */
export async function rawServer(
  answer: (request: RawRequest, response: ServerResponse, number: number) => void,
): Promise<RawServer> {
  const requests: RawRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((message, response) => {
    const parts: Buffer[] = []
    message.on('data', (part: Buffer) => parts.push(part))
    message.on('end', () => {
      const request = {
        method: message.method ?? '',
        path: message.url ?? '',
        headers: message.headers,
        body: Buffer.concat(parts).toString(),
      }
      requests.push(request)
      answer(request, response, requests.length)
    })
  })
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sockets,
    get connections() {
      return connections
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The text of a stream event around a chunk with this delta. */
export const sseDelta = (delta: unknown, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

/** A short answer as a stream. */
export const sseAnswer = (text: string): string =>
  sseDelta({ role: 'assistant', content: '' }) +
  sseDelta({ content: text }) +
  sseDelta({}, 'stop') +
  'data: [DONE]\n\n'

/** A short answer as one body. */
export const jsonAnswer = (text: string, more: object = {}): string =>
  JSON.stringify({
    id: 'c1',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    ...more,
  })
