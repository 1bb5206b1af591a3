import { MoaError } from '../../core/errors.js'
import type { Duration } from '../../sim/latency.js'
import { QUICK_LATENCY, recordedAnswers, startSimServer, type ScriptEntry } from '../../sim/index.js'
import { readTextFile } from '../input.js'
import type { Invocation } from '../program.js'

export interface SimOptions {
  readonly port: number
  readonly host: string
  readonly seed: string
  readonly first?: number
  readonly pace?: number
  readonly jitter?: number
  readonly recordings?: readonly string[]
  readonly alias?: readonly string[]
  readonly fallback?: string
  readonly script?: string
  readonly log?: string
}

/** `moa sim`: simulated models behind a real server, until it is stopped. */
export async function sim({ shell, options }: Invocation<SimOptions>): Promise<void> {
  const { port, host, seed, recordings, fallback, script, log } = options
  const server = await startSimServer({
    port,
    host,
    seed,
    latency: {
      first: duration(options.first, options.jitter) ?? QUICK_LATENCY.first,
      pace: duration(options.pace, options.jitter) ?? QUICK_LATENCY.pace,
    },
    ...(recordings && {
      recordings: recordedAnswers(recordings, {
        aliases: aliases(options.alias ?? []),
        ...(fallback !== undefined && { fallback }),
      }),
    }),
    ...(script !== undefined && { script: readScript(script) }),
    ...(log !== undefined && { logFile: log }),
  })
  await shell.write(`${server.url}\n`)
  shell.note('Simulated models: nothing here is a real answer. Ctrl-C stops the server.')
  try {
    await stopped(shell.signal)
  } finally {
    await server.close()
  }
}

function duration(ms: number | undefined, sigma: number | undefined): Duration | undefined {
  if (ms === undefined) return undefined
  return sigma === undefined || sigma === 0 ? ms : { median: ms, sigma }
}

function aliases(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [alias = '', name = ''] = pair.split('=')
      if (alias === '' || name === '')
        throw new MoaError('usage', `--alias expects other-name=generator, got "${pair}".`)
      return [alias, name]
    }),
  )
}

function readScript(path: string): readonly ScriptEntry[] {
  try {
    const script: unknown = JSON.parse(readTextFile(path))
    if (Array.isArray(script)) return script as ScriptEntry[]
  } catch (error) {
    if (error instanceof MoaError) throw error
  }
  throw new MoaError('data_invalid', `${path} is no script: expected a JSON list of { match, fault }.`)
}

function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
