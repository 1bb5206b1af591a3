import { MoaError } from '../core/index.js'

/** Where a provider is reached, taken apart once. */
export interface Endpoint {
  /** `https://host:port` */
  readonly origin: string
  /** For messages: host, and port when it is not the scheme's own. */
  readonly host: string
  /** The path of a resource below the base URL, with the base URL's query. */
  path(resource: string): string
}

/** @throws {@link MoaError} `config_invalid` for anything but a plain http(s) URL; the message never quotes credentials */
export function parseBaseURL(baseURL: string, provider: string): Endpoint {
  let url: URL
  try {
    url = new URL(baseURL)
  } catch {
    throw invalid(provider, 'is not a URL; expected something like "https://host/v1".')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw invalid(provider, `begins with "${url.protocol}"; expected "https:" or "http:".`)
  if (url.username !== '' || url.password !== '')
    throw invalid(provider, 'contains a user name or password; give the key as apiKey, or in headers.')
  const base = url.pathname.replace(/\/+$/, '')
  const endpoint = /\/(chat\/completions|completions|models)$/.exec(base)?.[1]
  if (endpoint !== undefined) throw invalid(provider, `names an endpoint; leave "${endpoint}" off.`)
  return {
    origin: url.origin,
    host: url.host,
    path: (resource) => `${base}/${resource}${url.search}`,
  }
}

function invalid(provider: string, problem: string): MoaError {
  return new MoaError('config_invalid', `The base URL of provider "${provider}" ${problem}`)
}

/** Header names and values in a row, checked: what the transport sends with every request of a provider. */
export function requestHeaders(options: {
  readonly provider: string
  readonly apiKey?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}): string[] {
  const { provider, apiKey, headers = {} } = options
  const fields = new Map<string, string>([
    ['content-type', 'application/json'],
    ['accept', 'application/json, text/event-stream'],
    ['accept-encoding', 'identity'],
    ['user-agent', 'mixture-of-agents'],
  ])
  if (apiKey !== undefined && apiKey !== '') fields.set('authorization', `Bearer ${apiKey}`)
  for (const [name, value] of Object.entries(headers)) fields.set(name.toLowerCase(), value)
  for (const [name, value] of fields) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
      throw new MoaError('config_invalid', `Provider "${provider}": "${name}" is no name for a header.`)
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new MoaError(
        'config_invalid',
        name === 'authorization'
          ? `The API key of provider "${provider}" holds characters that can't be sent; look for line breaks and typographic quotes.`
          : `Provider "${provider}": the value of header "${name}" holds characters that can't be sent.`,
      )
  }
  return [...fields].flat()
}

const SECRET_NAME = /auth|key|token|secret|cookie/
const SHORTEST_SECRET = 6

/** A function that takes a provider's secrets out of a text: the key, and headers whose name says they hold one. */
export function redactor(options: {
  readonly apiKey?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}): (text: string) => string {
  const secrets = [options.apiKey ?? '']
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (SECRET_NAME.test(name.toLowerCase())) secrets.push(value, value.replace(/^\S+\s+/, ''))
  }
  // Longest first, or a secret inside another would leave the rest of it standing.
  const found = [...new Set(secrets)]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
  return (text) => found.reduce((left, secret) => withoutSecret(left, secret), text)
}

function withoutSecret(text: string, secret: string): string {
  const clean = text.replaceAll(secret, '[key]')
  if (!clean.endsWith('…')) return clean
  // A quotation cut short may end inside the secret.
  for (let length = secret.length - 1; length >= SHORTEST_SECRET; length -= 1) {
    const rest = `${secret.slice(0, length)}…`
    if (clean.endsWith(rest)) return `${clean.slice(0, -rest.length)}[key]…`
  }
  return clean
}
