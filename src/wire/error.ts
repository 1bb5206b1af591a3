import { ERROR_TABLE, MoaError, type ErrorCode, type ErrorInfo } from '../core/index.js'
import type { WireErrorBody } from './types.js'

/** Longest piece of an upstream's own words that goes into an error message. */
const MAX_QUOTE = 300

/** What is known of a failed upstream answer. */
export interface UpstreamFailure {
  /** HTTP status, or the numeric code some gateways put into a body sent with status 200. */
  readonly status?: number | undefined
  readonly body?: WireErrorBody | undefined
  readonly retryAfterMs?: number | undefined
  /** The upstream's own word on whether asking again helps (`x-should-retry`). */
  readonly shouldRetry?: boolean | undefined
  readonly requestId?: string | undefined
  /** Who answered, for the message: "together", "https://host". */
  readonly upstream: string
}

/** Turns an upstream's error answer into ours. This is where its retryability is decided. */
export function decodeError(failure: UpstreamFailure): MoaError {
  const { body, upstream } = failure
  const status = failure.status ?? statusOf(body?.code)
  const code = classify(status, body)
  const said = quote(body?.message)
  const message = `${upstream} ${statusPhrase(status, code)}${said === '' ? '' : `: ${said}`}`
  return new MoaError(code, message, {
    status,
    param: body?.param ?? undefined,
    requestId: failure.requestId,
    retryable: failure.shouldRetry ?? isRetryable(status, code),
    retryAfterMs: failure.retryAfterMs,
  })
}

/** Errors inside a body sent with status 200 often carry their HTTP status as `code`, as a number or as text. */
function statusOf(code: string | number | null | undefined): number | undefined {
  const status = Number(code ?? Number.NaN)
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined
}

function classify(status: number | undefined, body: WireErrorBody | undefined): ErrorCode {
  const words = `${body?.code ?? ''} ${body?.type ?? ''}`.toLowerCase()
  const message = body?.message ?? ''
  if (/insufficient_quota|billing|credit/.test(words) || status === 402) return 'quota_exhausted'
  if (/credit balance is too low|insufficient (balance|credits?|funds)/i.test(message))
    return 'quota_exhausted'
  if (words.includes('context_length') || isTooLong(message)) return 'context_length'
  if (/content_filter|content_policy|moderation/.test(words)) return 'content_filter'
  if (words.includes('model_not_found')) return 'upstream_model_not_found'
  // Gemini answers a bad key with status 400.
  if (words.includes('invalid_api_key') || /api key not valid/i.test(message)) return 'authentication'
  if (/rate_limit|too_many_requests/.test(words)) return 'rate_limited'
  switch (status) {
    case 401:
      return 'authentication'
    case 403:
      return 'permission'
    case 404:
      return 'upstream_model_not_found'
    case 408:
    case 504:
      return 'timeout'
    case 429:
      return 'rate_limited'
    default:
      return status !== undefined && status >= 400 && status < 500 && status !== 409
        ? 'upstream_rejected'
        : 'upstream_error'
  }
}

function isTooLong(message: string): boolean {
  return /maximum context length|context (window|length) (of|is|exceed)|prompt is too long|too many (input )?tokens|exceeds? the (available |maximum )?context/i.test(
    message,
  )
}

function isRetryable(status: number | undefined, code: ErrorCode): boolean {
  if (code === 'rate_limited' || code === 'timeout') return true
  return code === 'upstream_error' && status !== 501 && status !== 505
}

function statusPhrase(status: number | undefined, code: ErrorCode): string {
  const number = status === undefined ? '' : ` (HTTP ${status})`
  switch (code) {
    case 'authentication':
      return `refused the API key${number}; check that it is valid for this provider`
    case 'permission':
      return `does not allow this${number}; check what the API key may use`
    case 'quota_exhausted':
      return `reports an exhausted quota or balance${number}; check billing`
    case 'rate_limited':
      return `limits the request rate${number}`
    case 'upstream_model_not_found':
      return `does not know the model or the address${number}; \`moa models\` lists what it offers`
    case 'context_length':
      return `says the prompt is too long for the model${number}`
    case 'content_filter':
      return `blocked the request by its content filter${number}`
    case 'upstream_rejected':
      return `rejected the request${number}`
    case 'timeout':
      return `took too long${number}`
    default:
      return `failed${number}`
  }
}

function quote(text: string | undefined): string {
  // Control characters of a stranger's text must not reach a terminal.

  const clean = (text ?? '').replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return clean.length > MAX_QUOTE ? `${clean.slice(0, MAX_QUOTE)}…` : clean
}

/** The `error` field of a body in any of the shapes servers use; `undefined` when there is none. */
export function readErrorBody(body: unknown): WireErrorBody | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  if (Array.isArray(body)) return readErrorBody(body[0])
  const fields = body as Record<string, unknown>
  const error = fields['error']
  if (typeof error === 'string') return { message: error }
  if (typeof error === 'object' && error !== null) return errorFields(error)
  // FastAPI and some others.
  if (typeof fields['detail'] === 'string') return { message: fields['detail'] }
  // vLLM, Mistral and some others put the fields at the top.
  return typeof fields['message'] === 'string' ? errorFields(fields) : undefined
}

function errorFields({ message, type, param, code }: WireErrorBody): WireErrorBody {
  return {
    ...(typeof message === 'string' && { message }),
    ...(typeof type === 'string' && { type }),
    ...(typeof param === 'string' && { param }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
  }
}

/**
 * How long to wait, from `retry-after-ms` (milliseconds) or `retry-after` (seconds or an HTTP date).
 *
 * @param now milliseconds since the epoch, to count a date from
 */
export function readRetryAfter(
  headers: { readonly retryAfterMs?: string | undefined; readonly retryAfter?: string | undefined },
  now: number,
): number | undefined {
  const asked = headers.retryAfterMs?.trim()
  const milliseconds = asked ? Number(asked) : Number.NaN
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds
  const after = headers.retryAfter
  if (after === undefined || after.trim() === '') return undefined
  const seconds = Number(after)
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined
  const date = Date.parse(after)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** The names OpenAI clients know for some of our codes. */
const WIRE_CODES: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'invalid_api_key',
  forbidden: 'permission_denied',
  rate_limited: 'rate_limit_exceeded',
  quota_exhausted: 'insufficient_quota',
  budget: 'insufficient_quota',
  context_length: 'context_length_exceeded',
  recipe_not_found: 'model_not_found',
  upstream_model_not_found: 'model_not_found',
  provider_not_found: 'model_not_found',
}

/** The body OpenAI clients expect: `{ error: { message, type, param, code } }`. */
export function encodeError(error: ErrorInfo): { error: Required<WireErrorBody> } {
  return {
    error: {
      message: error.message,
      type: ERROR_TABLE[error.code].type,
      param: error.param ?? null,
      code: WIRE_CODES[error.code] ?? error.code,
    },
  }
}
