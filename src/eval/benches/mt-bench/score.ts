import { MoaError } from '../../../core/errors.js'
import { didYouMean } from '../../../util/suggest.js'
import type { Problem, ProblemLog } from '../../problems.js'
import { aggregatePair, type PairRow } from './aggregate-pair.js'
import { aggregateSingle, type SingleTables } from './aggregate-single.js'
import { checkJudgments, hasVerdict } from './check.js'
import { DEFAULT_BASELINE } from './match-plan.js'
import type { MtBenchQuestion, PairJudgment, SingleJudgment } from './records.js'

interface CommonOptions {
  /** Scores these contestants only. */
  readonly models?: readonly string[]
  /** The question set, to tell missing and foreign judgments. Default: what the judgments themselves cover. */
  readonly questions?: readonly MtBenchQuestion[]
}

export interface SingleScoreOptions extends CommonOptions {
  readonly mode: 'single'
  readonly judgments: readonly SingleJudgment[]
}

export interface PairScoreOptions extends CommonOptions {
  readonly mode: 'pairwise-baseline' | 'pairwise-all'
  readonly judgments: readonly PairJudgment[]
  /** For mode `pairwise-baseline`. Default `gpt-3.5-turbo`, as in the published script. */
  readonly baseline?: string
}

export interface SingleScores {
  readonly benchmark: 'mt-bench'
  readonly mode: 'single'
  /** What the published script prints: every row counts, repeated ones too. */
  readonly published: SingleTables
  /** One judgment for each answer and turn, known questions only. */
  readonly corrected: SingleTables & { readonly rule: string }
  readonly problems: readonly Problem[]
}

export interface PairScores {
  readonly benchmark: 'mt-bench'
  readonly mode: 'pairwise-baseline' | 'pairwise-all'
  readonly baseline?: string
  /** What the published script prints: every row counts, and `models` filters by model_1 alone. */
  readonly published: readonly PairRow[]
  /** One judgment for each pair, question and turn, known questions only, `models` filters by both models. */
  readonly corrected: { readonly rule: string; readonly rows: readonly PairRow[] }
  readonly problems: readonly Problem[]
}

/**
 * Scores MT-Bench judgments.
 * @throws MoaError `data_invalid` when no judgment with a verdict is left to score.
 */
export function scoreMtBench(options: SingleScoreOptions): SingleScores
export function scoreMtBench(options: PairScoreOptions): PairScores
export function scoreMtBench(options: SingleScoreOptions | PairScoreOptions): SingleScores | PairScores
export function scoreMtBench(options: SingleScoreOptions | PairScoreOptions): SingleScores | PairScores {
  return options.mode === 'single' ? scoreSingle(options) : scorePairs(options)
}

function scoreSingle({ judgments, models, questions }: SingleScoreOptions): SingleScores {
  const wanted = models === undefined ? undefined : new Set(models)
  const rows = wanted === undefined ? judgments : judgments.filter(({ model }) => wanted.has(model))
  if (!rows.some(hasVerdict)) throw nothingToScore(judgments.length, modelsOf(judgments), options(models))
  const { distinct, log } = checkJudgments(rows, questions)
  reportNeverScored(rows, log)
  reportAbsent(models, modelsOf(rows), log)
  const published = aggregateSingle(rows)
  return {
    benchmark: 'mt-bench',
    mode: 'single',
    published,
    corrected: {
      rule: 'one judgment for each model, question and turn (the first with a score); unknown questions left out',
      ...(distinct === rows ? published : aggregateSingle(distinct)),
    },
    problems: log.list(),
  }
}

function reportNeverScored(rows: readonly SingleJudgment[], log: ProblemLog): void {
  const scored = new Set(rows.filter(hasVerdict).map(({ model }) => model))
  for (const model of modelsOf(rows)) {
    if (!scored.has(model)) {
      log.add('unscored', 'The judge never gave the model a score; it is missing from the tables.', {
        id: model,
      })
    }
  }
}

function reportAbsent(
  asked: readonly string[] | undefined,
  present: readonly string[],
  log: ProblemLog,
): void {
  for (const name of asked ?? []) {
    if (!present.includes(name))
      log.add('record-missing', 'No judgment concerns the model asked for.', { id: name })
  }
}

function scorePairs({ mode, judgments, models, questions, ...rest }: PairScoreOptions): PairScores {
  const baseline = mode === 'pairwise-baseline' ? (rest.baseline ?? DEFAULT_BASELINE) : undefined
  const wanted = models === undefined ? undefined : new Set(models)
  const filter = baseline === undefined ? {} : { baseline }
  const published = aggregatePair(judgments, {
    ...filter,
    ...(wanted !== undefined && { keep: ({ model_1 }) => wanted.has(model_1) }),
  })
  if (published.length === 0)
    throw nothingToScore(judgments.length, modelsOf(judgments), options(models, baseline))
  const concerned =
    baseline === undefined && wanted === undefined
      ? judgments
      : judgments.filter(
          ({ model_1, model_2 }) =>
            (baseline === undefined || model_1 === baseline || model_2 === baseline) &&
            (wanted === undefined ||
              [model_1, model_2].every((model) => model === baseline || wanted.has(model))),
        )
  const { distinct, log } = checkJudgments(concerned, questions)
  if (models !== undefined) reportAbsent(models, modelsOf(concerned), log)
  return {
    benchmark: 'mt-bench',
    mode,
    ...filter,
    published,
    corrected: {
      rule: 'one judgment for each pair, question and turn (the first with both verdicts); unknown questions left out',
      rows: distinct === judgments ? published : aggregatePair(distinct, filter),
    },
    problems: log.list(),
  }
}

function modelsOf(judgments: readonly (SingleJudgment | PairJudgment)[]): string[] {
  const names = new Set<string>()
  for (const judgment of judgments) {
    if ('model' in judgment) names.add(judgment.model)
    else names.add(judgment.model_1).add(judgment.model_2)
  }
  return [...names]
}

function options(models: readonly string[] | undefined, baseline?: string): readonly string[] {
  return [...(baseline === undefined ? [] : [baseline]), ...(models ?? [])]
}

function nothingToScore(count: number, present: readonly string[], asked: readonly string[]): MoaError {
  const absent = asked.filter((name) => !present.includes(name))
  if (count > 0 && absent.length > 0) {
    return new MoaError(
      'data_invalid',
      `No MT-Bench judgment with a verdict concerns ${absent.join(', ')}; name models the judgments have: ` +
        `${present.join(', ')}.${didYouMean(absent[0] as string, present)}`,
    )
  }
  return new MoaError(
    'data_invalid',
    `None of the ${count} MT-Bench judgments holds a verdict that can be scored; ` +
      `look at the judge's replies and judge again.`,
  )
}
