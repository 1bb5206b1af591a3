import type { RunRecord } from '../../../eval/harness/eval-log.js'
import type { Invocation } from '../../program.js'
import { oneLine } from '../../terminal/sanitize.js'
import { formatDollars } from '../../view/format.js'
import { table, tableWidth } from '../../view/table.js'
import { openWorkspace } from '../../workspace/open.js'
import { openEvalLogs } from './eval-logs.js'

export interface LogFlags {
  readonly json?: boolean
  readonly config?: string
}

/** `moa eval list`: every run, newest first. */
export async function evalList({ shell, options }: Invocation<LogFlags>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  const store = openEvalLogs(workspace.settings)
  try {
    const runs = store.logs.list()
    if (options.json) return await shell.write(`${JSON.stringify(runs, null, 2)}\n`)
    if (runs.length === 0) return shell.note('There are no runs yet; `moa eval run` makes one.')
    const heads = ['run', 'status', 'answers', 'judged', 'cost', 'begun', 'contestants']
    await shell.write(
      table({ heads, rows: runs.map(rowOf), width: tableWidth(shell.stdout), optional: [4, 5], prose: true }),
    )
  } finally {
    store.close()
    await workspace.close()
  }
}

function rowOf({ id, status, counts, settledUsd, createdAt, spec }: RunRecord): string[] {
  const { answers, judgments } = counts
  const measured = spec.contestants.length === 0 ? spec.judges : spec.contestants
  const names = measured.filter(({ name }) => name !== spec.baseline).map(({ name }) => name)
  return [
    id,
    status,
    `${answers.done}/${answers.total}`,
    `${judgments.done}/${judgments.total}`,
    formatDollars(settledUsd),
    new Date(createdAt).toISOString().slice(0, 16).replace('T', ' '),
    oneLine(names.join(', ')),
  ]
}
