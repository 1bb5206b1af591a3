import type { GatewayLog } from '../../gateway/index.js'
import { LineBuffer, REDACTED_PATHS } from '../../gateway/index.js'
import type { Shell } from '../shell.js'
import { oneLine } from '../terminal/sanitize.js'
import { dollars } from '../../engine/spend.js'

export type LogStyle = 'json' | 'pretty' | 'off'

/** A log, and how to get its last lines out. */
export interface RequestLog extends GatewayLog {
  flush(): void
}

const FLUSH_MS = 1_000
const HELD_BYTES = 64 * 1024

/** A log of the gateway on standard error: lines of JSON for machines, or one short line for each request. */
export async function requestLog(style: LogStyle, shell: Shell): Promise<RequestLog> {
  switch (style) {
    case 'json':
      return jsonLog()
    case 'pretty':
      return prettyLog(shell)
    case 'off':
      return { info() {}, warn() {}, error() {}, flush() {} }
  }
}

async function jsonLog(): Promise<RequestLog> {
  const { default: pino } = await import('pino')
  const destination = pino.destination({ dest: 2, sync: false })
  const lines = new LineBuffer(destination, HELD_BYTES)
  const log = pino({ redact: [...REDACTED_PATHS], base: null }, lines)
  const flush = (): void => {
    try {
      lines.flush()
      destination.flushSync()
    } catch {
      // Nobody reads the log; that must not end a server.
    }
  }
  setInterval(flush, FLUSH_MS).unref()
  process.once('exit', flush)
  destination.on('error', () => {})
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    flush,
  }
}

function prettyLog({ note }: Pick<Shell, 'note'>): RequestLog {
  const line = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    note(oneLine(`${new Date().toISOString().slice(11, 19)} ${describe(fields, message)}`))
  return { info: line, warn: line, error: line, flush() {} }
}

/** Numbers and names of one request: what pretty lines are made of. */
function describe(fields: Readonly<Record<string, unknown>>, message: string): string {
  const { status, route, model, code, durationMs, firstTokenMs, calls, costUsd, error, degraded } = fields
  const words = [
    ...(typeof status === 'number' ? [String(status)] : []),
    ...(typeof route === 'string' ? [route] : []),
    ...(typeof model === 'string' ? [model] : []),
    ...(typeof durationMs === 'number' ? [`${(durationMs / 1000).toFixed(1)} s`] : []),
    ...(typeof firstTokenMs === 'number' ? [`(first token ${(firstTokenMs / 1000).toFixed(1)} s)`] : []),
    ...(typeof calls === 'number' ? [`${calls} ${calls === 1 ? 'call' : 'calls'}`] : []),
    ...(typeof costUsd === 'number' ? [dollars(costUsd)] : []),
    ...(Array.isArray(degraded) ? [`degraded: ${degraded.join(', ')}`] : []),
    ...(typeof code === 'string' ? [code] : []),
    ...(typeof error === 'string' ? [error] : []),
  ]
  return words.length === 0 ? message : words.join(' ')
}
