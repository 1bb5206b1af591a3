import type { IncomingMessage, ServerResponse } from 'node:http'
import { ERROR_TABLE, MoaError, type ErrorInfo } from '../../core/index.js'
import { encodeError } from '../../wire/index.js'

/** Largest request body read, in bytes. */
const MAX_BODY = 64 * 1024 * 1024

/** The whole body as text. Rejects with `invalid_request` when it is too large, and when the client leaves. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    request.on('data', (part: Buffer) => {
      size += part.length
      if (size <= MAX_BODY) parts.push(part)
    })
    request.on('end', () => {
      if (size > MAX_BODY)
        reject(new MoaError('invalid_request', `The body has ${size} bytes; at most ${MAX_BODY} are read.`))
      else resolve((parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString('utf8'))
    })
    request.on('error', reject)
  })
}

/** What is sent as JSON; the status is 200 unless it is given. */
export interface JsonReply {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a JSON body and ends the response. */
export function sendJson(response: ServerResponse, { status = 200, body, headers = {} }: JsonReply): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}

/** An error of the simulator's own, as OpenAI would say it. A wrong key is a 401 here, not an upstream's. */
export function sendError(
  response: ServerResponse,
  error: ErrorInfo,
  headers: Readonly<Record<string, string>> = {},
): void {
  const status = error.code === 'authentication' ? 401 : (error.status ?? ERROR_TABLE[error.code].status)
  sendJson(response, { status, body: encodeError(error), headers })
}

/**
 * Writes one piece of a body whose headers are out. Does what `response.write` does, in one write to the socket
 * instead of four: with thousands of slow streams, that is what the server spends its time on.
 *
 * @returns false when the connection wants no more before its socket says `drain`
 */
export function writePiece(response: ServerResponse, text: string): boolean {
  const { socket } = response
  if (socket === null || !response.chunkedEncoding) return response.write(text)
  const bytes = Buffer.byteLength(text)
  return socket.write(`${bytes.toString(16)}\r\n${text}\r\n`, bytes === text.length ? 'latin1' : 'utf8')
}
