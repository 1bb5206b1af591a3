/**
 * What a machine needs to know about each error: HTTP status, OpenAI error type, and exit code of the CLI
 * (1 internal, 2 usage or configuration, 3 partial, 4 provider, 130 interrupt).
 */
export const ERROR_TABLE = {
  // The caller's mistakes.
  invalid_request: { status: 400, type: 'invalid_request_error', exit: 2 },
  unsupported_parameter: { status: 400, type: 'invalid_request_error', exit: 2 },
  usage: { status: 400, type: 'invalid_request_error', exit: 2 },
  config_invalid: { status: 500, type: 'server_error', exit: 2 },
  recipe_invalid: { status: 400, type: 'invalid_request_error', exit: 2 },
  recipe_not_found: { status: 404, type: 'invalid_request_error', exit: 2 },
  model_not_found: { status: 404, type: 'invalid_request_error', exit: 2 },
  provider_not_found: { status: 404, type: 'invalid_request_error', exit: 2 },
  template_missing: { status: 500, type: 'server_error', exit: 2 },
  file_unreadable: { status: 400, type: 'invalid_request_error', exit: 2 },
  data_invalid: { status: 400, type: 'invalid_request_error', exit: 2 },
  key_missing: { status: 500, type: 'server_error', exit: 2 },
  // What a server says to its clients.
  unauthorized: { status: 401, type: 'authentication_error', exit: 2 },
  forbidden: { status: 403, type: 'permission_error', exit: 2 },
  not_found: { status: 404, type: 'invalid_request_error', exit: 2 },
  conflict: { status: 409, type: 'invalid_request_error', exit: 2 },
  method_not_allowed: { status: 405, type: 'invalid_request_error', exit: 2 },
  request_timeout: { status: 408, type: 'timeout_error', exit: 2 },
  payload_too_large: { status: 413, type: 'invalid_request_error', exit: 2 },
  unsupported_media_type: { status: 415, type: 'invalid_request_error', exit: 2 },
  headers_too_large: { status: 431, type: 'invalid_request_error', exit: 2 },
  shutting_down: { status: 503, type: 'overloaded_error', exit: 4 },
  // What providers do.
  authentication: { status: 502, type: 'upstream_error', exit: 4 },
  permission: { status: 502, type: 'upstream_error', exit: 4 },
  quota_exhausted: { status: 402, type: 'insufficient_quota', exit: 4 },
  rate_limited: { status: 429, type: 'rate_limit_error', exit: 4 },
  upstream_rejected: { status: 400, type: 'invalid_request_error', exit: 4 },
  upstream_model_not_found: { status: 404, type: 'invalid_request_error', exit: 4 },
  context_length: { status: 400, type: 'invalid_request_error', exit: 4 },
  content_filter: { status: 400, type: 'invalid_request_error', exit: 4 },
  upstream_error: { status: 502, type: 'upstream_error', exit: 4 },
  unreachable: { status: 502, type: 'upstream_error', exit: 4 },
  invalid_response: { status: 502, type: 'upstream_error', exit: 4 },
  incomplete_stream: { status: 502, type: 'upstream_error', exit: 4 },
  empty_answer: { status: 502, type: 'upstream_error', exit: 4 },
  unusable_answer: { status: 502, type: 'upstream_error', exit: 4 },
  timeout: { status: 504, type: 'timeout_error', exit: 4 },
  stalled: { status: 504, type: 'timeout_error', exit: 4 },
  circuit_open: { status: 503, type: 'overloaded_error', exit: 4 },
  // What a run comes to.
  all_failed: { status: 502, type: 'upstream_error', exit: 4 },
  deadline: { status: 504, type: 'timeout_error', exit: 4 },
  budget: { status: 402, type: 'insufficient_quota', exit: 4 },
  partial: { status: 502, type: 'server_error', exit: 3 },
  overloaded: { status: 503, type: 'overloaded_error', exit: 4 },
  aborted: { status: 499, type: 'request_aborted', exit: 130 },
  internal: { status: 500, type: 'server_error', exit: 1 },
} as const satisfies Record<string, { status: number; type: string; exit: number }>

export type ErrorCode = keyof typeof ERROR_TABLE

/** The facts of an error as plain data, fit for events, ledgers and files. Never holds a key or a prompt. */
export interface ErrorInfo {
  readonly code: ErrorCode
  readonly message: string
  /** HTTP status the upstream answered with. */
  readonly status?: number
  /** Name of the request parameter at fault. */
  readonly param?: string
  /** Upstream's request id, for a support ticket. */
  readonly requestId?: string
  /** Set when asking again may help, decided where the error was born. */
  readonly retryable?: boolean
  /** How long the upstream asked to wait, in milliseconds. */
  readonly retryAfterMs?: number
}

export interface ErrorFacts {
  readonly cause?: unknown
  readonly status?: number | undefined
  readonly param?: string | undefined
  readonly requestId?: string | undefined
  readonly retryable?: boolean | undefined
  readonly retryAfterMs?: number | undefined
}

/** Every error this package throws. `code` is stable; `message` says what was expected, what came, what to do. */
export class MoaError extends Error {
  override readonly name: string = 'MoaError'
  readonly code: ErrorCode
  readonly status: number | undefined
  readonly param: string | undefined
  readonly requestId: string | undefined
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = code
    this.status = facts.status
    this.param = facts.param
    this.requestId = facts.requestId
    this.retryable = facts.retryable ?? false
    this.retryAfterMs = facts.retryAfterMs
  }

  toJSON(): ErrorInfo {
    return errorInfo(this)
  }
}

/** Tells an abort (by a signal or by {@link MoaError} code `aborted`) from a failure. */
export function isAbort(error: unknown): boolean {
  if (error instanceof MoaError) return error.code === 'aborted'
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'ResponseAborted')
}

/** Any thrown value as a {@link MoaError}; unknown ones become `internal` with the original as cause. */
export function toMoaError(error: unknown): MoaError {
  if (error instanceof MoaError) return error
  if (isAbort(error)) return new MoaError('aborted', 'The request was aborted.', { cause: error })
  const message = error instanceof Error ? error.message : String(error)
  return new MoaError('internal', message, { cause: error })
}

/** The plain facts of any thrown value. */
export function errorInfo(error: unknown): ErrorInfo {
  const { code, message, status, param, requestId, retryable, retryAfterMs } = toMoaError(error)
  return {
    code,
    message,
    ...(status !== undefined && { status }),
    ...(param !== undefined && { param }),
    ...(requestId !== undefined && { requestId }),
    ...(retryable && { retryable }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** The facts of an abort: our own reason when it is one (a timeout, a deadline), else just `aborted`. */
export function abortInfo(reason: unknown): ErrorInfo {
  if (reason instanceof MoaError) return errorInfo(reason)
  return { code: 'aborted', message: 'The call was aborted.' }
}
