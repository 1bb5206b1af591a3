import { createInterface } from 'node:readline'
import type { Shell } from '../shell.js'

/**
 * What the user says, one entry at a time; a line that ends with `\` goes on in the next. At a terminal each entry
 * has its own reader, so that Ctrl-C means the answer while one is being written. From a pipe every line is one entry.
 */
export async function* chatEntries(shell: Shell): AsyncGenerator<string, void> {
  if (shell.stdin.isTTY && shell.stderr.live) yield* typed(shell)
  else yield* piped(shell)
}

async function* piped({ stdin, signal }: Shell): AsyncGenerator<string, void> {
  const reader = createInterface({ input: stdin, crlfDelay: Infinity })
  signal.addEventListener('abort', () => reader.close(), { once: true })
  let entry = ''
  for await (const line of reader) {
    if (line.endsWith('\\')) entry += `${line.slice(0, -1)}\n`
    else {
      yield entry + line
      entry = ''
    }
  }
  if (entry !== '') yield entry
}

async function* typed(shell: Shell): AsyncGenerator<string, void> {
  const history: string[] = []
  for (;;) {
    let entry = ''
    for (;;) {
      const line = await readLine(shell, { prompt: entry === '' ? '› ' : '… ', history })
      if (line === undefined) return
      if (!line.endsWith('\\')) {
        entry += line
        break
      }
      entry += `${line.slice(0, -1)}\n`
    }
    yield entry
  }
}

/** One line typed at the terminal; `undefined` for Ctrl-D, and for Ctrl-C on an empty line. */
function readLine(
  { stdin, stderr, signal }: Shell,
  { prompt, history }: { prompt: string; history: string[] },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = createInterface({ input: stdin, output: stderr.stream, history, prompt, terminal: true })
    let line: string | undefined
    const stop = (): void => reader.close()
    signal.addEventListener('abort', stop, { once: true })
    reader.on('history', (entries: string[]) => history.splice(0, history.length, ...entries))
    reader.on('line', (text) => {
      line = text
      reader.close()
    })
    reader.on('SIGINT', () => {
      // Ctrl-C takes back what was typed; where there is nothing to take back it leaves.
      if (reader.line === '') {
        reader.close()
        return
      }
      stderr.stream.write('\n')
      reader.write(null, { ctrl: true, name: 'e' })
      reader.write(null, { ctrl: true, name: 'u' })
    })
    reader.on('close', () => {
      signal.removeEventListener('abort', stop)
      if (line === undefined) stderr.stream.write('\n')
      resolve(line)
    })
    reader.prompt()
  })
}
