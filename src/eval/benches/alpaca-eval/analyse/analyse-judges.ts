import { mean, type BootstrapOptions } from '../../../stats/index.js'
import { ProblemLog, type Problem } from '../../../problems.js'
import type { HumanVote, JudgeVote } from '../read/votes.js'
import type { Leaderboard } from '../score/leaderboard.js'
import { agreementWithHumans, biasOf, varianceOf, type AgreementReport } from './agreement.js'
import { fillBallot, humanBallot, longestBallot, type Ballot } from './ballot.js'
import { gatherGold, type Gold } from './gold.js'
import { judgeIntervals, type JudgeIntervals } from './intervals.js'
import type { ListDetection } from './list-detection.js'
import { correlate, winRatesOf, type WinRates } from './rank-models.js'
import { styleOf, type StyleReport } from './style.js'
import { swapConsistency, type SwapConsistency } from './swap-consistency.js'

/** The columns of the leaderboard of judges, in order. */
export const JUDGE_COLUMNS = [
  'Human agreement',
  'Price [$/1000 examples]',
  'Time [seconds/1000 examples]',
  'Spearman corr.',
  'Pearson corr.',
  'Bias',
  'Variance',
  'Proba. prefer longer',
  'Proba. prefer lists',
  'Proba. prefer 1',
  '# parsed',
] as const

export type JudgeColumn = (typeof JUDGE_COLUMNS)[number]

/** One judge's line; null where a figure can't be had, as bias and variance of a single seed. */
export type JudgeRow = { readonly judge: string } & Readonly<Record<JudgeColumn, number | null>>

export interface JudgeDetails {
  readonly agreement: AgreementReport
  readonly bias: AgreementReport
  readonly variance: AgreementReport | null
  readonly correlations: { readonly spearman: number | null; readonly pearson: number | null }
  readonly style: StyleReport
  readonly winRates: WinRates
  /** Only for judges whose votes were given, on request. */
  readonly swap: SwapConsistency | null
  /** Bootstrap intervals over pairs of what rests on votes, on request. */
  readonly intervals: JudgeIntervals
}

export interface AnalyseOptions {
  /** Several human votes per pair. */
  readonly crossAnnotations: readonly HumanVote[]
  /** Votes that name the model of each pair; without them there are no correlations. */
  readonly annotations?: readonly HumanVote[]
  /** Judges with their votes, each of one or several seeds. */
  readonly judges: readonly {
    readonly name: string
    readonly votes: readonly JudgeVote[]
    /** Set to false for a judge that always saw the outputs in the given order. */
    readonly randomizeOrder?: boolean
  }[]
  /** Default `current`; `0.6.2` for rows as published before August 2024. */
  readonly lists?: ListDetection
  /** Adds the rows of `humans` and `longest`. Default true. */
  readonly references?: boolean
  /** Adds swap consistency. Default false. */
  readonly swaps?: boolean
  /** Adds bootstrap intervals. */
  readonly bootstrap?: BootstrapOptions
}

export interface JudgeAnalysis {
  /** Best agreement first. */
  readonly rows: readonly JudgeRow[]
  readonly details: ReadonlyMap<string, JudgeDetails>
  readonly problems: readonly Problem[]
}

/**
 * Compares judges with people: the leaderboard of judges. Price and time are each judge's own (version 0.6.6 of the
 * original shows the people's in every row by mistake).
 *
 * @throws MoaError `data_invalid` when no pair has four human votes.
 */
export function analyseJudges(options: AnalyseOptions): JudgeAnalysis {
  const log = new ProblemLog()
  const { crossAnnotations, annotations = [], lists = 'current' } = options
  const gold = gatherGold(crossAnnotations, { annotations, log })
  const humans = humanBallot(gold)
  const context: Context = { ...options, gold, lists, humans, humanRates: winRatesOf(humans, gold) }
  const analysed = options.judges.map((judge) => {
    const line = analyse(fillBallot(judge, { gold, log }), context)
    return { ...line, details: { ...line.details, swap: options.swaps ? swapsOf(judge) : null } }
  })
  if (options.references ?? true) {
    analysed.push(analyse(humans, context), analyse(longestBallot(gold), context))
  }
  const rows = analysed.map((line) => line.row)
  rows.sort((a, b) => (b['Human agreement'] ?? -Infinity) - (a['Human agreement'] ?? -Infinity) || 0)
  return {
    rows,
    details: new Map(analysed.map(({ row, details }) => [row.judge, details])),
    problems: log.list(),
  }
}

interface Context extends AnalyseOptions {
  readonly gold: Gold
  readonly lists: ListDetection
  readonly humans: Ballot
  readonly humanRates: WinRates
}

function swapsOf(judge: AnalyseOptions['judges'][number]): SwapConsistency {
  return judge.randomizeOrder === false
    ? swapConsistency(judge.votes, () => false)
    : swapConsistency(judge.votes)
}

function analyse(ballot: Ballot, context: Context): { row: JudgeRow; details: JudgeDetails } {
  const { gold, lists, humans, humanRates, bootstrap } = context
  const models = Object.keys(humanRates)
  const human = ballot.name === 'humans'
  const variance = varianceOf(ballot)
  const winRates = winRatesOf(ballot, gold)
  const agreement = human && variance ? variance : agreementWithHumans(ballot, gold)
  const details: JudgeDetails = {
    agreement,
    bias: biasOf(ballot, gold),
    variance,
    correlations: correlate(winRates, humanRates),
    style: styleOf(ballot, { gold, lists }),
    winRates,
    swap: null,
    intervals: bootstrap ? judgeIntervals(ballot, { gold, lists, humans, models, bootstrap }) : {},
  }
  return { row: rowOf(ballot, details), details }
}

function rowOf(ballot: Ballot, details: JudgeDetails): JudgeRow {
  const cast = ballot.votes.flatMap((votes) => [...votes].filter((vote) => !Number.isNaN(vote)))
  const several = ballot.votes.length > 1
  const numbers: Record<JudgeColumn, number> = {
    'Human agreement': 100 * details.agreement.score,
    'Price [$/1000 examples]': 1000 * mean(ballot.prices),
    'Time [seconds/1000 examples]': 1000 * mean(ballot.times),
    'Spearman corr.': details.correlations.spearman ?? NaN,
    'Pearson corr.': details.correlations.pearson ?? NaN,
    Bias: several ? 100 * (ballot.name === 'humans' ? 0 : details.bias.error) : NaN,
    Variance: 100 * (details.variance?.error ?? NaN),
    'Proba. prefer longer': details.style.probability_prefer_longer ?? NaN,
    'Proba. prefer lists': details.style.probability_prefer_list ?? NaN,
    'Proba. prefer 1': 2 - mean(cast.map((vote) => (vote === 0 ? 1.5 : vote))),
    '# parsed': cast.length,
  }
  const cells = Object.entries(numbers).map(([column, value]) => [column, Number.isNaN(value) ? null : value])
  return { judge: ballot.name, ...(Object.fromEntries(cells) as Record<JudgeColumn, number | null>) }
}

/** The judges' rows as a leaderboard that can be written as a file. */
export function judgeLeaderboard(rows: readonly JudgeRow[]): Leaderboard {
  return {
    columns: JUDGE_COLUMNS,
    wholeNumbers: new Set(['# parsed']),
    rows: rows.map(({ judge, ...cells }) => ({ model: judge, cells })),
  }
}

const MINIMAL_JUDGES = [
  'weighted_alpaca_eval_gpt4_turbo',
  'alpaca_eval_gpt4',
  'aviary_gpt4',
  'gpt4',
  'claude',
  'text_davinci_003',
  'chatgpt',
  'lmsys_gpt4',
  'humans',
  'alpaca_farm_greedy_gpt4',
] as const

const VERIFIED_JUDGES = [
  ...MINIMAL_JUDGES,
  'claude_ranking',
  'improved_aviary_gpt4',
  'improved_lmsys_gpt4',
  'cohere',
  'alpaca_farm',
  'guanaco_33b',
  'longest',
] as const

/** Judges a reading mode shows where a leaderboard has no `mode` column of its own. */
export const JUDGES_OF_MODE: Readonly<Record<'minimal' | 'verified', readonly string[]>> = {
  minimal: MINIMAL_JUDGES,
  verified: VERIFIED_JUDGES,
}
