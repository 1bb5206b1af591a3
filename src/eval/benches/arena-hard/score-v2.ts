import { MoaError } from '../../../core/errors.js'
import { type Problem, ProblemLog } from '../../problems.js'
import { checkCoverage, distinctJudgments } from './check.js'
import type { ResampleOptions } from './elo-v01.js'
import { cutPath, type V2Entries, v2Entries } from './entries-v2.js'
import { V2_BASELINES } from './judge-v2.js'
import { v2Leaderboard, type V2Figures, type V2Row } from './leaderboard-v2.js'
import { plainFigures } from './plain-v2.js'
import type { ArenaAnswer, ArenaQuestion, V2Judgment } from './records.js'
import { arenaStyle, type StyleControl, STYLE_ELEMENTS, type StyleTable } from './style.js'
import { styledBootstrap, type StyledBootstrap, styledEntries, styleModel } from './style-v2.js'

export interface V2ScoreOptions extends ResampleOptions {
  readonly version: 'v2.0'
  readonly judgments: readonly V2Judgment[]
  /** Categories to score. Default all the judgments have. */
  readonly categories?: readonly string[]
  /** The baseline of a category. Default the judgments' own, else the published one. */
  readonly baselines?: Readonly<Record<string, string>>
  /** How often a clear win counts. Default 3. */
  readonly weight?: number
  /** Keeps length or markdown or both (`style`, the published table) constant; needs `answers` or `style`. */
  readonly styleControl?: StyleControl
  /** The answers of all models and baselines, for style control. */
  readonly answers?: readonly ArenaAnswer[]
  /** Style from elsewhere, in place of what `answers` give. */
  readonly style?: StyleTable
  /** The question set, to tell missing and foreign judgments. Default: what the judgments themselves cover. */
  readonly questions?: readonly ArenaQuestion[]
}

export interface V2Table {
  readonly rows: readonly V2Row[]
  /** Medians of the standardised style elements' coefficients, under style control. */
  readonly style_coefficients?: Readonly<Record<string, number>>
}

export interface V2CategoryScores {
  readonly category: string
  readonly baseline: string
  readonly entries: number
  /**
   * What the published script prints: plain, the mean of resampled means; under style control, medians of fits that
   * stop short of the optimum.
   */
  readonly published: V2Table
  /** Plain, the mean of the entries; under style control, the exact optimum. Over one judgment for each answer. */
  readonly corrected: V2Table & { readonly rule: string }
}

export interface V2Scores {
  readonly benchmark: 'arena-hard'
  readonly version: 'v2.0'
  readonly categories: readonly V2CategoryScores[]
  readonly problems: readonly Problem[]
}

/**
 * Scores Arena-Hard v2.0 judgments by category.
 * @throws MoaError `data_invalid` when a category asked for has no question both of whose games have a label, or
 * style control has no style to go by.
 */
export function scoreArenaHardV2(options: V2ScoreOptions): V2Scores {
  const log = new ProblemLog()
  const judgments = withoutJudges(options.judgments, log)
  checkCoverage(
    judgments.map(({ uid, model, judge, category }) => ({ id: uid, model, judge: `${judge}\n${category}` })),
    { questions: undefined, log },
  )
  reportForeign(judgments, options.questions, log)
  reportSameNames(judgments, log)
  const found = [...new Set(judgments.map(({ category }) => category))]
  const categories = options.categories ?? found
  for (const category of categories) if (!found.includes(category)) throw noCategory(category, found)
  if (categories.length === 0) throw nothingToScore('any category', options.judgments.length)
  const style =
    options.styleControl === undefined ? undefined : (options.style ?? styleOf(options.answers ?? [], log))
  return {
    benchmark: 'arena-hard',
    version: 'v2.0',
    categories: categories.map((category) =>
      scoreCategory(
        judgments.filter((judgment) => judgment.category === category),
        { category, options, style, log },
      ),
    ),
    problems: log.list(),
  }
}

/** The published script takes out what a judge says of its own answers. */
function withoutJudges(judgments: readonly V2Judgment[], log: ProblemLog): readonly V2Judgment[] {
  const judges = new Set(judgments.map(({ judge }) => judge))
  return judgments.filter(({ model, uid }) => {
    if (!judges.has(model)) return true
    log.add('value-unusable', 'The model is the judge itself; its judgments are left out.', {
      id: `${model}, ${uid}`,
    })
    return false
  })
}

function reportForeign(
  judgments: readonly V2Judgment[],
  questions: readonly ArenaQuestion[] | undefined,
  log: ProblemLog,
): void {
  if (questions === undefined) return
  const known = new Set(questions.map(({ id }) => id))
  const judged = new Set(judgments.map(({ uid }) => uid))
  for (const { uid, model } of judgments) {
    const message =
      'The question is not one of the question set; the published scores count it, the corrected do not.'
    if (!known.has(uid)) log.add('id-unknown', message, { id: `${model}, ${uid}` })
  }
  const categories = new Set(judgments.map(({ category }) => category))
  for (const { id, category } of questions) {
    if (categories.has(category) && !judged.has(id)) {
      log.add('record-missing', 'The question has no judgment of any model.', { id })
    }
  }
}

function reportSameNames(judgments: readonly V2Judgment[], log: ProblemLog): void {
  const full = new Map<string, string>()
  for (const { model } of judgments) {
    const name = cutPath(model)
    const other = full.get(name) ?? model
    full.set(name, other)
    if (other !== model) {
      const message =
        'Two models have the same name once their paths are cut; as published they are scored as one.'
      log.add('published-defect', message, { id: model })
    }
  }
}

interface CategoryTask {
  readonly category: string
  readonly options: V2ScoreOptions
  readonly style: StyleTable | undefined
  readonly log: ProblemLog
}

function scoreCategory(judgments: readonly V2Judgment[], task: CategoryTask): V2CategoryScores {
  const { category, options, log } = task
  const baseline = baselineOf(judgments, task)
  const against = judgments.filter((judgment) => isAgainst(judgment, baseline, log))
  const known = options.questions && new Set(options.questions.map(({ id }) => id))
  const distinct = distinctJudgments(
    against.filter(({ uid }) => known?.has(uid) !== false),
    ({ judge, model, uid }) => [judge, model, uid].join('\n'),
  )
  const weight = options.weight ?? 3
  const entries = v2Entries(against, { baseline, weight }, log)
  if (entries.codes.length === 0) throw nothingToScore(`category ${category}`, judgments.length)
  const published = tablesOf(entries, task)
  const corrected =
    distinct.length === against.length
      ? published
      : tablesOf(v2Entries(distinct, { baseline, weight }, new ProblemLog()), {
          ...task,
          log: new ProblemLog(),
        })
  const exact = task.style === undefined ? 'mean of the entries' : 'exact optimum of the regression'
  return {
    category,
    baseline,
    entries: entries.codes.length,
    published: published.published,
    corrected: {
      rule: `${exact}; one judgment for each model and question (the first with labels)`,
      ...corrected.corrected,
    },
  }
}

function baselineOf(judgments: readonly V2Judgment[], { category, options }: CategoryTask): string {
  const own = judgments
    .map(({ baseline }) => baseline as string | undefined)
    .find((name) => name !== undefined)
  const name = options.baselines?.[category] ?? own ?? V2_BASELINES[category]
  if (name !== undefined) return name
  throw new MoaError(
    'data_invalid',
    `Arena-Hard category "${category}" has no known baseline and its judgments name none; name one for it.`,
  )
}

function isAgainst({ model, uid, baseline }: V2Judgment, wanted: string, log: ProblemLog): boolean {
  const place = { id: `${model}, ${uid}` }
  if (cutPath(model) === wanted) {
    log.add('value-unusable', 'The model is the baseline itself; its judgments are left out.', place)
  } else if ((baseline as string | undefined) !== undefined && baseline !== wanted) {
    log.add(
      'value-unusable',
      `Judged against another baseline than ${wanted}; the judgment is left out.`,
      place,
    )
  } else return true
  return false
}

interface Tables {
  readonly published: V2Table
  readonly corrected: V2Table
}

function tablesOf(entries: V2Entries, { options, style, log }: CategoryTask): Tables {
  const { styleControl: control } = options
  if (style === undefined || control === undefined) {
    const anchor = { model: entries.baseline, score: 0.5, lower: 0.5, upper: 0.5 }
    const figures = plainFigures(entries, options)
    const means = figures.map((row) => ({ ...row, score: row.point_mean as number }))
    return {
      published: { rows: v2Leaderboard([...figures, anchor]) },
      corrected: { rows: v2Leaderboard([...means, anchor]) },
    }
  }
  const styled = styledEntries(entries, style, log)
  if (styled.codes.length === 0) throw noStyle(entries.baseline)
  const model = styleModel(styled, { style, control, log })
  const { published, exact } = styledBootstrap(model, options)
  reportUnbounded(exact.figures, log)
  const table = ({ figures, coefficients }: StyledBootstrap): V2Table => ({
    rows: v2Leaderboard(figures),
    style_coefficients: Object.fromEntries(
      model.elements.map((element, k) => [STYLE_ELEMENTS[element] as string, coefficients[k] as number]),
    ),
  })
  return { published: table(published), corrected: table(exact) }
}

function reportUnbounded(figures: readonly V2Figures[], log: ProblemLog): void {
  for (const { model, score } of figures) {
    const message = 'Some resamples have no optimum, so the exact fit gives the model no score.'
    if (Number.isNaN(score)) log.add('unbounded', message, { id: model })
  }
}

function styleOf(answers: readonly ArenaAnswer[], log: ProblemLog): StyleTable {
  const { style, problems } = arenaStyle(answers)
  log.merge(problems)
  return style
}

function nothingToScore(where: string, count: number): MoaError {
  return new MoaError(
    'data_invalid',
    `None of the ${count} Arena-Hard v2.0 judgments of ${where} has a label in both games; ` +
      `look at the judge's replies and judge again.`,
  )
}

function noCategory(category: string, found: readonly string[]): MoaError {
  return new MoaError(
    'data_invalid',
    `No Arena-Hard judgment is of category "${category}"; the judgments have ${found.join(', ') || 'none'}.`,
  )
}

function noStyle(baseline: string): MoaError {
  return new MoaError(
    'data_invalid',
    `Style control needs the answers of every model and of the baseline ${baseline} with their token lengths, and ` +
      `no question has both; give the answer files or score without style control.`,
  )
}
