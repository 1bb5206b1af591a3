import { spawnSync, type SpawnSyncOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built command line. */
export const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** What a command took, process start included. */
export interface Measured {
  /** Seconds on the clock, and of processors, which a busy machine disturbs less. */
  readonly wall: number
  readonly processor: number
  /** Largest memory, on Linux. */
  readonly megabytes: number
  readonly stdout: string
}

/** Runs the command line and tells what it took as the last line of standard error. */
const MEASURING = `
process.argv.splice(1, 1, ${JSON.stringify(main)})
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const took = { megabytes: maxRSS / 1024, processor: (userCPUTime + systemCPUTime) / 1e6 }
  require('node:fs').writeSync(2, '\\n' + JSON.stringify(took))
})
import(${JSON.stringify(main)})`

/** Runs a command. Exit code 3 tells of data with gaps, which some files have. @throws Error with what it complained of */
export function measureCli(args: readonly string[], options: SpawnSyncOptions = {}): Measured {
  const start = performance.now()
  const child = spawnSync(process.execPath, ['-e', MEASURING, 'moa', ...args], {
    ...options,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const wall = (performance.now() - start) / 1000
  if (child.status !== 0 && child.status !== 3) throw new Error(child.stderr)
  const took = JSON.parse(child.stderr.trim().split('\n').at(-1) ?? '') as Pick<
    Measured,
    'processor' | 'megabytes'
  >
  return { wall, stdout: child.stdout, ...took }
}
