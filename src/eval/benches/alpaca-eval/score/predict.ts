import { mean } from '../../../stats/summary.js'
import type { LengthControlWeights } from '../types.js'

/**
 * Chance that one model beats another at equal length, from their stored weights: a fraction, not a percentage. Against
 * the baseline, whose weights are 0, it is the length-controlled win rate.
 *
 * @param difficulties of the evaluation set's instructions.
 */
export function predictWinRate(options: {
  model: LengthControlWeights
  opponent: LengthControlWeights
  difficulties: Float64Array
}): number {
  const { model, opponent, difficulties } = options
  const own = model.model - opponent.model
  const slope = model.difficulty - opponent.difficulty
  return mean(difficulties.map((difficulty) => 1 / (1 + Math.exp(-(own + slope * difficulty)))))
}
