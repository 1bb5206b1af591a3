/** Where the gateway's log goes; pino's loggers fit. */
export interface GatewayLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const NO_LOG: GatewayLog = { info() {}, warn() {}, error() {} }

const SECRETS = [
  'authorization',
  'cookie',
  'apiKey',
  'key',
  'secret',
  'password',
  'token',
  'hash',
  'messages',
  'prompt',
  'body',
]

/**
 * Fields that must never be written, for pino's `redact`. The gateway itself names every field it writes, so this is
 * for what comes with errors. Paths without wildcards, which would cost more than the rest of the line.
 */
export const REDACTED_PATHS: readonly string[] = [
  ...SECRETS,
  ...['headers', 'err', 'request', 'config'].flatMap((parent) => [
    ...SECRETS.map((name) => `${parent}.${name}`),
    `${parent}["x-api-key"]`,
  ]),
  '["x-api-key"]',
]

/**
 * Joins the lines of a log into few large writes. A destination that joins them itself measures what it holds at every
 * line, and so copies all of it each time.
 */
export class LineBuffer {
  readonly #destination: { write(text: string): unknown }
  readonly #most: number
  #held = ''

  /** @param most characters held before they are handed over */
  constructor(destination: { write(text: string): unknown }, most: number) {
    this.#destination = destination
    this.#most = most
  }

  write(line: string): void {
    this.#held += line
    if (this.#held.length >= this.#most) this.flush()
  }

  /** Hands over what is held. */
  flush(): void {
    const text = this.#held
    this.#held = ''
    if (text !== '') this.#destination.write(text)
  }
}
