import type { ErrorInfo } from '../../core/errors.js'
import type { EvalLog } from '../../eval/harness/index.js'
import { warn } from '../notices.js'
import type { Shell } from '../shell.js'
import { oneLine } from '../terminal/sanitize.js'
import { formatCost, formatCount } from '../view/format.js'

/** Tells what came of a batch: a summary as JSON on standard output, and what is wrong on standard error. */
export async function tellResult(result: {
  readonly log: EvalLog
  readonly written: number
  readonly total: number
  readonly generator: string
  readonly shell: Shell
  readonly options: { readonly output: string; readonly json?: boolean; readonly quiet?: boolean }
}): Promise<void> {
  const { log, written, total, generator, shell, options } = result
  const failures = log.failures()
  const answers = log.samples().flatMap(({ id }) => log.get(generator, id) ?? [])
  const degraded = answers.filter((answer) => answer.degraded.length > 0).length
  const priced = answers.flatMap(({ costUsd }) => costUsd ?? [])
  const cost = {
    usd: priced.length === 0 ? null : log.spentUsd(),
    unpricedCalls: answers.reduce((sum, { unpricedCalls }) => sum + unpricedCalls, 0),
  }
  if (options.json === true)
    await shell.write(
      `${JSON.stringify({
        output: options.output,
        generator,
        total,
        answered: written,
        degraded,
        cost_usd: cost.usd,
        unpriced_calls: cost.unpricedCalls,
        failed: failures.map(({ item, error, attempts }) => ({ item: itemNumber(item), error, attempts })),
        ...(log.record.reason !== undefined && { reason: log.record.reason }),
      })}\n`,
    )
  for (const line of failureLines(failures)) warn(shell, line)
  const { reason, status } = log.record
  if (status === 'stopped' && reason !== undefined && log.answers() + failures.length < total)
    warn(shell, reason)
  if (degraded > 0)
    warn(shell, `${formatCount(degraded)} answers fell short of the recipe; --details writes how with each.`)
  if (options.quiet === true) return
  shell.note(
    `${formatCount(written)} of ${formatCount(total)} answers in ${options.output} · cost ${formatCost(cost)}`,
  )
  if (written < total) shell.note('The same command goes on with the rest.')
}

const MOST_NUMBERS = 12
const MOST_LINES = 8
const MOST_CHARACTERS = 400

/** Failures of the same kind in one line, with the numbers of their items. */
function failureLines(failures: readonly { readonly item: string; readonly error: ErrorInfo }[]): string[] {
  const groups = new Map<string, number[]>()
  for (const { item, error } of failures) {
    const numbers = groups.get(error.message) ?? []
    numbers.push(itemNumber(item))
    groups.set(error.message, numbers)
  }
  const kinds = [...groups].sort(([, a], [, b]) => b.length - a.length)
  const lines = kinds.slice(0, MOST_LINES).map(([message, numbers]) => {
    const shown = numbers.slice(0, MOST_NUMBERS).join(', ')
    const more = numbers.length > MOST_NUMBERS ? ', …' : ''
    return `${formatCount(numbers.length)} failed (item ${shown}${more}): ${shorten(oneLine(message))}`
  })
  const rest = kinds.slice(MOST_LINES).reduce((sum, [, numbers]) => sum + numbers.length, 0)
  return rest === 0
    ? lines
    : [...lines, `${formatCount(rest)} more failed otherwise; --json lists every one.`]
}

function shorten(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`
}

function itemNumber(item: string): number {
  return Number(item.slice(item.lastIndexOf('\t') + 1))
}
