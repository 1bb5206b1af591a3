import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
export const main = join(root, 'dist/cli/main.js')

/** Builds the package when its sources are newer than what was built; test files run side by side, so one at a time. */
export async function built(): Promise<string> {
  const lock = join(root, 'node_modules/.moa-build')
  for (;;) {
    if (!existsSync(lock) && !stale()) return main
    try {
      mkdirSync(lock)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
      continue
    }
    try {
      if (stale()) spawnSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' })
    } finally {
      rmSync(lock, { recursive: true })
    }
  }
}

function stale(): boolean {
  if (!existsSync(main)) return true
  const builtAt = statSync(main).mtimeMs
  const sources = ['src', 'web'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }),
  )
  return sources.some(
    (entry) =>
      /\.(tsx?|css|html|svg)$/.test(entry.name) &&
      !entry.name.endsWith('.test.ts') &&
      statSync(join(entry.parentPath, entry.name)).mtimeMs > builtAt,
  )
}

/** A folder with a home of its own, so that nothing of this machine takes part. */
export class Sandbox {
  readonly home = mkdtempSync(join(tmpdir(), 'moa-cli-'))
  readonly cwd = join(this.home, 'project')

  constructor() {
    mkdirSync(this.cwd)
  }

  get env(): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.home, LANG: 'C.UTF-8' }
  }

  write(path: string, content: string | Uint8Array): string {
    const file = join(this.cwd, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }

  start(args: readonly string[], options: StartOptions = {}): Started {
    return new Started(
      spawn(process.execPath, [main, ...args], {
        cwd: this.cwd,
        env: { ...this.env, ...options.env },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
      options.input,
    )
  }

  /** Runs the command line to its end. Standard input is empty unless there is some. */
  run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(args, { input: '', ...options }).ended
  }
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Written to standard input, which is then closed; left open when absent. */
  readonly input?: string | Uint8Array
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export class Started {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly ended: Promise<Ended>

  constructor(child: ChildProcess, input: string | Uint8Array | undefined) {
    this.child = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    child.stdin?.on('error', () => {})
    if (input !== undefined) child.stdin?.end(input)
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }))
    })
  }

  /** Waits until a condition holds, looking every few milliseconds. */
  async until(condition: () => boolean, what: string, patienceMs = 15_000): Promise<void> {
    const end = Date.now() + patienceMs
    while (!condition()) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}\n${this.stdout}\n${this.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

/** A configuration with one provider, `lab`, and models of it for the own recipes. */
export function labConfig(url: string, more = ''): string {
  return `providers:
  lab: { baseURL: "${url}", apiKey: "\${LAB_KEY:-sim-key}", retry: { attempts: 1 } }
proposers: [lab/ada, lab/grace, lab/alan]
aggregator: lab/barbara
${more}`
}
