import { newId } from '../run/ids.js'
import type { Exchange } from './exchange.js'

const SANE = /^[\w.:-]{1,128}$/

/** The client's own `x-request-id` when it is fit for headers and logs, else a new one. */
export function requestIdOf(exchange: Exchange): string {
  const given = exchange.header('x-request-id')
  return given !== undefined && SANE.test(given) ? given : newId('req_')
}

/** Headers of every reply: nothing here is a page, may be guessed at, or be framed. */
export const SECURITY_HEADERS: readonly string[] = [
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'no-referrer',
  'content-security-policy',
  "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy',
  'same-origin',
]
