import { compareCodePoints } from '../../../util/code-points.js'
import { radarCategory, RADAR_CATEGORIES } from './categories.js'
import type { MtBenchTurn, SingleJudgment } from './records.js'

/** A model's mean score over `count` judgments. */
export interface MeanScore {
  readonly model: string
  /** 1 to 10. */
  readonly score: number
  readonly count: number
}

/** Tables in the published order: best first, equal scores by name. */
export interface SingleTables {
  readonly firstTurn: readonly MeanScore[]
  readonly secondTurn: readonly MeanScore[]
  /** Over all judgments of both turns, which is not the mean of the two turns when one has lost some. */
  readonly average: readonly MeanScore[]
  /** Mean of both turns by category, models in order of appearance. */
  readonly radar: readonly { readonly model: string; readonly category: string; readonly score: number }[]
}

interface Sum {
  total: number
  count: number
}

/** Means of scored answers; a score of -1 is no score, the radar leaves out every negative one. */
export function aggregateSingle(judgments: readonly SingleJudgment[]): SingleTables {
  const scored = judgments.filter(({ score }) => score !== -1)
  const ofTurn = (turn: MtBenchTurn): SingleJudgment[] => scored.filter((judgment) => judgment.turn === turn)
  return {
    firstTurn: means(ofTurn(1)),
    secondTurn: means(ofTurn(2)),
    average: means(scored),
    radar: radar(scored),
  }
}

function means(judgments: readonly SingleJudgment[]): MeanScore[] {
  const sums = new Map<string, Sum>()
  for (const { model, score } of judgments) add(sums, model, score)
  return [...sums]
    .map(([model, { total, count }]) => ({ model, score: total / count, count }))
    .sort((a, b) => compareCodePoints(a.model, b.model))
    .sort((a, b) => b.score - a.score)
}

function radar(judgments: readonly SingleJudgment[]): SingleTables['radar'] {
  const models = new Map<string, Map<string, Sum>>()
  for (const { model, question_id, score } of judgments) {
    let sums = models.get(model)
    if (sums === undefined) models.set(model, (sums = new Map<string, Sum>()))
    const category = radarCategory(question_id)
    if (category !== undefined && score >= 0) add(sums, category, score)
  }
  return [...models].flatMap(([model, sums]) =>
    RADAR_CATEGORIES.flatMap((category) => {
      const sum = sums.get(category)
      return sum === undefined ? [] : [{ model, category, score: sum.total / sum.count }]
    }),
  )
}

function add(sums: Map<string, Sum>, key: string, value: number): void {
  const sum = sums.get(key)
  if (sum === undefined) sums.set(key, { total: value, count: 1 })
  else {
    sum.total += value
    sum.count += 1
  }
}
