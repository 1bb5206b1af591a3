import type { Problem } from '../../../eval/problems.js'
import { ProblemLog, type Read } from '../../../eval/problems.js'
import { readFlaskInstances, readFlaskReviews } from '../../../eval/benches/flask/read.js'
import {
  scoreFlask,
  type FlaskGrouping,
  type FlaskResult,
  type FlaskTables,
} from '../../../eval/benches/flask/score.js'
import type { FileContent } from '../../../eval/jsonl.js'
import { readDataFile } from '../../eval/data-file.js'
import { showView, type EvalView, type FormatFlags, type TableView } from '../../eval/view.js'
import type { Invocation } from '../../program.js'

export interface ScoreFlaskOptions extends FormatFlags {
  readonly reviews: string
  readonly by: FlaskGrouping
  readonly questions?: string
  readonly hard?: string
}

/** `moa eval score flask`: the published tables, from a file of reviews. */
export async function scoreFlaskFile(invocation: Invocation<ScoreFlaskOptions>): Promise<void> {
  const { reviews, by, questions, hard } = invocation.options
  const log = new ProblemLog()
  const result = scoreFlask({
    reviews: await readInto(log, reviews, readFlaskReviews),
    by,
    ...(questions !== undefined && { instances: await readInto(log, questions, readFlaskInstances) }),
    ...(hard !== undefined && { hard: await readInto(log, hard, readFlaskInstances) }),
  })
  log.merge(result.problems)
  await showView(flaskView(result, by, log.list()), invocation)
}

async function readInto<T>(
  log: ProblemLog,
  file: string,
  read: (content: FileContent, options: { source: string }) => Read<T>,
): Promise<T> {
  const { content } = await readDataFile(file)
  const { data, problems } = read(content, { source: file })
  log.merge(problems)
  return data
}

/** A result as it is printed; the corrected table is shown where it differs from the published. */
export function flaskView(result: FlaskResult, by: FlaskGrouping, problems: readonly Problem[]): EvalView {
  const { published, corrected, hard } = result
  const same = published[by]?.csv === corrected[by]?.csv
  return {
    json: { ...result, problems },
    csv: published[by]?.csv ?? '',
    tables: [
      ...tablesOf(published, by),
      ...(same ? [] : tablesOf(corrected, by, 'Corrected')),
      ...(hard ? tablesOf(hard.published, 'skill', 'Hard set') : []),
    ],
    notes: same ? [] : [`The first table counts as the published script does. Corrected: ${corrected.rule}.`],
    problems,
  }
}

function tablesOf(tables: FlaskTables, by: FlaskGrouping, title?: string): TableView[] {
  const rows = (tables[by]?.rows ?? []) as readonly object[] as readonly Readonly<Record<string, unknown>>[]
  const names = by === 'difficulty' ? ['skill', 'difficulty'] : [by]
  const columns = [...names, 'avg', 'count', 'sum', ...(by === 'difficulty' ? ['cumu'] : [])]
  return [
    {
      ...(title !== undefined && { title }),
      heads: columns,
      rows: rows.map((row) => columns.map((column) => (row[column] ?? null) as string | number | null)),
    },
  ]
}
