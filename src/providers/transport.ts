import {
  DispatcherConnections,
  SocketPool,
  type Connection,
  type ConnectionUser,
  type Connections,
  type ExchangeHandler,
} from './connections.js'
import { blameProxy, proxyAgentOptions, type ProxySettings } from './proxy.js'

export interface TransportOptions {
  /** Most sockets open to the origin at a time; further requests wait for one. Default 256. */
  readonly connections?: number
  /** For the TCP and TLS handshakes. Default 10 s. */
  readonly connectMs?: number
  /** How long an idle socket is kept. A server's `keep-alive: timeout` hint wins when shorter. Default 4 s. */
  readonly keepAliveMs?: number
  readonly proxy?: ProxySettings
}

/** One request. `path` carries the query; `headers` are name, value, name, value, … */
export interface TransportRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: string[]
  readonly body?: string
}

/** The names request ids go by; the first one present is taken. */
export const REQUEST_ID_HEADERS = [
  'x-request-id',
  'request-id',
  'x-requestid',
  'apim-request-id',
  'x-amzn-requestid',
  'x-generation-id',
  'x-trace-id',
  'cf-ray',
] as const

const HEADERS = [
  ...REQUEST_ID_HEADERS,
  'content-type',
  'content-encoding',
  'location',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
] as const

/** The headers of an answer that anybody here reads; the others are not even decoded. */
export type ResponseHeaders = Readonly<Partial<Record<(typeof HEADERS)[number], string>>>

/** Told of a request's progress. `onEnd` or `onError` comes last, and once; nothing comes after an abort. */
export interface RequestHandler {
  /** The request is being written to a socket: from here on it may reach the other side. */
  onStart(): void
  onHeaders(status: number, headers: ResponseHeaders): void
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: unknown): void
}

/** What the owner of a request can do to it; nothing has an effect once it is over. */
export interface RequestControl {
  /** Stops reading from the socket, so that the other side has to wait. */
  pause(): void
  resume(): void
  /** Closes the socket at once. */
  abort(): void
}

const DEFAULTS = { connections: 256, connectMs: 10_000, keepAliveMs: 4_000 }
/** Node gives each address of a host 250 ms by default, which far-away hosts miss. */
const ADDRESS_ATTEMPT_MS = 1_000

/**
 * Keep-alive connections to one origin. Nothing is loaded or opened before the first request.
 *
 * undici is entered below its request API: its handlers cost no stream and no promise per chunk, and loading only
 * its client takes a third of the time of loading all of it. The timeouts of headers and body are off here, because
 * their owner watches tokens, not bytes.
 */
export class Transport {
  readonly origin: string
  readonly #options: TransportOptions
  #connections: Connections | undefined
  #loading: Promise<Connections> | undefined
  #closed = false

  /** @param origin `https://host:port` */
  constructor(origin: string, options: TransportOptions = {}) {
    this.origin = origin
    this.#options = options
  }

  /** Sends a request; everything that happens is told to the handler. */
  send(request: TransportRequest, handler: RequestHandler): RequestControl {
    const exchange = new Exchange(this.origin, request, handler)
    if (this.#connections) exchange.begin(this.#connections)
    else
      this.#load().then(
        (connections) => exchange.begin(connections),
        (error: unknown) => exchange.onError(error),
      )
    return exchange
  }

  /** Closes every socket; what is still running fails. */
  async close(): Promise<void> {
    this.#closed = true
    // What could not be loaded has nothing to close.
    const connections = this.#connections ?? (await this.#loading?.catch(() => undefined))
    await connections?.close()
  }

  #load(): Promise<Connections> {
    this.#loading ??= this.#create().then(async (connections) => {
      this.#connections = connections
      if (this.#closed) await connections.close()
      return connections
    })
    return this.#loading
  }

  async #create(): Promise<Connections> {
    const { connections, connectMs, keepAliveMs } = { ...DEFAULTS, ...this.#options }
    const options = {
      pipelining: 1,
      connectTimeout: connectMs,
      keepAliveTimeout: keepAliveMs,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
    }
    const { proxy } = this.#options
    if (!proxy?.http && !proxy?.https) {
      const { default: Client } = await import('undici/lib/dispatcher/client.js')
      return new SocketPool({ limit: connections, open: () => new Client(this.origin, options) })
    }
    const proxies = proxyAgentOptions(proxy)
    // The agent needs methods that only loading all of undici puts in place.
    const { EnvHttpProxyAgent } = await import('undici')
    return new DispatcherConnections(
      new EnvHttpProxyAgent({ ...options, connections, ...proxies }),
      (error) => blameProxy(error, proxies),
    )
  }
}

/** One request on its way: between undici's calls and ours. */
class Exchange implements ExchangeHandler, RequestControl, ConnectionUser {
  readonly #origin: string
  readonly #request: TransportRequest
  readonly #handler: RequestHandler
  #connection: Connection | undefined
  #leaveLine: (() => void) | undefined
  #resume: (() => void) | undefined
  #paused = false
  #over = false

  constructor(origin: string, request: TransportRequest, handler: RequestHandler) {
    this.#origin = origin
    this.#request = request
    this.#handler = handler
  }

  begin(connections: Connections): void {
    if (this.#over) return
    this.#leaveLine = connections.acquire(this)
  }

  /** For the connections alone. */
  use(connection: Connection): void {
    this.#connection = connection
    const { method, path, headers, body } = this.#request
    try {
      connection.dispatch({ origin: this.#origin, method, path, headers, body: body ?? null }, this)
    } catch (error) {
      this.onError(error)
    }
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (!this.#over) this.#resume?.()
  }

  abort(): void {
    if (this.#over) return
    this.#over = true
    this.#leaveLine?.()
    this.#connection?.destroy()
  }

  onConnect(): void {
    if (!this.#over) this.#handler.onStart()
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    this.#resume = resume
    if (!this.#over && status >= 200) this.#handler.onHeaders(status, readHeaders(headers))
    return !this.#paused
  }

  onData(chunk: Buffer): boolean {
    if (!this.#over) this.#handler.onData(chunk)
    return !this.#paused
  }

  onComplete(): void {
    if (this.#over) return
    this.#over = true
    this.#connection?.release()
    this.#handler.onEnd()
  }

  onError(error: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#connection?.destroy()
    this.#handler.onError(error)
  }
}

/** Length and first letter tell nearly all headers apart without decoding them. */
const look = (length: number, first: number): number => length * 256 + (first | 0x20)
const LOOKS = new Set(HEADERS.map((name) => look(name.length, name.charCodeAt(0))))
const NAMES: ReadonlySet<string> = new Set(HEADERS)

/** Of a repeated header the first. */
function readHeaders(raw: readonly Buffer[]): ResponseHeaders {
  const headers: Record<string, string> = {}
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const bytes = raw[index] as Buffer
    if (!LOOKS.has(look(bytes.length, bytes[0] ?? 0))) continue
    const name = bytes.toString('latin1').toLowerCase()
    if (NAMES.has(name)) headers[name] ??= (raw[index + 1] as Buffer).toString('latin1')
  }
  return headers
}
