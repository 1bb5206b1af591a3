import { compareCodePoints } from '../../util/code-points.js'
import { normalCdf } from './normal.js'

/** A model's resampled benchmark scores and its reference rating. */
export interface ForecastModel {
  readonly model: string
  /** Mean and population variance of the benchmark's resamples. */
  readonly mean: number
  readonly variance: number
  /** Where the reference puts the model. */
  readonly rating: number
}

export interface PairForecast {
  /** Pairs in alphabetical order: how likely the benchmark takes the first for the weaker, and whether it is. */
  readonly pairs: readonly {
    readonly a: string
    readonly b: string
    readonly probability: number
    readonly label: 0 | 1
  }[]
  /** Mean squared error of the probabilities. */
  readonly brier: number
  /** Mean negative log likelihood, probabilities kept one rounding unit away from 0 and 1 as in scikit-learn. */
  readonly logLoss: number
}

/** How well a benchmark foretells the reference's order of every pair of models (Arena-Hard's notebook). */
export function forecastPairs(models: readonly ForecastModel[]): PairForecast {
  const sorted = [...models].sort((a, b) => compareCodePoints(a.model, b.model))
  const pairs = sorted.flatMap((a, index) =>
    sorted.slice(index + 1).map((b) => ({
      a: a.model,
      b: b.model,
      probability: normalCdf((b.mean - a.mean) / Math.sqrt(a.variance + b.variance)),
      label: a.rating < b.rating ? (1 as const) : (0 as const),
    })),
  )
  let brier = 0
  let logLoss = 0
  for (const { probability, label } of pairs) {
    brier += (probability - label) ** 2
    const kept = Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON)
    logLoss -= Math.log(label === 1 ? kept : 1 - kept)
  }
  return { pairs, brier: brier / pairs.length, logLoss: logLoss / pairs.length }
}

/** Mean and population variance of resamples. */
export function resampleMoments(values: readonly number[]): {
  readonly mean: number
  readonly variance: number
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, variance: squares / values.length }
}
