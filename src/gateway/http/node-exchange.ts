import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { MoaError } from '../../core/index.js'
import type { Exchange, HeaderList } from './exchange.js'

/**
 * An exchange over Node's own HTTP server. Writes its pieces straight to the socket, as chunks: what
 * `response.write` does, in one write instead of four.
 */
export class NodeExchange implements Exchange {
  readonly always: string[] = []
  readonly method: string
  readonly path: string
  readonly query: string
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  #drained: Promise<void> | undefined
  /** The head is on its way. */
  #started = false

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request
    this.#response = response
    this.method = request.method ?? 'GET'
    const url = request.url ?? '/'
    const query = url.indexOf('?')
    this.path = query === -1 ? url : url.slice(0, query)
    this.query = query === -1 ? '' : url.slice(query)
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket.remoteAddress
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name]
    return typeof value === 'string' ? value : value?.[0]
  }

  body(allow: (bytes: number) => void): Promise<Uint8Array> {
    const request = this.#request
    return new Promise((resolve, reject) => {
      let first: Buffer | undefined
      let parts: Buffer[] | undefined
      let size = 0
      const take = (part: Buffer): void => {
        try {
          allow(part.length)
        } catch (error) {
          request.off('data', take)
          request.pause()
          reject(error)
          return
        }
        size += part.length
        if (first === undefined) first = part
        else (parts ??= [first]).push(part)
      }
      request.on('data', take)
      request.on('end', () => resolve(parts === undefined ? (first ?? EMPTY) : Buffer.concat(parts, size)))
      request.on('close', () => {
        if (!request.complete) reject(gone())
      })
      request.on('error', () => {}) // Told by `close`.
    })
  }

  onGone(callback: () => void): void {
    const response = this.#response
    if (response.destroyed) callback()
    else
      response.on('close', () => {
        if (!response.writableFinished) callback()
      })
  }

  send({ status, headers, body }: { status: number; headers: HeaderList; body: string | Buffer }): void {
    const response = this.#response
    if (response.destroyed || response.headersSent) return
    const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    const unread = this.#hasUnreadBody()
    response.writeHead(status, [
      ...this.always,
      ...headers,
      'content-length',
      String(bytes),
      ...(unread ? ['connection', 'close'] : []),
    ])
    const shown = this.method === 'HEAD' ? '' : body
    if (unread) this.#endAfterBody(shown)
    else response.end(shown, bytes === body.length ? 'latin1' : 'utf8')
  }

  begin(status: number, headers: HeaderList): void {
    const response = this.#response
    if (response.destroyed || response.headersSent) return
    response.writeHead(status, [...this.always, ...headers])
  }

  write(text: string): Promise<void> | undefined {
    const response = this.#response
    const { socket } = response
    if (response.destroyed || text === '') return undefined
    const wantsMore = this.#direct(socket) ? socket.write(...chunkOf(text)) : response.write(text)
    this.#started = true
    if (wantsMore || socket === null) return undefined
    return (this.#drained ??= this.#untilDrained(socket))
  }

  end(text: string): void {
    const response = this.#response
    if (response.destroyed) return
    const { socket } = response
    if (text === '' || !this.#direct(socket)) {
      response.end(text)
      return
    }
    socket.cork()
    socket.write(...chunkOf(text))
    response.end()
    socket.uncork()
  }

  destroy(): void {
    this.#response.destroy()
  }

  /** Nothing waits in front of what is written now, so it may go around the response. */
  #direct(socket: Socket | null): socket is Socket {
    const response = this.#response
    return (
      socket !== null &&
      this.#started &&
      response.chunkedEncoding &&
      response.writableLength === socket.writableLength
    )
  }

  #untilDrained(socket: Socket): Promise<void> {
    const response = this.#response
    return new Promise((resolve) => {
      const done = (): void => {
        this.#drained = undefined
        socket.off('drain', done)
        response.off('close', done)
        resolve()
      }
      socket.on('drain', done)
      response.on('close', done)
    })
  }

  /**
   * Sends a reply while its request is still arriving. Closing at once would reset the connection, and the client would
   * see that in place of the reply; so what comes is thrown away for a moment.
   */
  #endAfterBody(body: string | Buffer): void {
    const request = this.#request
    const response = this.#response
    response.write(body)
    const end = (): void => {
      clearTimeout(timer)
      response.end()
    }
    const timer = setTimeout(end, LINGER_MS)
    request.on('end', end)
    request.on('close', end)
    request.resume()
  }

  /** A body that nobody wants to read must not keep the connection busy. */
  #hasUnreadBody(): boolean {
    const { complete, headers } = this.#request
    return (
      !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
    )
  }
}

const EMPTY = Buffer.alloc(0)
/** Longest time for the rest of a body that nobody wants. */
const LINGER_MS = 2_000

/** One chunk of HTTP's chunked encoding. Text whose bytes are as many as its characters is ASCII: latin1 is quicker. */
function chunkOf(text: string): [string, BufferEncoding] {
  const bytes = Buffer.byteLength(text)
  return [`${bytes.toString(16)}\r\n${text}\r\n`, bytes === text.length ? 'latin1' : 'utf8']
}

const gone = (): MoaError => new MoaError('aborted', 'The client left before its request was complete.')
