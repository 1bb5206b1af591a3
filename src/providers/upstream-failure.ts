import { MoaError, toMoaError } from '../core/index.js'
import { decodeError, readErrorBody, readRetryAfter, type WireErrorBody } from '../wire/index.js'
import { ProxyFailure } from './proxy.js'
import { REQUEST_ID_HEADERS, type ResponseHeaders } from './transport.js'

export function requestIdOf(headers: ResponseHeaders): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers[name]
    if (value !== undefined && value !== '') return value.slice(0, 200)
  }
  return undefined
}

/** An answer that refuses: its status, its headers and as much of its body as was read. */
export interface Refusal {
  readonly status: number
  readonly headers: ResponseHeaders
  readonly body: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Who answered, for the message. */
  readonly upstream: string
}

/** The error an HTTP status outside 2xx stands for. */
export function refusalError(refusal: Refusal): MoaError {
  const { status, headers, upstream } = refusal
  const requestId = requestIdOf(headers)
  if (status < 400) {
    const location = headers.location
    return new MoaError(
      'invalid_response',
      `${upstream} redirects (HTTP ${status})${location === undefined ? '' : ` to ${place(location)}`}; ` +
        'set the base URL to where the API is.',
      { status, requestId },
    )
  }
  const should = headers['x-should-retry']
  return decodeError({
    status,
    body: readBody(refusal.body),
    requestId,
    upstream,
    retryAfterMs: readRetryAfter(
      { retryAfterMs: headers['retry-after-ms'], retryAfter: headers['retry-after'] },
      refusal.now,
    ),
    shouldRetry: should === 'true' ? true : should === 'false' ? false : undefined,
  })
}

/** Scheme, host and path of a redirect's target, without what may be secret. */
function place(location: string): string {
  try {
    const { origin, pathname } = new URL(location)
    return `${origin}${pathname}`
  } catch {
    return 'another path'
  }
}

function readBody(text: string): WireErrorBody | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  try {
    return readErrorBody(JSON.parse(trimmed))
  } catch {
    return { message: trimmed.startsWith('<') ? 'the answer is an HTML page' : trimmed }
  }
}

const TRUST = "to trust it, name its authority's PEM file in NODE_EXTRA_CA_CERTS"
const NO_TLS = 'the server does not speak TLS there; should the base URL begin with "http:"?'

/** What went wrong below HTTP, in words; the code of the error follows in parentheses. */
const TRANSPORT_PROBLEMS: Readonly<Record<string, { problem: string; retryable: boolean }>> = {
  ECONNREFUSED: { problem: 'nothing is listening there; is the server running?', retryable: true },
  ENOTFOUND: { problem: 'the host name is unknown; check the base URL and the network', retryable: false },
  EAI_AGAIN: { problem: 'the host name could not be looked up; check the network', retryable: true },
  ECONNRESET: { problem: 'the connection was reset', retryable: true },
  EPIPE: { problem: 'the connection was closed', retryable: true },
  ETIMEDOUT: { problem: 'the connection timed out', retryable: true },
  EHOSTUNREACH: { problem: 'there is no route to the host', retryable: true },
  ENETUNREACH: { problem: 'the network is down', retryable: true },
  UND_ERR_CONNECT_TIMEOUT: { problem: 'no connection came about in time', retryable: true },
  UND_ERR_SOCKET: { problem: 'the connection was closed', retryable: true },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { problem: 'the answer was cut short', retryable: true },
  DEPTH_ZERO_SELF_SIGNED_CERT: { problem: `the certificate is self-signed; ${TRUST}`, retryable: false },
  SELF_SIGNED_CERT_IN_CHAIN: { problem: `the certificate chain is self-signed; ${TRUST}`, retryable: false },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    problem: `the certificate could not be verified; ${TRUST}`,
    retryable: false,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    problem: `nobody trusted has issued the certificate; ${TRUST}`,
    retryable: false,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    problem: 'the certificate is for another host; check the base URL',
    retryable: false,
  },
  CERT_HAS_EXPIRED: { problem: 'the certificate has expired', retryable: false },
  CERT_NOT_YET_VALID: {
    problem: "the certificate is not valid yet; check this machine's clock",
    retryable: false,
  },
  ERR_SSL_WRONG_VERSION_NUMBER: { problem: NO_TLS, retryable: false },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { problem: NO_TLS, retryable: false },
}

/**
 * The error a broken connection stands for: `unreachable` before the answer began, `incomplete_stream` after.
 * The original is not kept as the cause, because parser errors hold what the upstream sent.
 */
export function transportError(
  error: unknown,
  options: {
    readonly upstream: string
    readonly answering: boolean
    readonly requestId?: string | undefined
  },
): MoaError {
  if (error instanceof MoaError) return error
  const { upstream, answering, requestId } = options
  if (error instanceof ProxyFailure)
    return new MoaError('unreachable', `${upstream} could not be reached: ${error.message}.`, {
      retryable: error.retryable,
    })
  const code = errorCode(error)
  const known = code === undefined ? undefined : TRANSPORT_PROBLEMS[code]
  const retryable = known?.retryable ?? true
  const detail = `${known?.problem ?? 'the connection failed'}${code === undefined ? '' : ` (${code})`}`
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED')
    return new MoaError('aborted', `The connections to ${upstream} were closed while the call was running.`)
  if (error instanceof Error && error.name === 'HTTPParserError')
    return new MoaError('invalid_response', `${upstream} sent what is not HTTP/1.1.`, {
      retryable: answering,
      requestId,
    })
  return answering
    ? new MoaError('incomplete_stream', `${upstream} broke off in the middle of the answer: ${detail}.`, {
        retryable: true,
        requestId,
      })
    : new MoaError('unreachable', `${upstream} could not be reached: ${detail}.`, { retryable, requestId })
}

function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  // Several addresses were tried; the first failure tells most.
  if (error instanceof AggregateError) return errorCode(error.errors[0])
  return undefined
}

/** The error as it may leave: secrets taken out, the request id put in. */
export function cleanError(
  error: unknown,
  options: { readonly redact: (text: string) => string; readonly requestId?: string | undefined },
): MoaError {
  const original = toMoaError(error)
  const { redact } = options
  const message = redact(original.message)
  const param = original.param === undefined ? undefined : redact(original.param)
  const id = original.requestId ?? options.requestId
  const requestId = id === undefined ? undefined : redact(id)
  if (message === original.message && param === original.param && requestId === original.requestId)
    return original
  const { status, retryable, retryAfterMs } = original
  return new MoaError(original.code, message, { status, param, requestId, retryable, retryAfterMs })
}
