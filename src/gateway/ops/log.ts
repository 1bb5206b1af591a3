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
