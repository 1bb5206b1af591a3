/** Where the gateway's log goes; pino's loggers fit. */
export interface GatewayLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const NO_LOG: GatewayLog = { info() {}, warn() {}, error() {} }

/** Fields that must never be written, wherever they turn up: for pino's `redact`. */
export const REDACTED_PATHS: readonly string[] = [
  'authorization',
  'x-api-key',
  'cookie',
  'apiKey',
  'key',
  'secret',
  'password',
  'messages',
  'prompt',
  'body',
].flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])
