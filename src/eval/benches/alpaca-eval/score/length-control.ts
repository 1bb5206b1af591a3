import {
  fitLogistic,
  fitLogisticCrossValidated,
  type CrossValidatedFit,
} from '../../../stats/cross-validation.js'
import { groupFolds, type FoldOrder } from '../../../stats/fold-order.js'
import type { LogisticProblem } from '../../../stats/l1-logistic.js'
import { NarrowDesign } from '../../../stats/narrow-design.js'
import { mean, standardDeviation, standardError } from '../../../stats/summary.js'
import { gamedDifficulties } from '../read/gamed.js'
import type { AnnotationSet, GamedRows, LengthControlWeights } from '../types.js'
import { winShare } from './win-rate.js'

/**
 * Which model controls for length. `length_controlled_v1` is AlpacaEval 2.0's; `noreg` fits a model's own rows only;
 * `minimal` leaves difficulties out as well.
 */
export const LENGTH_CONTROLS = [
  'length_controlled_v1',
  'length_controlled_noreg',
  'length_controlled_minimal',
] as const

export type LengthControl = (typeof LENGTH_CONTROLS)[number]

export interface LengthControlOptions {
  /** Default `length_controlled_v1`. */
  readonly variant?: LengthControl
  readonly gamed: GamedRows
  /** Default `plain`, which nearly all published figures follow. */
  readonly foldOrder?: FoldOrder
  /** Difficulty of each row; by default that of the instruction whose place is the row's position. */
  readonly difficulties?: Float64Array
}

/** A length-controlled win rate and what it was made of. */
export interface LengthControlled {
  readonly length_controlled_winrate: number
  readonly lc_standard_error: number | null
  readonly weights: LengthControlWeights
  /** Chosen inverse strength of regularisation, and its place among the ten tried. Null for the baseline itself. */
  readonly cost: number | null
  readonly costIndex: number | null
  /** Mean held-out log-likelihood of each cost. */
  readonly scores: readonly number[]
  /** Chance of a win of each row at equal length, missing preferences included. */
  readonly predictions: Float64Array
}

/** Why no fit could be made. */
export interface NoLengthControl {
  readonly reason: string
}

/** Weight of a gamed row: half of the published strength of 0.2, since there are two per instruction. */
const GAMED_WEIGHT = 0.1

/** Win rate as if both outputs were equally long (Dubois et al., "Length-Controlled AlpacaEval", 2024). */
export function lengthControl(
  set: AnnotationSet,
  options: LengthControlOptions,
): LengthControlled | NoLengthControl {
  if (set.baseline !== null && set.model === set.baseline) return baselineAgainstItself(set)
  const rows = ownRows(set, options)
  if ('reason' in rows) return rows
  const problem = joinRows(rows, options)
  const folds = groupFolds(problem.weight.length, { order: options.foldOrder ?? 'plain', folds: 5 })
  return resultOf(fitLogisticCrossValidated(problem, folds), rows)
}

/** The same at a cost that was chosen before, with each own row counted as often as given: for resampling. */
export function lengthControlAt(
  set: AnnotationSet,
  options: LengthControlOptions & { cost: number; counts: Uint32Array },
): number {
  const rows = ownRows(set, options)
  if ('reason' in rows) return NaN
  const { weights } = fitLogistic(joinRows(rows, options), options.cost)
  const predictions = predictionsOf(weightsOf(weights, rows), rows.difficulty)
  let [total, drawn] = [0, 0]
  options.counts.forEach((count, row) => {
    total += count * (predictions[row] as number)
    drawn += count
  })
  return (100 * total) / drawn
}

/** The features of a contestant's own rows, before rows without a preference leave. */
interface OwnRows {
  readonly share: Float64Array
  readonly length: Float64Array
  readonly difficulty: Float64Array
  readonly weight: Float64Array
  /** Whether difficulty is a feature of the fit. */
  readonly withDifficulty: boolean
}

function ownRows(
  set: AnnotationSet,
  options: LengthControlOptions & { counts?: Uint32Array },
): OwnRows | NoLengthControl {
  const rows = set.preference.length
  const delta = Float64Array.from(set.length1, (length, row) => length - (set.length2[row] as number))
  const spread = options.counts ? countedDeviation(delta, options.counts) : standardDeviation(delta)
  if (!(spread > 0)) {
    return { reason: 'all pairs have the same difference in length, so length cannot be told from the model' }
  }
  const difficulty = options.difficulties ?? gamedDifficulties(options.gamed).slice(0, rows)
  const known = difficulty.length === rows && difficulty.every((value) => Number.isFinite(value))
  const withDifficulty = options.variant !== 'length_controlled_minimal'
  if (withDifficulty && !known) {
    return { reason: `there are ${rows} rows but no difficulty for some of them` }
  }
  const share = Float64Array.from(set.preference, winShare)
  if (share.every((value) => Number.isNaN(value))) return { reason: 'no row has a usable preference' }
  return {
    share,
    length: Float64Array.from(delta, (value) => Math.tanh(value / spread)),
    difficulty: known ? difficulty : new Float64Array(rows),
    weight: options.counts ? Float64Array.from(options.counts) : new Float64Array(rows).fill(1),
    withDifficulty,
  }
}

function countedDeviation(values: Float64Array, counts: Uint32Array): number {
  let [drawn, total, squares] = [0, 0, 0]
  values.forEach((value, row) => {
    drawn += counts[row] as number
    total += (counts[row] as number) * value
  })
  const centre = total / drawn
  values.forEach((value, row) => (squares += (counts[row] as number) * (value - centre) ** 2))
  return Math.sqrt(squares / (drawn - 1))
}

/** Gamed rows first, then the contestant's own rows that have a preference. */
function joinRows(
  own: OwnRows,
  { gamed, variant = 'length_controlled_v1' }: LengthControlOptions,
): LogisticProblem {
  const before = variant === 'length_controlled_v1' ? gamed.preference.length : 0
  const kept = Int32Array.from(own.share.keys()).filter((row) => !Number.isNaN(own.share[row]))
  const column = (gamedValue: (row: number) => number, ownValue: (row: number) => number): Float64Array =>
    Float64Array.from({ length: before + kept.length }, (_, row) =>
      row < before ? gamedValue(row) : ownValue(kept[row - before] as number),
    )
  const length = column(
    (row) => Math.tanh(gamed.stdDeltaLength[row] as number),
    (row) => own.length[row] as number,
  )
  const difficulty = column(
    (row) => gamed.difficulty[row] as number,
    (row) => own.difficulty[row] as number,
  )
  const model = column(
    () => 0,
    () => 1,
  )
  return {
    design: new NarrowDesign(own.withDifficulty ? [length, difficulty, model] : [length, model]),
    weight: column(
      () => GAMED_WEIGHT,
      (row) => own.weight[row] as number,
    ),
    label: column(
      (row) => gamed.preference[row] as number,
      (row) => own.share[row] as number,
    ),
  }
}

function weightsOf(weights: Float64Array, { withDifficulty }: OwnRows): LengthControlWeights {
  const [length = 0, second = 0, third = 0] = weights
  return withDifficulty
    ? { length, difficulty: second, model: third }
    : { length, difficulty: 0, model: second }
}

/** Chance of a win at equal length, per difficulty. */
function predictionsOf(weights: LengthControlWeights, difficulties: Float64Array): Float64Array {
  return difficulties.map((value) => 1 / (1 + Math.exp(-(weights.difficulty * value + weights.model))))
}

function resultOf(fit: CrossValidatedFit, rows: OwnRows): LengthControlled {
  const weights = weightsOf(fit.weights, rows)
  const predictions = predictionsOf(weights, rows.difficulty)
  return {
    length_controlled_winrate: 100 * mean(predictions),
    lc_standard_error: predictions.length > 1 ? 100 * standardError(predictions) : null,
    weights,
    cost: fit.cost,
    costIndex: fit.costIndex,
    scores: fit.scores,
    predictions,
  }
}

function baselineAgainstItself(set: AnnotationSet): LengthControlled {
  return {
    length_controlled_winrate: 50,
    lc_standard_error: 0,
    weights: { length: 0, difficulty: 0, model: 0 },
    cost: null,
    costIndex: null,
    scores: [],
    predictions: new Float64Array(set.preference.length).fill(0.5),
  }
}

/** Whether a length-controlled win rate is so far from the raw one that something may be wrong. */
export function isFarFromRaw(controlled: number, raw: number): boolean {
  return (
    controlled < Math.min(raw - raw / 4, raw - 10) || controlled > Math.max(raw + (100 - raw) / 4, raw + 10)
  )
}
