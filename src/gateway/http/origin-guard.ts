import { MoaError } from '../../core/index.js'
import type { GatewaySettings } from '../settings.js'
import type { Exchange, HeaderList } from './exchange.js'

const EXPOSED =
  'x-request-id, request-id, x-moa-ignored, x-moa-degraded, x-moa-replayed, x-moa-simulated, ' +
  'x-should-retry, retry-after, retry-after-ms, ' +
  'x-ratelimit-limit-requests, ' +
  'x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, ' +
  'x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens'
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Keeps web pages of strangers away: a browser on this machine sends their requests too, and without keys nothing else
 * would tell them from the user's own.
 */
export class OriginGuard {
  readonly #origins: ReadonlySet<string>
  readonly #hosts: ReadonlySet<string>
  readonly #keys: boolean
  readonly #loopback: boolean

  /**
   * @param options.keys requests need a key, which no page of a stranger has
   * @param options.loopback the gateway listens on this machine only, so every other host name is a trick
   */
  constructor(
    settings: Pick<GatewaySettings, 'corsOrigins' | 'hosts'>,
    options: { readonly keys: boolean; readonly loopback: boolean },
  ) {
    this.#origins = new Set(settings.corsOrigins)
    this.#hosts = new Set([...LOOPBACK, ...settings.hosts])
    this.#keys = options.keys
    this.#loopback = options.loopback
  }

  /**
   * Headers that let a page read the reply; none when no page asks.
   *
   * @throws {@link MoaError} `forbidden`
   */
  check(exchange: Exchange): HeaderList {
    const host = exchange.header('host')
    if (!this.#keys && this.#loopback && host !== undefined && !this.#hosts.has(nameOf(host)))
      throw new MoaError(
        'forbidden',
        `The gateway has no keys and answers to this machine's own names only, not to "${host.slice(0, 80)}". ` +
          'Add the name to gateway.hosts, or create a key with `moa keys create`.',
      )
    const origin = exchange.header('origin')
    if (origin === undefined || (host !== undefined && isSame(origin, host))) return []
    if (this.#origins.has(origin) || this.#origins.has('*'))
      return [
        'access-control-allow-origin',
        this.#origins.has('*') ? '*' : origin,
        'access-control-expose-headers',
        EXPOSED,
        'vary',
        'origin',
      ]
    // With a key the request is allowed; the browser only keeps its page from reading the reply.
    if (this.#keys && exchange.method !== 'OPTIONS') return []
    throw new MoaError(
      'forbidden',
      `Pages of "${origin.slice(0, 80)}" may not call this gateway; allow them under gateway.corsOrigins.`,
    )
  }

  /** The reply to a browser that asks what it may do. */
  preflight(exchange: Exchange): HeaderList {
    return [
      'access-control-allow-methods',
      'GET, HEAD, POST, OPTIONS',
      'access-control-allow-headers',
      exchange.header('access-control-request-headers')?.replace(/[^\w, -]/g, '') ??
        'authorization, content-type',
      'access-control-max-age',
      '600',
    ]
  }
}

const nameOf = (host: string): string => host.replace(/:\d+$/, '').toLowerCase()

const isSame = (origin: string, host: string): boolean =>
  origin === `http://${host}` || origin === `https://${host}`
