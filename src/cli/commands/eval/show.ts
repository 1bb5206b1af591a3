import type { EvalLog } from '../../../eval/harness/eval-log.js'
import type { RunResults } from '../../../eval/harness/results.js'
import { warn } from '../../notices.js'
import type { Invocation } from '../../program.js'
import { oneLine } from '../../terminal/sanitize.js'
import { table, tableWidth } from '../../view/table.js'
import { openWorkspace } from '../../workspace/open.js'
import { openEvalLogs } from './eval-logs.js'
import { isPartial, reportJson, SIMULATED, writeReport } from './report-run.js'
import type { LogFlags } from './list.js'
import { resultsOf } from './run.js'

export interface ShowFlags extends LogFlags {
  readonly items?: boolean
}

/** `moa eval show`: a run's figures computed anew, with everything that failed. */
export async function evalShow({ shell, args, options, exitWith }: Invocation<ShowFlags>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  const store = openEvalLogs(workspace.settings)
  try {
    const log = store.logs.find(args[0] ?? '')
    const report = await resultsOf(log)
    if (report.record.spec.options['simulated'] === true) warn(shell, SIMULATED)
    if (options.json && options.items) {
      const all = { ...reportJson(report), items: itemRows(log, report.results) }
      await shell.write(`${JSON.stringify(all, null, 2)}\n`)
    } else await writeReport(report, { shell, json: options.json === true })
    if (options.items && !options.json)
      await shell.write(`\n${itemTable(log, report.results, tableWidth(shell.stdout))}`)
    if (isPartial(report)) exitWith(3)
  } finally {
    store.close()
    await workspace.close()
  }
}

interface ItemRow {
  readonly sample: string
  readonly category: string | null
  readonly scores: Readonly<Record<string, number | null>>
}

function itemRows(log: EvalLog, { scores }: RunResults): ItemRow[] {
  return log.samples().map(({ id, category = null }) => ({
    sample: id,
    category,
    scores: Object.fromEntries([...scores].map(([name, own]) => [name, own.get(id) ?? null])),
  }))
}

function itemTable(log: EvalLog, results: RunResults, width: number): string {
  const names = [...results.scores.keys()]
  const rows = itemRows(log, results).map(({ sample, category, scores }) => [
    `${sample}${category === null ? '' : ` ${oneLine(category)}`}`,
    ...names.map((name) => scores[name]?.toFixed(2) ?? '–'),
  ])
  return table({ heads: [`sample (${results.measure.label})`, ...names.map(oneLine)], rows, width })
}
