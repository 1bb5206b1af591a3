import { MoaError } from '../core/index.js'
import { decodeError, readErrorBody, type WireErrorBody } from '../wire/index.js'
import type { Fault } from './fault.js'

/** Milliseconds refused calls are told to wait, unless the name says otherwise. */
const DEFAULT_RETRY_AFTER_MS = 100

/** A refusal as a server sends it. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: { readonly error: WireErrorBody }
}

const REFUSALS: Readonly<Record<number, WireErrorBody>> = {
  400: {
    message: 'The request was malformed (simulated).',
    type: 'invalid_request_error',
    code: 'invalid_value',
  },
  401: {
    message: 'Incorrect API key provided (simulated).',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  402: {
    message: 'You exceeded your current quota (simulated).',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
  403: {
    message: 'This key may not use this model (simulated).',
    type: 'permission_error',
    code: 'permission_denied',
  },
  404: {
    message: 'The model does not exist (simulated).',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  408: {
    message: 'The request took too long to arrive (simulated).',
    type: 'timeout_error',
    code: 'request_timeout',
  },
  413: {
    message: "This model's maximum context length is 8192 tokens (simulated).",
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
  },
  429: {
    message: 'Rate limit reached for requests (simulated).',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  529: { message: 'Overloaded (simulated).', type: 'overloaded_error', code: 'overloaded' },
}

/** What a server answers that refuses with this status. */
export function refusalOf(status: number, retryAfterMs: number = DEFAULT_RETRY_AFTER_MS): Refusal {
  const error = REFUSALS[status] ?? {
    message: 'The server had an error while processing your request (simulated).',
    type: 'server_error',
    code: 'server_error',
  }
  const waits = status === 429 || status === 503 || status === 529
  return {
    // A prompt that is too long is an ordinary 400.
    status: status === 413 ? 400 : status,
    headers: waits
      ? { 'retry-after-ms': String(retryAfterMs), 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
      : {},
    body: { error: { param: null, ...error } },
  }
}

/** The error some servers send inside of an answer they began with status 200. */
export const ERROR_INSIDE: { readonly error: WireErrorBody } = {
  error: { message: 'The model stopped working (simulated).', type: 'server_error', param: null, code: 500 },
}

/**
 * The error a client makes of a fault, same code and retryability as over HTTP; `undefined` for a fault that leaves
 * the answer whole. `overall` is silence while an answer in one piece is awaited: nobody knows where it stopped.
 */
export function faultError(
  fault: Fault | { readonly type: 'overall' },
  call: { upstream: string; requestId: string; retryAfterMs?: number },
): MoaError | undefined {
  const { upstream, requestId } = call
  const failed = (
    code: 'timeout' | 'stalled' | 'unreachable' | 'incomplete_stream' | 'invalid_response',
    message: string,
  ): MoaError => new MoaError(code, `${upstream} ${message}`, { retryable: true, requestId })
  switch (fault.type) {
    case 'status': {
      const { status, headers, body } = refusalOf(fault.status, call.retryAfterMs)
      const wait = headers['retry-after-ms']
      return decodeError({
        upstream,
        status,
        body: readErrorBody(body),
        requestId,
        retryAfterMs: wait === undefined ? undefined : Number(wait),
      })
    }
    case 'error-200':
    case 'error-mid':
      return decodeError({ upstream, body: readErrorBody(ERROR_INSIDE), requestId })
    case 'timeout':
      return failed('timeout', 'did not answer in time.')
    case 'overall':
      return new MoaError('timeout', `${upstream} did not finish in time.`, { requestId })
    case 'hang-before':
      return failed('stalled', 'began to answer and then sent no token.')
    case 'hang-between':
      return failed('stalled', 'stopped in the middle of its answer.')
    case 'disconnect':
      return failed(
        fault.after === 0 ? 'unreachable' : 'incomplete_stream',
        'closed the connection before the answer was complete.',
      )
    case 'malformed':
      return failed('invalid_response', 'sent a stream event that is not JSON; the answer is lost.')
    case 'html':
      return failed(
        'invalid_response',
        'answered with a web page; is the base URL that of an OpenAI-compatible API?',
      )
    case 'no-finish':
      return failed(
        'incomplete_stream',
        'ended the stream without a finish reason; the answer may be cut short.',
      )
    case 'no-done':
      return undefined
  }
}
