import { ERROR_TABLE } from '../../../core/errors.js'
import type { Account } from '../../../eval/harness/account.js'
import type { EvalLog, ItemFailure, RunRecord } from '../../../eval/harness/eval-log.js'
import type { ResultColumn, ResultRow, RunResults } from '../../../eval/harness/results.js'
import { formatProblem, isRemark, type Problem } from '../../../eval/problems.js'
import { warn } from '../../notices.js'
import type { Shell } from '../../shell.js'
import { oneLine } from '../../terminal/sanitize.js'
import { formatCost, formatInterval, formatCount, formatSeconds } from '../../view/format.js'
import { table, tableWidth } from '../../view/table.js'
import { itemName } from '../../display/eval-progress.js'

/** A run with its figures, what it took, and what went wrong: all that can be told of it, from its log alone. */
export interface RunReport {
  readonly record: RunRecord
  readonly results: RunResults
  /** By contestant. */
  readonly accounts: ReadonlyMap<string, Account>
  readonly judging: Account
  readonly spentUsd: number
  readonly failures: readonly ItemFailure[]
  /** Judgments without a verdict. */
  readonly unscored: readonly { readonly id: string; readonly reason: string }[]
}

/** Puts together what a log says beyond the figures. */
export function runReport(log: EvalLog, results: RunResults): RunReport {
  const { account, unscored } = log.judging()
  return {
    record: log.record,
    results,
    accounts: log.answerAccounts(),
    judging: account,
    spentUsd: log.spentUsd(),
    failures: log.failures(),
    unscored,
  }
}

/** What is said of every run that simulated models take part in. */
export const SIMULATED = 'SIMULATED: simulated models take part, so the results say nothing about real ones.'

/** Whether something is missing from the result: an item, a verdict, a row of the data. */
export function isPartial(
  { record, failures, unscored, results }: RunReport,
  problems: readonly Problem[] = [],
): boolean {
  const defects = [...results.problems, ...problems].some((problem) => !isRemark(problem))
  return record.status !== 'finished' || failures.length > 0 || unscored.length > 0 || defects
}

/** The exit code of a result with gaps; where there is nothing but gaps, that of what went wrong. */
export function exitOfPart({ results, failures: [first] }: RunReport): number {
  return results.rows.length > 0 || first === undefined ? 3 : ERROR_TABLE[first.error.code].exit
}

/** Tells of a run: JSON or a table on standard output, what is wrong with it on standard error. */
export async function writeReport(
  report: RunReport,
  { shell, json }: { readonly shell: Shell; readonly json: boolean },
): Promise<void> {
  if (json) await shell.write(`${JSON.stringify(reportJson(report), null, 2)}\n`)
  else await shell.write(reportText(report, tableWidth(shell.stdout)))
  if (json) return
  for (const problem of report.results.problems)
    // Those are told one by one below.
    if (problem.code !== 'unscored' || report.unscored.length === 0) warn(shell, formatProblem(problem))
  tellItems(
    shell,
    'failed',
    report.failures.map(({ item, error }) => ({ item: itemName(item), why: error.message })),
  )
  tellItems(
    shell,
    'unscored',
    report.unscored.map(({ id, reason }) => ({ item: id, why: reason })),
  )
}

/** Different reasons told, and items named for each. */
const REASONS_TOLD = 10
const NAMED = 5

/** Items by what went wrong with them. */
function tellItems(
  shell: Shell,
  what: string,
  items: readonly { readonly item: string; readonly why: string }[],
): void {
  if (items.length === 0) return
  warn(shell, `${formatCount(items.length)} ${what} (\`--json\` lists them all):`)
  const reasons = new Map<string, string[]>()
  for (const { item, why } of items) {
    const known = reasons.get(why)
    if (known) known.push(item)
    else reasons.set(why, [item])
  }
  for (const [why, names] of [...reasons].slice(0, REASONS_TOLD)) {
    const more = names.length > NAMED ? `, … ${formatCount(names.length)} in all` : ''
    shell.note(`    ${oneLine(why)}`)
    shell.note(`      ${oneLine(names.slice(0, NAMED).join(', '))}${more}`)
  }
  if (reasons.size > REASONS_TOLD) shell.note(`    … and ${reasons.size - REASONS_TOLD} other reasons`)
}

/** The report as plain data; the figures keep the benchmark's own names. */
export function reportJson({
  record,
  results,
  accounts,
  judging,
  spentUsd,
  failures,
  unscored,
}: RunReport): object {
  return {
    run: record.id,
    benchmark: record.spec.benchmark,
    status: record.status,
    ...(record.reason !== undefined && { reason: record.reason }),
    spec: record.spec,
    counts: record.counts,
    results: results.rows.map(({ contestant, values, intervals }) => ({
      model: contestant,
      ...values,
      intervals,
      ...takenJson(accounts.get(contestant)),
    })),
    judging: accountJson(judging),
    cost_usd: spentUsd,
    failures,
    unscored,
    problems: results.problems,
  }
}

function takenJson(account: Account | undefined): object {
  return account === undefined ? {} : { answers: accountJson(account) }
}

function accountJson(account: Account): object {
  const { items, calls, usage, costUsd, unpricedCalls, seconds, degraded, truncated } = account
  return {
    items,
    calls,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cost_usd: costUsd,
    unpriced_calls: unpricedCalls,
    seconds,
    degraded,
    truncated,
  }
}

function reportText(report: RunReport, width: number): string {
  const { record, results, accounts, judging } = report
  const { spec } = record
  const judges = spec.judges.map(({ name }) => name).join(', ')
  const about = [
    `${record.id} · ${record.status}`,
    ...(spec.baseline === undefined ? [] : [`against ${spec.baseline}`]),
    ...(judges === '' ? [] : [`judged by ${judges}`]),
  ].join(' · ')
  // Judges that are measured answer nothing themselves.
  const answering = accounts.size > 0
  const columns = results.columns.filter(({ detail = false }) => !detail)
  const rows = results.rows.map((row) => [
    oneLine(row.contestant),
    ...columns.map((column) => cell(row, column)),
    ...(answering ? taken(accounts.get(row.contestant)) : []),
  ])
  const heads = [
    answering ? 'contestant' : 'judge',
    ...columns.map(({ label }) => label),
    ...(answering ? ['cost', 'time each'] : []),
  ]
  const shown = rows.length === 0 ? 'There is nothing to show figures of.\n' : table({ heads, rows, width })
  const judged =
    judging.items === 0
      ? ''
      : `judging: ${formatCount(judging.calls)} calls, ${costOf(judging)}, ${formatSeconds((1000 * judging.seconds) / judging.items)} each\n`
  return `${oneLine(about)}\n\n${shown}\n${judged}`
}

function cell({ values, intervals }: ResultRow, { key, digits = 2 }: ResultColumn): string {
  const value = values[key] ?? null
  if (value === null) return '–'
  if (typeof value === 'string') return oneLine(value)
  const interval = intervals[key]
  const shown = value.toFixed(digits)
  return interval === undefined ? shown : `${shown} ${formatInterval(interval)}`
}

function taken(account: Account | undefined): string[] {
  if (account === undefined || account.items === 0 || account.calls === 0) return ['recorded', '']
  return [costOf(account), formatSeconds((1000 * account.seconds) / account.items)]
}

const costOf = ({ costUsd, unpricedCalls }: Account): string => formatCost({ usd: costUsd, unpricedCalls })
