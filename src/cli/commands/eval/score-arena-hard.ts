import { MoaError } from '../../../core/errors.js'
import type { V01Row } from '../../../eval/benches/arena-hard/leaderboard-v01.js'
import type { V2Row } from '../../../eval/benches/arena-hard/leaderboard-v2.js'
import {
  readArenaAnswers,
  readArenaJudgments,
  readArenaQuestions,
} from '../../../eval/benches/arena-hard/read.js'
import type { ArenaAnswer, V01Judgment, V2Judgment } from '../../../eval/benches/arena-hard/records.js'
import type { StyleControl } from '../../../eval/benches/arena-hard/style.js'
import type { V01Scores } from '../../../eval/benches/arena-hard/score-v01.js'
import { scoreArenaHardV01 } from '../../../eval/benches/arena-hard/score-v01.js'
import { scoreArenaHardV2, type V2Scores } from '../../../eval/benches/arena-hard/score-v2.js'
import type { Problem } from '../../../eval/problems.js'
import { ProblemLog } from '../../../eval/problems.js'
import { readDataFile } from '../../eval/data-file.js'
import { readStyleFile } from '../../eval/style-file.js'
import { showView, type EvalView, type FormatFlags, type TableView } from '../../eval/view.js'
import type { Invocation } from '../../program.js'

export interface ScoreArenaOptions extends FormatFlags {
  readonly judgments: readonly string[]
  /** `true` for the flag without a value. */
  readonly styleControl?: StyleControl | true
  readonly answers?: readonly string[]
  readonly style?: string
  readonly questions?: string
  readonly baseline?: string
  readonly category?: readonly string[]
  readonly weight?: number
  readonly firstGameOnly?: boolean
  readonly rounds?: number
  readonly seed?: number
}

/** `moa eval score arena-hard`: the leaderboard of either version, from files of judgments. */
export async function scoreArenaFiles(invocation: Invocation<ScoreArenaOptions>): Promise<void> {
  const { options } = invocation
  const log = new ProblemLog()
  const { v01, v2 } = await readJudgments(options.judgments, log)
  const answers = await readStyles(options, log)
  const { styleControl, weight, rounds, seed, questions } = options
  const common = {
    answers,
    ...(styleControl && { styleControl: styleControl === true ? ('style' as const) : styleControl }),
    ...(weight !== undefined && { weight }),
    ...(rounds !== undefined && { rounds }),
    ...(seed !== undefined && { seed }),
    ...(questions !== undefined && { questions: await readQuestions(questions, log) }),
  }
  const scores =
    v2.length > 0
      ? scoreArenaHardV2({ version: 'v2.0', judgments: v2, ...common, ...v2Options(options, v2) })
      : scoreArenaHardV01({ version: 'v0.1', judgments: v01, ...common, ...v01Options(options) })
  log.merge(scores.problems)
  await showView(arenaView(scores, log.list()), invocation)
}

async function readJudgments(
  files: readonly string[],
  log: ProblemLog,
): Promise<{ v01: readonly V01Judgment[]; v2: readonly V2Judgment[] }> {
  const v01: V01Judgment[] = []
  const v2: V2Judgment[] = []
  for (const file of files) {
    const { content } = await readDataFile(file)
    const read = readArenaJudgments(content, { source: file })
    log.merge(read.problems)
    if (read.version === 'v0.1') for (const judgment of read.data) v01.push(judgment)
    else for (const judgment of read.data) v2.push(judgment)
    if (v01.length > 0 && v2.length > 0)
      throw new MoaError(
        'data_invalid',
        `${file}: holds judgments of Arena-Hard ${read.version}, the files before those of the other version; score each version by itself.`,
      )
  }
  return { v01, v2 }
}

async function readStyles(
  { answers = [], style }: ScoreArenaOptions,
  log: ProblemLog,
): Promise<readonly ArenaAnswer[]> {
  const all: ArenaAnswer[] = []
  for (const file of answers) {
    const { content } = await readDataFile(file)
    const { data, problems } = readArenaAnswers(content, { source: file })
    log.merge(problems)
    for (const answer of data) all.push(answer)
  }
  if (style !== undefined) for (const answer of await readStyleFile(style)) all.push(answer)
  return all
}

async function readQuestions(file: string, log: ProblemLog) {
  const { content } = await readDataFile(file)
  const { data, problems } = readArenaQuestions(content, { source: file })
  log.merge(problems)
  return data
}

function v01Options({ baseline, firstGameOnly, category }: ScoreArenaOptions) {
  if (category) throw wrongVersion('--category', 'v2.0')
  return {
    ...(baseline !== undefined && { baseline }),
    ...(firstGameOnly !== undefined && { firstGameOnly }),
  }
}

function v2Options(
  { baseline, firstGameOnly, category }: ScoreArenaOptions,
  judgments: readonly V2Judgment[],
) {
  if (firstGameOnly !== undefined) throw wrongVersion('--first-game-only', 'v0.1')
  const categories = category ?? [...new Set(judgments.map((judgment) => judgment.category))]
  return {
    ...(category && { categories: category }),
    ...(baseline !== undefined && {
      baselines: Object.fromEntries(categories.map((name) => [name, baseline])),
    }),
  }
}

function wrongVersion(flag: string, version: string): MoaError {
  return new MoaError(
    'usage',
    `${flag} is about judgments of Arena-Hard ${version}; leave it out for these files.`,
  )
}

/** Scores as they are printed; the corrected ones are shown where they differ from the published. */
export function arenaView(scores: V01Scores | V2Scores, problems: readonly Problem[]): EvalView {
  const json = { ...scores, problems }
  if (scores.version === 'v0.1') {
    const { published, corrected } = scores
    const same = JSON.stringify(published.rows) === JSON.stringify(corrected.rows)
    return {
      json,
      tables: [v01Table(published.rows), ...(same ? [] : [v01Table(corrected.rows, 'Corrected')])],
      notes: same ? [] : [noteOf(corrected.rule)],
      problems,
    }
  }
  const rows = scores.categories.flatMap(({ category, published }) =>
    published.rows.map((row) => [row.model, category, row.score, row.lower, row.upper] as const),
  )
  return {
    json,
    csv: { heads: ['model', 'category', 'score', 'lower', 'upper'], rows },
    tables: scores.categories.flatMap(({ category, baseline, published, corrected }) => [
      v2Table(published.rows, `${category}, baseline ${baseline}`),
      v2Table(corrected.rows, `${category}, corrected`),
    ]),
    notes: [...new Set(scores.categories.map(({ corrected }) => noteOf(corrected.rule)))],
    problems,
  }
}

const noteOf = (rule: string): string =>
  `The first table is what the published script prints. Corrected: ${rule}.`

function v01Table(rows: readonly V01Row[], title?: string): TableView {
  return {
    ...(title !== undefined && { title }),
    heads: ['model', 'score', 'lower', 'upper', 'elo', 'average tokens'],
    rows: rows.map((row) => [row.model, row.score, row.lower, row.upper, row.elo, row.average_tokens]),
  }
}

function v2Table(rows: readonly V2Row[], title: string): TableView {
  return {
    title,
    heads: ['model', 'score %', '90% interval', 'entries'],
    rows: rows.map((row) => [row.model, row.score_percent, row.interval_percent, row.entries]),
    decimals: 1,
  }
}
