import { CommanderError } from 'commander'
import { ERROR_TABLE, isAbort, toMoaError } from '../core/errors.js'
import { systemHost } from '../config/host.js'
import { createProgram } from './program.js'
import { reportError } from './report.js'
import { processShell } from './shell.js'

/** Runs one command line and ends the process with its exit code. */
export async function run(args: readonly string[]): Promise<void> {
  hushExperiments()
  const shell = processShell(systemHost().env)
  let code = 0
  try {
    const program = await createProgram({ shell, args, exitWith: (exitCode) => (code = exitCode) })
    await program.parseAsync(args, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) code = 0
    else if (shell.forcedExit !== undefined && isAbort(thrown)) {
      // A closed output is nothing to talk about.
      if (shell.forcedExit > 0) shell.note('moa: interrupted.')
      code = shell.forcedExit
    } else {
      const error = toMoaError(thrown)
      reportError(error, shell)
      code = ERROR_TABLE[error.code].exit
    }
  }
  exit(shell.forcedExit ?? code)
}

/** What Node says of how stable its parts and those of libraries are is no news to users. */
function hushExperiments(): void {
  const tellers = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') for (const tell of tellers) tell.call(process, warning)
  })
}

/** Ends the process once what was written is out: pipes are not written at once everywhere. */
function exit(code: number): void {
  process.exitCode = code
  process.stdout.write('', () => process.exit(code))
}
