import { execFileSync, spawnSync } from 'node:child_process'
import { main, type Sandbox } from './moa.js'

/** Whether a terminal can be had; says so when not. */
export function hasTmux(): boolean {
  const found = spawnSync('tmux', ['-V']).status === 0
  if (!found) console.warn('skipped: terminals are tested in tmux, which is not here')
  return found
}

let count = 0

/** A terminal of a given size with the command line in it. */
export class Pane {
  readonly #socket = `moa-test-${process.pid}-${(count += 1)}`

  constructor(
    box: Sandbox,
    args: readonly string[],
    options: { columns: number; rows?: number; env?: Record<string, string> },
  ) {
    const { columns, rows = 30, env = {} } = options
    const quoted = args.map((arg) => `'${arg.replace(/'/g, `'\\''`)}'`).join(' ')
    // The shell outlives the program and its interrupts, so that the last screen can be looked at.
    const command = `trap : INT; '${process.execPath}' '${main}' ${quoted}; echo "[code $?]"; sleep 600`
    const variables = Object.entries({ ...box.env, TERM: 'tmux-256color', ...env })
    execFileSync('tmux', [
      ...[
        '-L',
        this.#socket,
        '-f',
        '/dev/null',
        'new-session',
        '-d',
        '-x',
        String(columns),
        '-y',
        String(rows),
        '-c',
        box.cwd,
      ],
      ...['env', '-i', ...variables.map(([name, value]) => `${name}=${value}`), 'sh', '-c', command],
    ])
  }

  /** The screen and what has scrolled off it; with escape sequences when `styled`. */
  text(styled = false): string {
    const args = ['-L', this.#socket, 'capture-pane', '-p', '-J', '-S', '-500', ...(styled ? ['-e'] : [])]
    return execFileSync('tmux', args, { encoding: 'utf8' }).replace(/ +$/gm, '').trimEnd()
  }

  keys(...keys: readonly string[]): void {
    execFileSync('tmux', ['-L', this.#socket, 'send-keys', ...keys])
  }

  resize(columns: number): void {
    execFileSync('tmux', ['-L', this.#socket, 'resize-window', '-x', String(columns)])
  }

  async until(expected: RegExp, patienceMs = 15_000): Promise<string> {
    const end = Date.now() + patienceMs
    for (;;) {
      const text = this.text()
      if (expected.test(text)) return text
      if (Date.now() > end) throw new Error(`waited in vain for ${expected}\n${text}`)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'])
  }
}
