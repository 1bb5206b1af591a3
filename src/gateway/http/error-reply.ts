import { ERROR_TABLE, type ErrorInfo, type MoaError } from '../../core/index.js'
import type { HeaderList } from './exchange.js'

export const JSON_TYPE: HeaderList = ['content-type', 'application/json; charset=utf-8']

/** What a client may know of an error: the inside of a fault of our own is for the log. */
export function publicError(error: MoaError, requestId: string): ErrorInfo {
  if (error.code !== 'internal') return error.toJSON()
  return {
    code: 'internal',
    message: `The gateway failed; whoever runs it finds the reason in its log under request ${requestId}.`,
  }
}

/** How long to wait when the error does not say. */
const DEFAULT_RETRY_MS = 1_000

/**
 * Headers that tell clients whether and when to ask again. Clients repeat 5xx by themselves, and repeating a mixture
 * costs every one of its calls, so they are told to only where it can help.
 */
export function retryHeaders(error: ErrorInfo): HeaderList {
  const { status } = ERROR_TABLE[error.code]
  const again = status === 429 || status === 503 || error.retryable === true
  if (!again) return ['x-should-retry', 'false']
  const waits = status === 429 || status === 503 || error.retryAfterMs !== undefined
  if (!waits) return ['x-should-retry', 'true']
  const ms = Math.ceil(error.retryAfterMs ?? DEFAULT_RETRY_MS)
  return ['x-should-retry', 'true', 'retry-after', String(Math.ceil(ms / 1000)), 'retry-after-ms', String(ms)]
}
