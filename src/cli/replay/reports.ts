import { textOf } from '../../core/message.js'
import { totalsOf } from '../../engine/ledger.js'
import type { Shell } from '../shell.js'
import { oneLine } from '../terminal/sanitize.js'
import { truncate } from '../terminal/width.js'
import { formatCost, formatCount } from '../view/format.js'
import { table, tableWidth, type TableOptions } from '../view/table.js'
import type { ModeReport } from './compare-modes.js'
import type { Difference, InfluenceReport } from './influence.js'
import type { RecordedRuns } from './recorded-runs.js'

type Out = Pick<Shell, 'stdout'>

/** The influence report for people. */
export function influenceText(report: InfluenceReport, out: Out): string {
  const judged = report.proposers.some(({ verdict }) => verdict !== undefined)
  const rows = [
    ...report.proposers.map((row) => [
      oneLine(row.proposer),
      percent(row.change),
      finalCell(row),
      row.likeness === null ? '–' : percent(row.likeness),
      ...(judged ? [row.verdict ?? 'unclear'] : []),
    ]),
    [
      '(nobody, asked again)',
      percent(report.again.change),
      finalCell(report.again),
      '',
      ...(judged ? [''] : []),
    ],
  ]
  const heads = ['without', 'changes', 'other result', 'likeness', ...(judged ? ['answer is'] : [])]
  return `${fit({ heads, rows, optional: [3, 2] }, out)}${billLine(report.calls)}`
}

/** The comparison of prompt modes for people. */
export function modesText(report: ModeReport, out: Out): string {
  const { pairs, failed, wins, meanChange } = report
  const judged = pairs.some(({ better }) => better !== undefined)
  const rows = pairs.map((pair, index) => [
    `${index + 1} ${oneLine(pair.recipe)}`,
    percent(pair.change),
    finalCell(pair),
    formatCount(pair.native.inputTokens),
    formatCount(pair.together.inputTokens),
    ...(judged ? [pair.better ?? 'unclear'] : []),
  ])
  const heads = ['run', 'differ', 'other result', 'native in', 'together in', ...(judged ? ['better'] : [])]
  const failures = failed.map(({ recipe, error }) => `✗ ${oneLine(recipe)}: ${oneLine(error.message)}\n`)
  const mean = meanChange === null ? '' : `mean difference ${percent(meanChange)} over ${pairs.length} pairs`
  const verdicts = judged ? `; native ${wins.native}, together ${wins.together}, tie ${wins.tie}` : ''
  const sum = mean === '' ? '' : `${mean}${verdicts}\n`
  return `${fit({ heads, rows, optional: [4, 3, 2] }, out)}${failures.join('')}${sum}${billLine(report.calls)}`
}

function fit(columns: Pick<TableOptions, 'heads' | 'rows' | 'optional' | 'prose'>, { stdout }: Out): string {
  return table({ ...columns, styled: stdout.styled, width: tableWidth(stdout) })
}

function billLine(calls: InfluenceReport['calls']): string {
  const { usage, cost } = totalsOf(calls)
  const tokens = `${formatCount(usage.inputTokens)} tokens in, ${formatCount(usage.outputTokens)} out`
  return calls.length === 0
    ? 'no calls made\n'
    : `${calls.length} calls made: ${tokens}, cost ${formatCost(cost)}\n`
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

function finalCell({ otherFinalAnswer }: Difference): string {
  if (otherFinalAnswer === null) return '–'
  return otherFinalAnswer ? 'yes' : 'no'
}

/** The runs of a recording. */
export function runsText(
  { recording, runs }: RecordedRuns,
  { json, out }: { readonly json: boolean; readonly out: Out },
): string {
  const listed = runs.map(({ run, at, recipe, request }) => {
    const end = recording.ends.find((line) => line.run === run)
    const question = request.messages.findLast(({ role }) => role === 'user')
    return {
      number: recording.runs.findIndex((line) => line.run === run) + 1,
      run,
      at: new Date(at).toISOString(),
      recipe,
      question: question === undefined ? '' : textOf(question.content),
      outcome: end === undefined ? 'cut off' : (end.error?.code ?? end.finish?.reason ?? 'left'),
      ...(end && { durationMs: end.durationMs }),
    }
  })
  if (json) return `${JSON.stringify(listed, null, 2)}\n`
  const rows = listed.map(({ number, at, recipe, outcome, question }) => [
    `${number} ${oneLine(recipe)}`,
    at.slice(0, 19).replace('T', ' '),
    outcome,
    truncate(oneLine(question), 60),
  ])
  const heads = ['run', 'at (UTC)', 'outcome', 'question']
  return fit({ heads, rows, optional: [1], prose: true }, out)
}
