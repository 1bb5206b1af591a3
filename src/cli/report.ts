import type { CommanderError } from 'commander'
import { MoaError } from '../core/errors.js'
import type { Shell } from './shell.js'
import { sanitize } from './terminal/sanitize.js'

/** Tells of an error: one line, or one for each mistake. The stack is for whoever asks for it with `MOA_DEBUG=1`. */
export function reportError(
  error: MoaError,
  { stderr, env, note }: Pick<Shell, 'stderr' | 'env' | 'note'>,
): void {
  const label = stderr.styled ? '\u001b[31mmoa:\u001b[0m' : 'moa:'
  const lines = sanitize(error.message).split('\n')
  if (lines.length > 1) note(`${label} ${lines.length} mistakes:`)
  for (const line of lines) note(lines.length > 1 ? line : `${label} ${line}`)
  if (error.code === 'internal' && !env['MOA_DEBUG'])
    note(`${label} this is a fault of moa itself; run it again with MOA_DEBUG=1 for details.`)
  if (!env['MOA_DEBUG']) return
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    note(cause.stack ?? String(cause))
}

/** What commander found wrong with the command line of a command, as one line. */
export function usageError(error: CommanderError, command: string): MoaError {
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.? *\((Did you mean .*\?)\)$/, '. $1')
    .trim()
  const sentence = message.charAt(0).toUpperCase() + message.slice(1)
  const ended = /[.?!]$/.test(sentence) ? sentence : `${sentence}.`
  return new MoaError('usage', `${ended} \`${command} --help\` lists what there is.`)
}
