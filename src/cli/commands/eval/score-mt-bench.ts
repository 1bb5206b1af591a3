import type { Problem } from '../../../eval/problems.js'
import { ProblemLog, type Read } from '../../../eval/problems.js'
import type { PairRow } from '../../../eval/benches/mt-bench/aggregate-pair.js'
import type { SingleTables } from '../../../eval/benches/mt-bench/aggregate-single.js'
import type { MtBenchMode } from '../../../eval/benches/mt-bench/match-plan.js'
import {
  readMtBenchQuestions,
  readPairJudgments,
  readSingleJudgments,
} from '../../../eval/benches/mt-bench/read.js'
import { scoreMtBench, type PairScores, type SingleScores } from '../../../eval/benches/mt-bench/score.js'
import { readDataFile } from '../../eval/data-file.js'
import { showView, type Cell, type EvalView, type FormatFlags, type TableView } from '../../eval/view.js'
import type { Invocation } from '../../program.js'

export interface ScoreMtBenchOptions extends FormatFlags {
  readonly judgments: readonly string[]
  readonly mode: MtBenchMode
  readonly model?: readonly string[]
  readonly baseline?: string
  readonly questions?: string
}

/** `moa eval score mt-bench`: the tables of the published script, from files of judgments. */
export async function scoreMtBenchFiles(invocation: Invocation<ScoreMtBenchOptions>): Promise<void> {
  const { judgments: files, mode, model, baseline, questions } = invocation.options
  const log = new ProblemLog()
  const common = {
    ...(model && { models: model }),
    ...(questions !== undefined && {
      questions: merged(log, await readOne(questions, readMtBenchQuestions)),
    }),
  }
  const scores =
    mode === 'single'
      ? scoreMtBench({ mode, ...common, judgments: await readAll(files, readSingleJudgments, log) })
      : scoreMtBench({
          mode,
          ...common,
          ...(baseline !== undefined && { baseline }),
          judgments: await readAll(files, readPairJudgments, log),
        })
  log.merge(scores.problems)
  await showView(mtBenchView(scores, log.list()), invocation)
}

type Reader<T> = (content: Uint8Array, options: { source: string; lean: boolean }) => Read<readonly T[]>

async function readOne<T>(file: string, read: Reader<T>): Promise<Read<readonly T[]>> {
  const { content } = await readDataFile(file)
  return read(content, { source: file, lean: true })
}

async function readAll<T>(files: readonly string[], read: Reader<T>, log: ProblemLog): Promise<readonly T[]> {
  const all: (readonly T[])[] = []
  for (const file of files) all.push(merged(log, await readOne(file, read)))
  return all.length === 1 ? (all[0] as readonly T[]) : all.flat()
}

function merged<T>(log: ProblemLog, { data, problems }: Read<T>): T {
  log.merge(problems)
  return data
}

/** Scores as they are printed. The corrected ones are shown where they differ from the published. */
export function mtBenchView(scores: SingleScores | PairScores, problems: readonly Problem[]): EvalView {
  const { tables, same, rule } =
    scores.mode === 'single'
      ? {
          tables: [
            singleTable(scores.published),
            singleTable(scores.corrected, 'Corrected'),
            categoryTable(scores.corrected),
          ],
          same:
            JSON.stringify(singleTable(scores.published)) === JSON.stringify(singleTable(scores.corrected)),
          rule: scores.corrected.rule,
        }
      : {
          tables: [pairTable(scores.published), pairTable(scores.corrected.rows, 'Corrected')],
          same: JSON.stringify(scores.published) === JSON.stringify(scores.corrected.rows),
          rule: scores.corrected.rule,
        }
  return {
    json: { ...scores, problems },
    tables: same ? tables.filter(({ title }) => title !== 'Corrected') : tables,
    notes: same ? [] : [`The first table counts as the published script does. Corrected: ${rule}.`],
    problems,
  }
}

function singleTable({ firstTurn, secondTurn, average }: SingleTables, title?: string): TableView {
  const score = (rows: SingleTables['average'], model: string): number | null =>
    rows.find((row) => row.model === model)?.score ?? null
  return {
    ...(title !== undefined && { title }),
    heads: ['model', 'turn 1', 'turn 2', 'average', 'judgments'],
    rows: average.map(({ model, score: mean, count }) => [
      model,
      score(firstTurn, model),
      score(secondTurn, model),
      mean,
      count,
    ]),
  }
}

/** Scores by category, one column for each. */
function categoryTable({ radar, average }: SingleTables): TableView {
  const categories = [...new Set(radar.map(({ category }) => category))]
  const score = (model: string, category: string): Cell =>
    radar.find((point) => point.model === model && point.category === category)?.score ?? null
  return {
    title: 'By category, both turns',
    heads: ['model', ...categories],
    rows: average.map(({ model }) => [model, ...categories.map((category) => score(model, category))]),
  }
}

function pairTable(rows: readonly PairRow[], title?: string): TableView {
  const columns = ['win', 'loss', 'tie', 'win_rate', 'loss_rate', 'win_rate_adjusted'] as const
  return {
    ...(title !== undefined && { title }),
    heads: ['model', ...columns],
    rows: rows.map((row) => [row.model, ...columns.map((column) => row[column])]),
    decimals: 4,
  }
}
