import { fstatSync } from 'node:fs'
import { MoaError } from '../core/errors.js'
import { terminalOf, type Environment, type Terminal } from './terminal/terminal.js'

/** What a command has to do with: streams, environment, and the wish to stop. */
export interface Shell {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly env: Environment
  /** Aborts when the user interrupts, when the process is told to end, or when nobody reads the output any more. */
  readonly signal: AbortSignal
  /** Sends a signal elsewhere until the returned function is called: a chat stops an answer, not itself. */
  onSignal(name: StopSignal, handler: () => void): () => void
  /** Writes text to standard output; waits while the reader is slow. */
  write(text: string): Promise<void>
  /** Writes a line to standard error. */
  note(line: string): void
}

/** Signals that end a process unless somebody else takes them. */
export type StopSignal = keyof typeof SIGNAL_EXIT

/** Exit codes of processes that were told to end: 128 and the signal's number. */
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** The shell of this process, and how it has to exit when it was stopped from outside. */
export interface ProcessShell extends Shell {
  /** Set once the process was told to end. */
  readonly forcedExit: number | undefined
}

/**
 * Connects to the process. The first interrupt aborts what runs, so that upstream calls are closed; the second one
 * ends the process at once. A closed output aborts too, and then there is nothing to complain about.
 */
export function processShell(env: Environment): ProcessShell {
  const controller = new AbortController()
  const handlers: Record<StopSignal, (() => void)[]> = { SIGINT: [], SIGTERM: [], SIGHUP: [] }
  let forcedExit: number | undefined
  const stop = (code: number, message: string): void => {
    if (forcedExit !== undefined) process.exit(code)
    forcedExit = code
    controller.abort(new MoaError('aborted', message))
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      const handler = handlers[name].at(-1)
      if (handler) handler()
      else stop(SIGNAL_EXIT[name], name === 'SIGINT' ? 'Interrupted.' : 'Told to end.')
    })
  const { stdin, stdout, stderr } = process
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (forcedExit === undefined) stop(0, 'Nobody reads the output.')
  })
  // Without a reader of messages there is nobody to tell.
  stderr.on('error', () => {})
  return {
    stdin,
    stdout: terminalOf(stdout, env),
    stderr: terminalOf(stderr, env),
    env,
    signal: controller.signal,
    get forcedExit() {
      return forcedExit
    },
    onSignal(name, handler) {
      handlers[name].push(handler)
      return () => void (handlers[name] = handlers[name].filter((other) => other !== handler))
    },
    write: (text) =>
      new Promise((resolve) => {
        if (stdout.write(text)) resolve()
        else stdout.once('drain', resolve).once('close', resolve).once('error', resolve)
      }),
    note: (line) => void stderr.write(`${line}\n`),
  }
}

/** What standard input is connected to. */
export function stdinKind(fd = 0): 'terminal' | 'file' | 'pipe' | 'socket' | 'none' {
  try {
    const stat = fstatSync(fd)
    if (stat.isFile()) return 'file'
    if (stat.isFIFO()) return 'pipe'
    if (stat.isSocket()) return 'socket'
    return process.stdin.isTTY ? 'terminal' : 'none'
  } catch {
    return 'none' // A closed descriptor.
  }
}
