import { compareCodePoints } from '../../../util/code-points.js'
import type { GameWinner, MtBenchJudge, PairJudgment } from './records.js'

/** A model's record over its comparisons, two games each. */
export interface PairRow {
  readonly model: string
  readonly win: number
  readonly loss: number
  /** Ties, and comparisons whose two games disagree. */
  readonly tie: number
  /** Shares of all comparisons, 0 to 1. */
  readonly win_rate: number
  readonly loss_rate: number
  /** A tie counts as half a win. */
  readonly win_rate_adjusted: number
}

export interface PairFilter {
  /** Keeps comparisons this test accepts. */
  readonly keep?: (judgment: PairJudgment) => boolean
  /** Keeps comparisons with this model and leaves its own row out. */
  readonly baseline?: string
}

/**
 * Wins, losses and ties by model, best adjusted win rate first, equal ones by name. Comparisons with an `error` in
 * either game don't count; a comparison is won if both games are.
 */
export function aggregatePair(
  judgments: readonly PairJudgment[],
  { keep, baseline }: PairFilter = {},
): PairRow[] {
  const records = new Map<string, { win: number; loss: number; tie: number }>()
  const recordOf = (model: string): { win: number; loss: number; tie: number } => {
    let record = records.get(model)
    if (record === undefined) records.set(model, (record = { win: 0, loss: 0, tie: 0 }))
    return record
  }
  for (const judgment of judgments) {
    const { model_1, model_2, g1_winner, g2_winner } = judgment
    if (g1_winner === 'error' || g2_winner === 'error' || keep?.(judgment) === false) continue
    if (baseline !== undefined && model_1 !== baseline && model_2 !== baseline) continue
    const first = recordOf(model_1)
    const second = recordOf(model_2)
    if (g1_winner === 'tie' || g1_winner !== g2_winner) {
      first.tie += 1
      second.tie += 1
    } else {
      const [winner, loser] = g1_winner === 'model_1' ? [first, second] : [second, first]
      winner.win += 1
      loser.loss += 1
    }
  }
  if (baseline !== undefined) records.delete(baseline)
  return [...records]
    .map(([model, record]) => pairRow(model, record))
    .sort((a, b) => compareCodePoints(a.model, b.model))
    .sort((a, b) => b.win_rate_adjusted - a.win_rate_adjusted)
}

function pairRow(model: string, record: { win: number; loss: number; tie: number }): PairRow {
  const { win, loss, tie } = record
  const count = win + loss + tie
  return {
    model,
    ...record,
    win_rate: win / count,
    loss_rate: loss / count,
    win_rate_adjusted: (win + 0.5 * tie) / count,
  }
}

/** How two games of a comparison came out together. */
export type PairOutcome = GameWinner | 'inconsistent'

/** Comparisons of one judge prompt between two models in alphabetical order, by outcome. */
export interface NormalisedPairCount {
  readonly judge: MtBenchJudge
  readonly model_1: string
  readonly model_2: string
  readonly outcome: PairOutcome
  readonly count: number
}

interface Game {
  readonly judgment: PairJudgment
  readonly outcome: PairOutcome
}

/**
 * Outcomes as the published browser counts them: by judge, question and models in alphabetical order, winners
 * swapped accordingly; of several judgments of a game one counts.
 */
export function normalisedPairCounts(judgments: readonly PairJudgment[]): NormalisedPairCount[] {
  const counts = new Map<string, NormalisedPairCount & { count: number }>()
  for (const { judgment, outcome } of lastGames(judgments)) {
    const { judge, model_1, model_2 } = judgment
    const [first, second] = compareCodePoints(model_1, model_2) < 0 ? [model_1, model_2] : [model_2, model_1]
    const key = JSON.stringify([judge, first, second, outcome])
    const entry = counts.get(key)
    if (entry === undefined) counts.set(key, { judge, model_1: first, model_2: second, outcome, count: 1 })
    else entry.count += 1
  }
  return [...counts.values()]
}

/**
 * One game for each judge, question and pair. The last judgment of a pair in a given order replaces earlier ones
 * but keeps their place; between the two orders the one that appeared later stays.
 */
function lastGames(judgments: readonly PairJudgment[]): Iterable<Game> {
  const ordered = new Map<string, PairJudgment>()
  for (const judgment of judgments) {
    const { judge, question_id, model_1, model_2 } = judgment
    ordered.set(JSON.stringify([judge, question_id, model_1, model_2]), judgment)
  }
  const games = new Map<string, Game>()
  for (const judgment of ordered.values()) {
    const { judge, question_id, model_1, model_2, g1_winner, g2_winner } = judgment
    const swap = compareCodePoints(model_1, model_2) >= 0
    const outcome = g1_winner === g2_winner ? g1_winner : 'inconsistent'
    const models = swap ? [model_2, model_1] : [model_1, model_2]
    games.set(JSON.stringify([judge, question_id, ...models]), {
      judgment,
      outcome: swap ? swapped(outcome) : outcome,
    })
  }
  return games.values()
}

function swapped(outcome: PairOutcome): PairOutcome {
  if (outcome === 'model_1') return 'model_2'
  return outcome === 'model_2' ? 'model_1' : outcome
}
