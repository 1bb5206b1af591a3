import { ERROR_TABLE, type ErrorInfo } from '../../core/index.js'

/** Anthropic's error types by HTTP status; anything else is an `api_error`. */
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  408: 'timeout_error',
  409: 'invalid_request_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  429: 'rate_limit_error',
  431: 'invalid_request_error',
  503: 'overloaded_error',
  504: 'timeout_error',
}

/** The body Anthropic clients expect: `{ type: "error", error: { type, message } }`. */
export function encodeMessagesError(
  error: ErrorInfo,
  requestId?: string,
): { type: 'error'; error: { type: string; message: string }; request_id?: string } {
  return {
    type: 'error',
    error: { type: TYPES[ERROR_TABLE[error.code].status] ?? 'api_error', message: error.message },
    ...(requestId !== undefined && { request_id: requestId }),
  }
}
