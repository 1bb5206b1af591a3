import { MoaError } from '../../../core/errors.js'
import { type Problem, ProblemLog } from '../../problems.js'
import { type Battles, type BattleOptions, countBattles, V01_BASELINE, v01Battles } from './battles-v01.js'
import { type EloBounds, eloTable, type ResampleOptions } from './elo-v01.js'
import { checkCoverage, distinctJudgments } from './check.js'
import { v01Leaderboard, type V01Row } from './leaderboard-v01.js'
import type { ArenaAnswer, ArenaQuestion, V01Judgment } from './records.js'
import {
  arenaStyle,
  averageTokens,
  type StyleControl,
  type StyleTable,
  STYLE_ELEMENTS,
  CONTROLLED,
} from './style.js'
import { fitStyledElo, styledBattles } from './style-v01.js'

export interface V01ScoreOptions extends BattleOptions, ResampleOptions {
  readonly version: 'v0.1'
  readonly judgments: readonly V01Judgment[]
  /** Keeps length or markdown or both constant; needs `answers` or `style` of every model and the baseline. */
  readonly styleControl?: StyleControl
  /** The models' answers, for style control and the average length. */
  readonly answers?: readonly ArenaAnswer[]
  /** Style from elsewhere, in place of what `answers` give. */
  readonly style?: StyleTable
  /** The question set, to tell missing and foreign judgments. Default: what the judgments themselves cover. */
  readonly questions?: readonly ArenaQuestion[]
  /** Keeps every resample's win rate in the rows, for metrics over resamples. Default false. */
  readonly keepResamples?: boolean
}

/** A contestant's battles against the baseline, clear wins counted by weight. */
export interface V01Record {
  readonly model: string
  readonly wins: number
  readonly losses: number
  readonly ties: number
}

export interface V01Table {
  readonly rows: readonly V01Row[]
  /** Weights of the standardised style elements, under style control. */
  readonly style_coefficients?: Readonly<Record<string, number>>
}

export interface V01Scores {
  readonly benchmark: 'arena-hard'
  readonly version: 'v0.1'
  readonly baseline: string
  readonly battles: number
  readonly records: readonly V01Record[]
  /** What the published script prints, with its bootstrap anchored at gpt-4-0314 whatever the baseline. */
  readonly published: V01Table
  /** Anchored at the baseline, one judgment for each answer. */
  readonly corrected: V01Table & { readonly rule: string }
  readonly problems: readonly Problem[]
}

const RULE =
  'resamples anchored at the baseline; one judgment for each model and question (the first with labels)'

/**
 * Scores Arena-Hard v0.1 judgments against one baseline.
 * @throws MoaError `data_invalid` when no game has a label, or style control has no style to go by.
 */
export function scoreArenaHardV01(options: V01ScoreOptions): V01Scores {
  const { judgments, baseline = V01_BASELINE } = options
  const log = new ProblemLog()
  checkCoverage(
    judgments.map(({ question_id, model, judge }) => ({ id: question_id, model, judge })),
    { questions: options.questions, log },
  )
  const known = options.questions && new Set(options.questions.map(({ id }) => id))
  const distinct = distinctJudgments(
    judgments.filter(({ question_id }) => known?.has(question_id) !== false),
    ({ question_id, model, judge }) => [judge, model, question_id].join('\n'),
  )
  const battles = v01Battles(judgments, options, log)
  if (battles.codes.length === 0) throw nothingToScore(judgments.length)
  const published = score(battles, options, log)
  reportAnchor(battles, published, log)
  const same = distinct.length === judgments.length
  const corrected = same
    ? published
    : score(v01Battles(distinct, options, new ProblemLog()), options, new ProblemLog())
  return {
    benchmark: 'arena-hard',
    version: 'v0.1',
    baseline,
    battles: battles.codes.length,
    records: countBattles(battles).map((count, index) => ({
      model: battles.models[index] as string,
      ...count,
    })),
    published: published.published,
    corrected: { rule: RULE, ...corrected.corrected },
    problems: log.list(),
  }
}

interface Tables {
  readonly published: V01Table
  readonly corrected: V01Table
}

function score(battles: Battles, options: V01ScoreOptions, log: ProblemLog): Tables {
  const { styleControl: control, answers = [], keepResamples = false } = options
  const { baseline } = battles
  const view = { baseline, tokens: averageTokens(answers), keepResamples }
  const table = (bounds: readonly EloBounds[]): V01Table => ({ rows: v01Leaderboard(bounds, view) })
  if (control === undefined) {
    const { published, anchored } = eloTable(battles, options)
    reportUnbounded(published, log)
    return { published: table(published), corrected: table(anchored) }
  }
  const style = options.style ?? styleOf(answers, log)
  const styled = styledBattles(battles, style, log)
  if (styled.codes.length === 0) throw noStyle(baseline)
  const { elo, coefficients } = fitStyledElo(styled, { ...options, style, control })
  const names = CONTROLLED[control].map((element) => STYLE_ELEMENTS[element] as string)
  const rows = {
    ...table(elo),
    style_coefficients: Object.fromEntries(names.map((name, index) => [name, coefficients[index] as number])),
  }
  return { published: rows, corrected: rows }
}

function styleOf(answers: readonly ArenaAnswer[], log: ProblemLog): StyleTable {
  const { style, problems } = arenaStyle(answers)
  log.merge(problems)
  return style
}

function reportUnbounded(bounds: readonly EloBounds[], log: ProblemLog): void {
  for (const { model, elo, lower, upper } of bounds) {
    const place = { id: model }
    if (Number.isNaN(elo))
      log.add('unscored', 'The model has no battle with a label; it has no score.', place)
    else if (!Number.isFinite(elo)) {
      const message =
        'The model won or lost every battle, so its Elo is infinite; the published solver stops near it.'
      log.add('unbounded', message, place)
    } else if (Number.isNaN(lower) || Number.isNaN(upper)) {
      log.add('unbounded', 'Some resamples give the model no rating; it has no interval.', place)
    }
  }
}

function reportAnchor(
  { baseline, models }: Battles,
  { published, corrected }: Tables,
  log: ProblemLog,
): void {
  if (baseline === V01_BASELINE || published === corrected) return
  const how = models.includes(V01_BASELINE) ? `anchors at ${V01_BASELINE}` : 'anchors at nothing'
  const message = `The published bootstrap ${how} instead of the baseline, so its intervals are wrong; use the corrected.`
  log.add('published-defect', message, { id: baseline })
}

function nothingToScore(count: number): MoaError {
  return new MoaError(
    'data_invalid',
    `None of the ${count} Arena-Hard v0.1 judgments has a game with a label such as A>B; ` +
      `look at the judge's replies and judge again.`,
  )
}

function noStyle(baseline: string): MoaError {
  return new MoaError(
    'data_invalid',
    `Style control needs the answers of every model and of the baseline ${baseline} with their token lengths, and ` +
      `no battle has both; give the answer files or score without style control.`,
  )
}
