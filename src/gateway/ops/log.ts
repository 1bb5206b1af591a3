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

/** Most bytes of UTF-8 that one UTF-16 unit takes. */
const MOST_BYTES = 3

/**
 * Joins the lines of a log into few large writes. A destination that joins them itself measures what it holds at every
 * line, and so copies all of it each time. Bytes, because the garbage collector would carry the pieces of a text around.
 */
export class LineBuffer {
  readonly #destination: { write(text: string): unknown }
  readonly #bytes: Buffer
  #used = 0

  /** @param size most bytes held before they are handed over */
  constructor(destination: { write(text: string): unknown }, size: number) {
    this.#destination = destination
    this.#bytes = Buffer.allocUnsafeSlow(size)
  }

  write(line: string): void {
    const most = line.length * MOST_BYTES
    if (this.#used + most > this.#bytes.length) this.flush()
    if (most > this.#bytes.length) this.#destination.write(line)
    else this.#used += this.#bytes.write(line, this.#used)
  }

  /** Hands over what is held. */
  flush(): void {
    if (this.#used === 0) return
    const text = this.#bytes.toString('utf8', 0, this.#used)
    this.#used = 0
    this.#destination.write(text)
  }
}
