import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  analyseJudges,
  JUDGE_COLUMNS,
  judgeLeaderboard,
  type JudgeAnalysis,
  type JudgeRow,
} from '../../../eval/benches/alpaca-eval/analyse/analyse-judges.js'
import { gatherGold, HUMAN_PRICE, HUMAN_TIME } from '../../../eval/benches/alpaca-eval/analyse/gold.js'
import { readJudgeFiles, type JudgeFile } from '../../../eval/benches/alpaca-eval/read/judge-files.js'
import { readHumanVotes, type HumanVote } from '../../../eval/benches/alpaca-eval/read/votes.js'
import { writeLeaderboard } from '../../../eval/benches/alpaca-eval/score/leaderboard.js'
import { ProblemLog } from '../../../eval/problems.js'
import { MoaError } from '../../../core/errors.js'
import { readDataText, stem } from '../../eval/data-file.js'
import { showView, type EvalView, type FormatFlags } from '../../eval/view.js'
import type { Invocation } from '../../program.js'
import type { Shell } from '../../shell.js'

/** Releases of the original whose table can be had. */
export const JUDGE_RELEASES = ['0.6.6', '0.6.2'] as const

export interface JudgesOptions extends FormatFlags {
  readonly gold: readonly string[]
  readonly annotations: readonly string[]
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
  for (const source of options.annotations)
    files.push({ text: await readDataText(source), source, name: nameOf(source) })
  const { data, problems } = readJudgeFiles(files, gold)
  log.merge(problems)
  const analysis = analyseJudges({
    ...votes,
    judges: data,
    lists: options.release === '0.6.2' ? '0.6.2' : 'current',
    references: options.references,
    ...(options.intervals && { swaps: true, bootstrap: { seed: options.seed ?? 0 } }),
  })
  log.merge(analysis.problems)
  await showView(judgesView(analysis, { ...options, log }), invocation)
}

interface HumanVotes {
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
  let crossAnnotations: readonly HumanVote[] | undefined
  let annotations: readonly HumanVote[] | undefined
  for (const file of all) {
    const { data, problems } = readHumanVotes(await readDataText(file), file)
    log.merge(problems)
    if (data.some(({ generator }) => generator !== undefined)) annotations = data
    else crossAnnotations = data
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
  return { crossAnnotations, ...(annotations && { annotations }) }
}

/** The published companion of a file of cross-annotations, where it stands beside it. */
export function modelsBeside(file: string): string | undefined {
  const name = basename(file)
  const companion = join(dirname(file), name.replace('crossannotations', 'annotations'))
  return name.includes('crossannotations') && existsSync(companion) ? companion : undefined
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
    const { agreementInterval, swap } = detail
    return { ...row, 'Human agreement interval': agreementInterval, 'Swap consistency': swap }
  })
  const interval = ({ judge }: JudgeRow): string => {
    const found = details.get(judge)?.agreementInterval
    return found ? `${found.low.toFixed(1)} to ${found.high.toFixed(1)}` : '-'
  }
  const [agreement, ...others] = JUDGE_COLUMNS
  return {
    json,
    csv: writeLeaderboard(judgeLeaderboard(shown)),
    tables: [
      {
        heads: ['judge', agreement, ...(intervals ? ['interval'] : []), ...others],
        rows: shown.map((row) => [
          row.judge,
          row[agreement],
          ...(intervals ? [interval(row)] : []),
          ...others.map((column) => row[column]),
        ]),
      },
    ],
    problems: log.list(),
  }
}

/** Release 0.6.6 shows what people cost and take in every judge's row, through a slip in a column's name. */
function asRelease066(row: JudgeRow): JudgeRow {
  if (row.judge === 'humans') return row
  return {
    ...row,
    'Price [$/1000 examples]': 1000 * HUMAN_PRICE,
    'Time [seconds/1000 examples]': 1000 * HUMAN_TIME,
  }
}
