import { MoaError } from '../../../core/errors.js'
import { replyReader, type ReplyKind } from '../../../eval/benches/parse-reply.js'
import type { Invocation } from '../../program.js'

export interface ParseOptions {
  readonly settings?: string
}

/** `moa eval parse`: judges' replies, one JSON value per line, each read into one JSON line. */
export async function parse({ shell, args, options }: Invocation<ParseOptions>): Promise<void> {
  const kind = args[0] as ReplyKind
  const read = replyReader(kind, settingsOf(options.settings))
  const text = !kind.startsWith('alpaca-')
  let number = 0
  for await (const line of lines(shell.stdin)) {
    shell.signal.throwIfAborted()
    number += 1
    if (line.trim() === '') continue
    const reply = replyOf(line, number)
    if (text && typeof reply !== 'string') throw noReply(number, 'a JSON string')
    await shell.write(`${JSON.stringify(verdictOf(read(reply)))}\n`)
  }
}

/** Lines end at a line feed alone: node:readline also breaks at U+2028, which JSON allows inside a text. */
async function* lines(stdin: NodeJS.ReadStream): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stdin.setEncoding('utf8') as AsyncIterable<string>) {
    const found = (rest + chunk).split('\n')
    rest = found.pop() ?? ''
    yield* found
  }
  yield rest
}

function replyOf(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw noReply(number, 'a reply as JSON')
  }
}

function noReply(number: number, expected: string): MoaError {
  return new MoaError(
    'data_invalid',
    `Standard input, line ${number}: expected ${expected}, one reply on each line, such as "I prefer [[A]]".`,
  )
}

/** AlpacaEval's parsers give one verdict for each example of the prompt, or an error. */
function verdictOf(verdict: object): object {
  if (!('ok' in verdict)) return verdict
  const { ok, values, reason } = verdict as { ok: boolean; values?: unknown; reason?: string }
  return ok ? { result: values } : { error: reason }
}

function settingsOf(json: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (json === undefined) return undefined
  try {
    const settings: unknown = JSON.parse(json)
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings))
      return settings as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw new MoaError('usage', `--settings expects a JSON object such as {"model_1_name": "m"}, got ${json}.`)
}
