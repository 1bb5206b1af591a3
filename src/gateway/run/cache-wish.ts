import type { CacheUse } from '../../core/index.js'
import type { Exchange } from '../http/exchange.js'

const SKIP = /(^|[\s,])no-store([\s,;]|$)/i
const REFRESH = /(^|[\s,])(no-cache|max-age=0)([\s,;]|$)/i

/** What a request's `Cache-Control` header says about answers that are kept; `undefined` when it says nothing. */
export function cacheWish(exchange: Pick<Exchange, 'header'>): CacheUse | undefined {
  const header = exchange.header('cache-control')
  if (header === undefined) return undefined
  if (SKIP.test(header)) return 'skip'
  return REFRESH.test(header) ? 'refresh' : undefined
}
