import { MoaError } from '../core/index.js'

/** Proxies as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name them. Whoever reads the environment passes them in. */
export interface ProxySettings {
  /** For `http:` targets; also for `https:` ones when `https` is absent. `host:port` is taken for `http://host:port`. */
  readonly http?: string
  readonly https?: string
  /** Hosts reached directly: names, suffixes, `host:port`, separated by commas or spaces; `*` for all. */
  readonly no?: string
}

/** What undici's proxy agent takes. Empty texts, because it looks into the environment for what is undefined. */
export interface ProxyAgentOptions {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly noProxy: string
}

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks:'])

/**
 * Proxies in the form undici's agent takes them.
 *
 * @throws {@link MoaError} `config_invalid` for what is no address of a proxy; the message never quotes credentials
 */
export function proxyAgentOptions({ http = '', https = '', no = '' }: ProxySettings): ProxyAgentOptions {
  return {
    httpProxy: proxyUrl(http),
    httpsProxy: proxyUrl(https === '' ? http : https),
    // The agent knows IPv6 addresses in brackets only, and takes the last group of others for a port.
    noProxy: no.replace(/[^\s,]+/g, (host) => (/^[\da-f]*(:[\da-f]*){2,}$/i.test(host) ? `[${host}]` : host)),
  }
}

function proxyUrl(address: string): string {
  if (address === '') return ''
  const written = address.includes('://') ? address : `http://${address}`
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url?.hostname && PROTOCOLS.has(url.protocol)) return written
  const shown = address.replace(/^(.*:\/\/)?[^@]*@/s, '$1…@').slice(0, 100)
  throw new MoaError(
    'config_invalid',
    `The proxy "${shown}" can't be used; expected "http://host:port", https or socks5. ` +
      'It comes from HTTP_PROXY, HTTPS_PROXY or ALL_PROXY.',
  )
}

/** A proxy did not do its part: `message` says which and what, to be read after "could not be reached: ". */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure'
  readonly retryable: boolean

  constructor(message: string, retryable: boolean) {
    super(message)
    this.retryable = retryable
  }
}

/** The same error, or a {@link ProxyFailure} when it is a proxy that failed and not the server behind it. */
export function blameProxy(error: unknown, { httpProxy, httpsProxy }: ProxyAgentOptions): unknown {
  if (!(error instanceof Error)) return error
  const refused = /^Proxy response \((\d+)\)/.exec(error.message)
  const proxies = [httpProxy, httpsProxy].filter((proxy) => proxy !== '').map((proxy) => new URL(proxy))
  if (refused) {
    const status = Number(refused[1])
    const hint = status === 407 ? 'it wants a user name and a password' : 'see whether it allows this host'
    const names = [...new Set(proxies.map(({ host }) => host))].join(' or ')
    return new ProxyFailure(`the proxy ${names} refused to connect (HTTP ${status}); ${hint}`, status >= 500)
  }
  const failed = connecting(error)
  const proxy = failed && proxies.find((one) => isAt(one, failed))
  return proxy
    ? new ProxyFailure(
        `the proxy ${proxy.host} does not answer (${failed.code}); see HTTP_PROXY, HTTPS_PROXY and NO_PROXY`,
        true,
      )
    : error
}

/** Where a connection could not be made. */
interface Place {
  readonly code: string
  readonly port?: number
  readonly hostname?: string
}

function connecting(error: Error): Place | undefined {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error && 'code' in first && typeof first.code === 'string'
    ? (first as Error & Place)
    : undefined
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

const isAt = ({ hostname, port, protocol }: URL, place: Place): boolean =>
  place.hostname === hostname || place.port === (port === '' ? DEFAULT_PORTS[protocol] : Number(port))
