import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MoaError } from '../../../core/errors.js'
import { readAnnotations } from '../../../eval/benches/alpaca-eval/read/annotations.js'
import { gamedDifficulties, readGamedRows } from '../../../eval/benches/alpaca-eval/read/gamed.js'
import { readModelOutputs } from '../../../eval/benches/alpaca-eval/read/model-outputs.js'
import { WEIGHT_COLUMNS } from '../../../eval/benches/alpaca-eval/read/weights.js'
import type { LengthControl } from '../../../eval/benches/alpaca-eval/score/length-control.js'
import { SCORE_COLUMNS, type ScoreRow } from '../../../eval/benches/alpaca-eval/score/leaderboard.js'
import {
  scoreAnnotationSets,
  type Scoreboard,
  type ScoredSet,
  type ScoreOptions,
} from '../../../eval/benches/alpaca-eval/score/score-sets.js'
import type { AnnotationSet, GamedRows } from '../../../eval/benches/alpaca-eval/types.js'
import type { FoldOrder } from '../../../eval/stats/fold-order.js'
import type { Interval } from '../../../eval/stats/index.js'
import { ProblemLog } from '../../../eval/problems.js'
import { readDataText } from '../../eval/data-file.js'
import { showView, type Cell, type EvalView, type FormatFlags } from '../../eval/view.js'
import type { Invocation } from '../../program.js'
import { formatInterval } from '../../view/format.js'

export interface ScoreAlpacaOptions extends FormatFlags {
  readonly annotations: readonly string[]
  readonly calibration?: string
  readonly foldOrder?: FoldOrder
  readonly variant?: LengthControl
  readonly reference?: string
  readonly details?: boolean
  readonly bootstrap?: number
  readonly seed?: number
}

/** `moa eval score alpaca-eval`: the official figures of files of annotations. */
export async function scoreAlpaca(invocation: Invocation<ScoreAlpacaOptions>): Promise<void> {
  const { options, shell } = invocation
  const log = new ProblemLog()
  const board = await scoreFiles(options.annotations, { ...options, log })
  if (options.calibration === undefined)
    shell.note('No length control without --calibration DIR (df_gamed.csv and instruction_difficulty.csv).')
  await showView(alpacaView(board, { ...options, log }), invocation)
}

/** Scores annotation files as the flags say. What is wrong with the files goes into the log. */
export async function scoreFiles(
  files: readonly string[],
  options: Partial<ScoreAlpacaOptions> & { readonly log: ProblemLog },
): Promise<Scoreboard> {
  const { calibration, foldOrder, variant, reference, bootstrap, seed, log } = options
  const settings: ScoreOptions = {
    ...(calibration !== undefined && { gamed: await gamedOf(calibration, log) }),
    ...(reference !== undefined && { instructions: await instructionsOf(reference, log) }),
    ...(foldOrder && { foldOrder }),
    ...(variant && { variant }),
    ...(bootstrap !== undefined && { bootstrap: { resamples: bootstrap, seed: seed ?? 0 } }),
  }
  const sets: AnnotationSet[] = []
  for (const file of files) {
    const { data, problems } = readAnnotations(await readDataText(file), file)
    log.merge(problems)
    if (sets.some(({ model }) => model === data.model))
      log.add('name-ambiguous', 'Another file is about a model of the same name; each has its own row.', {
        source: file,
        id: data.model,
      })
    sets.push(data)
    reportCount(data, { file, gamed: settings.gamed, log })
  }
  return scoreAnnotationSets(sets, settings)
}

function reportCount(
  { preference }: AnnotationSet,
  { file, gamed, log }: { file: string; gamed: GamedRows | undefined; log: ProblemLog },
): void {
  const wanted = gamed ? gamedDifficulties(gamed).length : preference.length
  if (preference.length === wanted) return
  const message = `The evaluation set has ${wanted} instructions, the file another number of rows; what is there was scored.`
  log.add('record-missing', message, { source: file, id: `${preference.length} rows` })
}

/** Rows of the gamed baselines, from the calibration folder or the file itself. */
async function gamedOf(path: string, log: ProblemLog): Promise<GamedRows> {
  const file = ['df_gamed.csv', 'df_gamed.csv.gz']
    .map((name) => join(path, name))
    .find((name) => existsSync(name))
  if (file === undefined && !path.includes('.csv'))
    throw new MoaError(
      'file_unreadable',
      `--calibration ${path}: expected a folder with df_gamed.csv and instruction_difficulty.csv, but there is no df_gamed.csv.`,
    )
  const { data, problems } = readGamedRows(await readDataText(file ?? path), file ?? path)
  log.merge(problems)
  return data
}

async function instructionsOf(file: string, log: ProblemLog): Promise<readonly string[]> {
  const text = await readDataText(file)
  const bare = instructionList(text)
  if (bare !== undefined) return bare
  const { data, problems } = readModelOutputs(text, { source: file })
  log.merge(problems)
  return data.outputs.map(({ instruction }) => instruction)
}

/** Instructions without outputs, as `[{ index, instruction }]`. */
function instructionList(text: string): readonly string[] | undefined {
  try {
    const rows: unknown = JSON.parse(text)
    if (
      !Array.isArray(rows) ||
      rows.some((row) => (row as { output?: unknown } | null)?.output !== undefined)
    )
      return undefined
    const texts = rows.map((row) => (row as { instruction?: unknown } | null)?.instruction)
    return texts.length > 0 && texts.every((one) => typeof one === 'string') ? texts : undefined
  } catch {
    // The reader of outputs says what is wrong.
    return undefined
  }
}

/** Columns beside the official ones: length control with every difficulty looked up by its instruction. */
const CORRECTED_COLUMNS = [
  'length_controlled_winrate_by_instruction',
  'lc_standard_error_by_instruction',
] as const

/** What people get to see, and how it is headed. */
const SHOWN: readonly (readonly [column: string, head: string])[] = [
  ['model', 'model'],
  ['length_controlled_winrate', 'LC win rate'],
  ['lc_standard_error', 'LC SE'],
  ['length_controlled_winrate_by_instruction', 'LC by instruction'],
  ['win_rate', 'win rate'],
  ['standard_error', 'SE'],
  ['discrete_win_rate', 'discrete'],
  ['avg_length', 'length'],
  ['n_total', 'judged'],
  ['n_wins', 'won'],
  ['n_wins_base', 'lost'],
  ['n_draws', 'drawn'],
]

type Row = Readonly<Record<string, unknown>>

/** A scoreboard as it is printed. */
export function alpacaView(
  { rows, details }: Scoreboard,
  { details: inFull = false, log }: { readonly details?: boolean | undefined; readonly log: ProblemLog },
): EvalView {
  for (const { problems } of details) log.merge(problems)
  const json = rows.map((row, place) => ({ ...row, ...besides(details[place] as ScoredSet, inFull) }))
  const shifted = details.some(({ corrected }) => corrected !== null)
  const columns = ['model', ...SCORE_COLUMNS, ...(shifted ? CORRECTED_COLUMNS : [])]
  const shown = SHOWN.filter(([column]) => columns.includes(column))
  const best = [...json].sort((a, b) => rank(b) - rank(a))
  return {
    json,
    csv: { heads: columns, rows: cellsOf(json, columns) },
    tables: [
      {
        heads: shown.map(([, head]) => head),
        rows: cellsOf(
          best.map(withIntervals),
          shown.map(([column]) => column),
        ),
      },
    ],
    ...(shifted && { notes: [SHIFTED] }),
    problems: log.list(),
  }
}

const SHIFTED =
  'LC win rate follows the published rule, which takes difficulties by row position; where rows are missing or moved, LC by instruction is the one with the right difficulties.'

/** What is printed beside the official columns. */
function besides({ corrected, lengthControl, intervals }: ScoredSet, inFull: boolean): Row {
  const [rate, error] = CORRECTED_COLUMNS
  return {
    ...(corrected && {
      [rate]: corrected.length_controlled_winrate,
      [error]: corrected.lc_standard_error,
    }),
    ...(intervals && { intervals }),
    ...(inFull &&
      lengthControl && {
        weights: {
          [WEIGHT_COLUMNS.length]: lengthControl.weights.length,
          [WEIGHT_COLUMNS.difficulty]: lengthControl.weights.difficulty,
          [WEIGHT_COLUMNS.model]: lengthControl.weights.model,
        },
        C: lengthControl.cost,
        C_index: lengthControl.costIndex,
        cv_scores_mean: lengthControl.scores,
      }),
  }
}

/** A row whose resampled figures stand with their intervals. */
function withIntervals(row: Row): Row {
  const { intervals } = row as { readonly intervals?: ScoredSet['intervals'] }
  if (!intervals) return row
  const cells = Object.entries(intervals).flatMap(([column, interval]: [string, Interval | null]) => {
    const value = row[column]
    return interval === null || typeof value !== 'number'
      ? []
      : [[column, `${value.toFixed(2)} ${formatInterval(interval)}`] as const]
  })
  return { ...row, ...Object.fromEntries(cells) }
}

const rank = (row: ScoreRow): number => row.length_controlled_winrate ?? row.win_rate ?? -Infinity

function cellsOf(rows: readonly Row[], columns: readonly string[]): Cell[][] {
  return rows.map((row) => columns.map((column) => (row[column] ?? null) as Cell))
}
