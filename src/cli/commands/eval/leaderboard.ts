import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  readLeaderboard,
  rowsOfMode,
  SCORE_COLUMNS,
  withScores,
  writeLeaderboard,
  type Leaderboard,
  type LeaderboardRow,
  type ScoreColumn,
  type ScoreRow,
} from '../../../eval/benches/alpaca-eval/score/leaderboard.js'
import type { LeaderboardMode } from '../../../eval/benches/alpaca-eval/types.js'
import { MoaError } from '../../../core/errors.js'
import type { FoldOrder } from '../../../eval/stats/fold-order.js'
import { ProblemLog } from '../../../eval/problems.js'
import { readDataText } from '../../eval/data-file.js'
import { showView, type Cell, type EvalView, type FormatFlags } from '../../eval/view.js'
import type { Invocation } from '../../program.js'
import { scoreFiles } from './score-alpaca.js'

export interface LeaderboardOptions extends FormatFlags {
  readonly data: string
  readonly judge: string
  readonly annotations?: readonly string[]
  readonly calibration?: string
  readonly foldOrder?: FoldOrder
  readonly mode?: LeaderboardMode
  readonly recompute?: boolean
  readonly with?: readonly string[]
  readonly config?: string
}

/** `moa eval leaderboard alpaca-eval`: official rows, with others among them or recomputed beside them. */
export async function leaderboard(invocation: Invocation<LeaderboardOptions>): Promise<void> {
  const { options } = invocation
  const log = new ProblemLog()
  const file = find(options.data, [
    `leaderboards/data_AlpacaEval_2/${options.judge}_leaderboard.csv`,
    `leaderboards/data_AlpacaEval/${options.judge}_leaderboard.csv`,
  ])
  const { data: official, problems } = readLeaderboard(await readDataText(file), file)
  log.merge(problems)
  const view = options.recompute
    ? await recomputed(official, options, log)
    : await joined(official, options, log)
  await showView(view, invocation)
}

/** The places a file may have in a folder of data: by itself, in a copy of all benchmarks, in the publisher's sources. */
const INSIDE = ['', 'alpaca_eval', 'alpaca-eval', 'src/alpaca_eval'] as const

function find(folder: string, names: readonly string[]): string {
  const paths = INSIDE.flatMap((inside) => names.map((name) => join(folder, inside, name)))
  const path = paths.flatMap((one) => [one, `${one}.gz`]).find((one) => existsSync(one))
  if (path !== undefined) return path
  throw new MoaError(
    'file_unreadable',
    `${folder} holds no ${names.join(' and no ')}; name a folder that does with --data.`,
  )
}

async function scoresOf(
  files: readonly string[],
  { data, calibration, foldOrder }: LeaderboardOptions,
  log: ProblemLog,
): Promise<readonly ScoreRow[]> {
  const { rows, details } = await scoreFiles(files, {
    calibration: calibration ?? find(data, ['df_gamed.csv', 'reconstructed/df_gamed.csv']),
    ...(foldOrder && { foldOrder }),
    log,
  })
  for (const { problems } of details) log.merge(problems)
  return rows
}

/** The official rows, and those of annotations given among them, in the place of older rows of the same name. */
async function joined(
  official: Leaderboard,
  options: LeaderboardOptions,
  log: ProblemLog,
): Promise<EvalView> {
  const { annotations = [], mode } = options
  let board = official
  const own = [
    ...(annotations.length === 0 ? [] : await scoresOf(annotations, options, log)),
    ...(await runScores(options, log)),
  ]
  for (const row of own) board = withScores(board, row)
  const current = own.map(({ model }) => model)
  const rows = mode === undefined ? board.rows : rowsOfMode(board, { mode, current })
  const places = new Map(board.rows.map(({ model }, index) => [model, index + 1]))
  return {
    json: rows.map(({ model, cells }) => ({
      model,
      ...cells,
      ...(current.includes(model) && { own: true }),
    })),
    csv: writeLeaderboard({ ...board, rows }),
    tables: [
      {
        heads: ['model', 'place', 'LC win rate', 'win rate', 'SE', 'length', 'judged'],
        rows: rows.map((row) =>
          boardLine(row, { place: places.get(row.model), own: current.includes(row.model) }),
        ),
      },
    ],
    problems: log.list(),
  }
}

/** Rows of the contestants of runs. */
async function runScores(
  { with: ids = [], config }: LeaderboardOptions,
  log: ProblemLog,
): Promise<readonly ScoreRow[]> {
  if (ids.length === 0) return []
  const { openWorkspace } = await import('../../workspace/open.js')
  const { openEvalLogs } = await import('./eval-logs.js')
  const { alpacaEvalBench } = await import('./benches/alpaca-eval.js')
  const workspace = await openWorkspace({ config })
  const store = openEvalLogs(workspace.settings)
  try {
    return ids.flatMap((id) => {
      const run = store.logs.find(id)
      const { benchmark } = run.record.spec
      if (benchmark !== 'alpaca-eval')
        throw new MoaError(
          'usage',
          `--with ${id}: expected a run of alpaca-eval, but it is one of ${benchmark}.`,
        )
      const { rows, problems } = alpacaEvalBench.results(run)
      log.merge(problems)
      return rows.map(({ contestant, values }) => scoreRow(contestant, values))
    })
  } finally {
    store.close()
    await workspace.close()
  }
}

function scoreRow(model: string, values: Readonly<Record<string, number | string | null>>): ScoreRow {
  const figure = (column: ScoreColumn): number | null => {
    const value = values[column]
    return typeof value === 'number' ? value : null
  }
  const figures = SCORE_COLUMNS.map((column) => [column, figure(column)])
  return { model, ...(Object.fromEntries(figures) as Record<ScoreColumn, number | null>) }
}

function boardLine(
  { model, cells }: LeaderboardRow,
  { place, own }: { place: number | undefined; own: boolean },
): Cell[] {
  const columns = ['length_controlled_winrate', 'win_rate', 'standard_error', 'avg_length', 'n_total']
  return [own ? `${model} (own)` : model, place, ...columns.map((column) => cells[column])]
}

/** Every annotation set of the folder, scored anew, beside what the publisher says. */
async function recomputed(
  official: Leaderboard,
  options: LeaderboardOptions,
  log: ProblemLog,
): Promise<EvalView> {
  const rows = await scoresOf(options.annotations ?? annotationSets(options.data), options, log)
  const published = new Map(official.rows.map((row) => [row.model, row.cells]))
  const lines = rows.map((row) => comparison(row, published.get(row.model)))
  lines.sort((a, b) => (b.ours.length_controlled_winrate ?? 0) - (a.ours.length_controlled_winrate ?? 0))
  const within = (limit: number): number =>
    lines.filter(({ gap }) => Math.abs(gap.length_controlled_winrate ?? NaN) <= limit).length
  const columns = [
    'LC official',
    'LC here',
    'LC gap',
    'win rate official',
    'win rate here',
    'win rate gap',
    'SE gap',
    'judged',
  ]
  return {
    json: lines,
    tables: [
      {
        heads: ['model', ...columns],
        rows: lines.map(({ model, official: theirs, ours, gap }) => [
          model,
          theirs?.length_controlled_winrate,
          ours.length_controlled_winrate,
          exponent(gap.length_controlled_winrate),
          theirs?.win_rate,
          ours.win_rate,
          exponent(gap.win_rate),
          exponent(gap.standard_error),
          ours.n_total,
        ]),
        decimals: 4,
      },
    ],
    notes: [
      `${within(1e-6)} of ${lines.length} length-controlled win rates agree with the official ones to 1e-6; ${within(0.02)} to 0.02 points.`,
    ],
    problems: log.list(),
  }
}

function annotationSets(folder: string): string[] {
  const place = INSIDE.map((inside) => join(folder, inside, 'annotation_sets')).find((path) =>
    existsSync(path),
  )
  if (place === undefined)
    throw new MoaError(
      'file_unreadable',
      `${folder} holds no folder annotation_sets; name the sets with --annotations.`,
    )
  return readdirSync(place)
    .filter((name) => /\.json(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(place, name))
}

type Figures = Readonly<Partial<Record<ScoreColumn, number | null>>>

interface Comparison {
  readonly model: string
  /** Absent for a model the leaderboard doesn't have. */
  readonly official?: Figures
  readonly ours: Figures
  /** Ours minus theirs. */
  readonly gap: Figures
}

function comparison({ model, ...ours }: ScoreRow, cells: LeaderboardRow['cells'] | undefined): Comparison {
  const numbers = (of: (column: ScoreColumn) => number | null): Figures =>
    Object.fromEntries(SCORE_COLUMNS.map((column) => [column, of(column)]))
  const theirs = (column: ScoreColumn): number | null => {
    const cell = cells?.[column]
    return typeof cell === 'number' ? cell : null
  }
  const gap = numbers((column) => {
    const [own, other] = [ours[column], theirs(column)]
    return own === null || other === null ? null : own - other
  })
  return { model, ...(cells && { official: numbers(theirs) }), ours, gap }
}

function exponent(value: number | null | undefined): string | null {
  if (value === null || value === undefined) return null
  return value === 0 ? '0' : value.toExponential(1)
}
