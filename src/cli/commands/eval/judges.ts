import { basename, dirname } from 'node:path'
import {
  analyseJudges,
  JUDGE_COLUMNS,
  judgeLeaderboard,
  type JudgeAnalysis,
  type JudgeColumn,
  type JudgeRow,
} from '../../../eval/benches/alpaca-eval/analyse/analyse-judges.js'
import { gatherGold, HUMAN_PRICE, HUMAN_TIME } from '../../../eval/benches/alpaca-eval/analyse/gold.js'
import { readJudgeFiles, type JudgeFile } from '../../../eval/benches/alpaca-eval/read/judge-files.js'
import { readHumanVotes, type HumanVote } from '../../../eval/benches/alpaca-eval/read/votes.js'
import { writeLeaderboard } from '../../../eval/benches/alpaca-eval/score/leaderboard.js'
import { votesOf, type RunVotes } from '../../../eval/benches/alpaca-eval/run/judges-results.js'
import { checkNames } from '../../../eval/harness/contestant.js'
import { ProblemLog } from '../../../eval/problems.js'
import { MoaError } from '../../../core/errors.js'
import { readDataText, stem } from '../../eval/data-file.js'
import { showView, type EvalView, type FormatFlags } from '../../eval/view.js'
import type { Invocation } from '../../program.js'
import type { Shell } from '../../shell.js'
import { formatInterval } from '../../view/format.js'
import { openWorkspace } from '../../workspace/open.js'
import { modelsBeside } from './gold-files.js'
import { openEvalLogs } from './eval-logs.js'
import { withRun } from './run.js'

/** Releases of the original whose table can be had. */
export const JUDGE_RELEASES = ['0.6.6', '0.6.2'] as const

export interface JudgesOptions extends FormatFlags {
  readonly gold: readonly string[]
  readonly annotations?: readonly string[]
  /** Judges that are asked now. */
  readonly judge?: readonly string[]
  readonly judgeSeeds?: number
  readonly judgeConfigs?: string
  /** Runs of `moa eval run alpaca-judges`. */
  readonly with?: readonly string[]
  readonly concurrency: number
  readonly maxCost?: number
  readonly config?: string
  readonly release?: (typeof JUDGE_RELEASES)[number]
  readonly references: boolean
  readonly intervals?: boolean
  readonly seed?: number
}

/** `moa eval judges`: how judges compare with people, from files of votes. */
export async function judges(invocation: Invocation<JudgesOptions>): Promise<void> {
  const { options, shell } = invocation
  const log = new ProblemLog()
  const votes = await humanVotes(options.gold, shell, log)
  const gold = gatherGold(votes.crossAnnotations, { log: new ProblemLog() })
  const files: JudgeFile[] = []
  for (const source of options.annotations ?? [])
    files.push({ text: await readDataText(source), source, name: nameOf(source) })
  const { data, problems } = readJudgeFiles(files, gold)
  log.merge(problems)
  const judges = [...data, ...(await liveJudges(votes.source, options, shell))]
  if (judges.length === 0 && !options.references)
    throw new MoaError('usage', 'There is no judge to show: give --annotations, --judge or --with.')
  checkNames(judges, 'judge')
  const analysis = analyseJudges({
    ...votes,
    judges,
    lists: options.release === '0.6.2' ? '0.6.2' : 'current',
    references: options.references,
    ...(options.intervals && { swaps: true, bootstrap: { seed: options.seed ?? 0 } }),
  })
  log.merge(analysis.problems)
  await showView(judgesView(analysis, { ...options, log }), invocation)
}

/** Votes of judges that are asked now, or were asked in earlier runs. */
async function liveJudges(gold: string, options: JudgesOptions, shell: Shell): Promise<readonly RunVotes[]> {
  const found: RunVotes[] = []
  const { judge, with: runs = [], config } = options
  if (judge !== undefined)
    await withRun({ name: 'alpaca-judges', options: { ...options, gold, judge }, shell }, async ({ log }) => {
      found.push(...votesOf(log))
    })
  if (runs.length === 0) return found
  const workspace = await openWorkspace({ config })
  const store = openEvalLogs(workspace.settings)
  try {
    for (const id of runs) {
      const log = store.logs.find(id)
      if (log.record.spec.benchmark !== 'alpaca-judges')
        throw new MoaError(
          'usage',
          `--with ${id}: expected a run of alpaca-judges, it is one of ${log.record.spec.benchmark}.`,
        )
      found.push(...votesOf(log))
    }
    return found
  } finally {
    store.close()
    await workspace.close()
  }
}

interface HumanVotes {
  /** File of the cross-annotations. */
  readonly source: string
  readonly crossAnnotations: readonly HumanVote[]
  readonly annotations?: readonly HumanVote[]
}

/** The file with several votes per pair, and the one that names the model of each pair. */
async function humanVotes(files: readonly string[], shell: Shell, log: ProblemLog): Promise<HumanVotes> {
  const all = [...files]
  const beside = files.length === 1 ? modelsBeside(files[0] as string) : undefined
  if (beside !== undefined) {
    all.push(beside)
    shell.note(`The models of the pairs are taken from ${beside}.`)
  }
  let source = ''
  let crossAnnotations: readonly HumanVote[] | undefined
  let annotations: readonly HumanVote[] | undefined
  for (const file of all) {
    const { data, problems } = readHumanVotes(await readDataText(file), file)
    log.merge(problems)
    if (data.some(({ generator }) => generator !== undefined)) annotations = data
    else [source, crossAnnotations] = [file, data]
  }
  if (crossAnnotations === undefined)
    throw new MoaError(
      'data_invalid',
      `${files.join(', ')}: expected a file with several human votes on each pair and without models, such as alpaca_farm_human_crossannotations.json.`,
    )
  if (annotations === undefined)
    shell.note(
      'No correlations: give alpaca_farm_human_annotations.json, which names models, as a second --gold.',
    )
  return { source, crossAnnotations, ...(annotations && { annotations }) }
}

/** A judge's cache file stands in the judge's folder, and is not named after it. */
function nameOf(path: string): string {
  const name = stem(path)
  return /^annotations(?:_seed\d+_.*)?$/.test(name) ? basename(dirname(path)) : name
}

/** The leaderboard of judges as it is printed. */
export function judgesView(
  { rows, details }: JudgeAnalysis,
  {
    release,
    intervals = false,
    log,
  }: Pick<JudgesOptions, 'release' | 'intervals'> & { readonly log: ProblemLog },
): EvalView {
  const shown = release === '0.6.6' ? rows.map(asRelease066) : rows
  const json = shown.map((row) => {
    const detail = details.get(row.judge)
    if (!intervals || detail === undefined) return row
    const { intervals: found, swap } = detail
    const agreement = found['Human agreement'] ?? null
    return { ...row, 'Human agreement interval': agreement, intervals: found, 'Swap consistency': swap }
  })
  const cell = (row: JudgeRow, column: JudgeColumn): string | number | null => {
    const found = intervals ? details.get(row.judge)?.intervals[column] : undefined
    return found === undefined ? row[column] : `${row[column]?.toFixed(2)} ${formatInterval(found)}`
  }
  const swapped = ({ judge }: JudgeRow): number | null => details.get(judge)?.swap?.consistent ?? null
  return {
    json,
    csv: writeLeaderboard(judgeLeaderboard(shown)),
    tables: [
      {
        heads: ['judge', ...JUDGE_COLUMNS, ...(intervals ? ['Swap consistency'] : [])],
        rows: shown.map((row) => [
          row.judge,
          ...JUDGE_COLUMNS.map((column) => cell(row, column)),
          ...(intervals ? [swapped(row)] : []),
        ]),
      },
    ],
    problems: log.list(),
  }
}

/** Release 0.6.6 shows what people cost and take in every judge's row, through a slip in a column's name. */
function asRelease066(row: JudgeRow): JudgeRow {
  if (row.judge === 'humans' || row.judge === 'longest') return row
  return {
    ...row,
    'Price [$/1000 examples]': 1000 * HUMAN_PRICE,
    'Time [seconds/1000 examples]': 1000 * HUMAN_TIME,
  }
}
