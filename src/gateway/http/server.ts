import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { ERROR_TABLE, MoaError, type ErrorCode } from '../../core/index.js'
import { encodeError } from '../../wire/index.js'
import type { Gateway } from '../gateway.js'
import { ANSWER_ROUTES } from '../routes/routes.js'
import { NodeExchange } from './node-exchange.js'

export interface ListenOptions {
  /** 0: any free one. */
  readonly port: number
  readonly host: string
  /** Longest time for a request's headers. Default 15 s. */
  readonly headersMs?: number
  /** Longest time for a whole request. Default 2 minutes. */
  readonly requestMs?: number
  /** How long an idle connection is kept; longer than usual load balancers do. Default 75 s. */
  readonly keepAliveMs?: number
  /** Largest headers, in bytes. Default 32 KiB. */
  readonly maxHeaderBytes?: number
}

/** A gateway that listens. */
export interface Listening {
  /** `http://127.0.0.1:4020` */
  readonly url: string
  readonly port: number
  readonly server: Server
  /**
   * Stops listening, lets runs finish for a while, then tells their clients and closes every connection.
   *
   * @returns how many runs had to be ended
   */
  close(graceMs?: number): Promise<number>
}

const DEFAULTS = { headersMs: 15_000, requestMs: 120_000, keepAliveMs: 75_000, maxHeaderBytes: 32 * 1024 }
/** How often connections are checked against their time limits. */
const CHECK_MS = 2_000
const BACKLOG = 4096

/**
 * Puts a gateway on a port.
 *
 * @throws {@link MoaError} `unreachable` when the address can't be used
 */
export async function listen(gateway: Gateway, options: ListenOptions): Promise<Listening> {
  const { headersMs, requestMs, keepAliveMs, maxHeaderBytes, port, host } = { ...DEFAULTS, ...options }
  const server = createServer(
    {
      noDelay: true,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      maxHeaderSize: maxHeaderBytes,
      connectionsCheckingInterval: CHECK_MS,
    },
    listener(gateway),
  )
  server.on('clientError', refuseConnection)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, options)))
    server.listen({ port, host, backlog: BACKLOG }, resolve)
  })
  const address = server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    server,
    async close(graceMs) {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const ended = await gateway.stop(graceMs)
      // What was told last is on its way; then nothing keeps a connection open.
      await Promise.race([closed, soon()])
      server.closeAllConnections()
      await closed
      return ended
    },
  }
}

/** Time for last words to leave. */
const LAST_WORDS_MS = 500

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS).unref())
}

/** Requests for answers, which are the many, go around the router; everything else through the app. */
function listener(gateway: Gateway): (request: IncomingMessage, response: ServerResponse) => void {
  const quick = new Map(ANSWER_ROUTES.map((route) => [route.path, route]))
  const slow = getRequestListener(gateway.app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: () =>
      errorResponse('invalid_request', 'The request line or the Host header makes no sense.'),
  })
  return (request, response) => {
    const route = request.method === 'POST' ? quick.get(request.url ?? '') : undefined
    if (route === undefined) {
      void slow(request, response)
      return
    }
    void gateway.answer(new NodeExchange(request, response), route, (visit) => route.handler(gateway, visit))
  }
}

function errorResponse(code: ErrorCode, message: string): Response {
  return Response.json(encodeError({ code, message }), { status: ERROR_TABLE[code].status })
}

/** What Node's parser calls it → what we say. */
const CLIENT_ERRORS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The headers are larger than what is read here.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request took too long to arrive.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    'payload_too_large',
    'The chunk extensions are larger than what is read here.',
  ],
}

/** Answers what is no HTTP, or too slow, or too much of it, and hangs up. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [code, message] = CLIENT_ERRORS[error.code ?? ''] ?? [
    'invalid_request',
    'The request is not valid HTTP.',
  ]
  const body = JSON.stringify(encodeError({ code, message }))
  const { status } = ERROR_TABLE[code]
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? 'Error'}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
}

function cannotListen(error: NodeJS.ErrnoException, { host, port }: ListenOptions): MoaError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'another program listens there; choose another port with --port'
      : error.code === 'EACCES'
        ? 'ports below 1024 need special rights; choose another with --port'
        : error.message
  return new MoaError('unreachable', `Can't listen on ${host}:${port}: ${why}.`, { cause: error })
}
