import { pickValues } from './design.js'
import { L1LogisticSolver, type LogisticFit, type LogisticProblem } from './l1-logistic.js'

/** Costs 10^-4 to 10^4 in ten equal steps of the exponent, smallest first. */
export const COSTS: readonly number[] = Array.from({ length: 10 }, (_, k) => 10 ** (-4 + (8 * k) / 9))

/**
 * Seeds of the sweeps, one per cost along a fold's path: what NumPy's RandomState(123) hands to liblinear. A single fit
 * uses the first.
 */
const SEEDS = [
  843828734, 914636141, 1228959102, 1840268610, 974319580, 819844194, 220395238, 941243409, 942612051,
  2109339754,
] as const

const PROBABILITY_FLOOR = 1e-15

/** A cost chosen by cross-validation and the fit on all rows with it. */
export interface CrossValidatedFit extends LogisticFit {
  readonly cost: number
  /** Place of the cost in {@link COSTS}. */
  readonly costIndex: number
  /** Mean held-out log-likelihood of each cost, over folds. */
  readonly scores: readonly number[]
}

/** One fit on all rows at a given cost. */
export function fitLogistic(problem: LogisticProblem, cost: number): LogisticFit {
  return new L1LogisticSolver(problem).fit({ cost, seed: SEEDS[0] })
}

/**
 * Chooses the cost by held-out log-likelihood, each row weighted with its own weight and the smaller cost preferred
 * among equals, then fits all rows: scikit-learn's LogisticRegressionCV as AlpacaEval calls it.
 *
 * @param folds fold of each row, 0 to k-1.
 */
export function fitLogisticCrossValidated(problem: LogisticProblem, folds: Int32Array): CrossValidatedFit {
  const count = folds.reduce((largest, fold) => Math.max(largest, fold), -1) + 1
  const totals = new Float64Array(COSTS.length)
  for (let fold = 0; fold < count; fold += 1) {
    const { inside, outside } = splitRows(folds, fold)
    const solver = new L1LogisticSolver(pickProblem(problem, outside))
    const held = pickProblem(problem, inside)
    COSTS.forEach((cost, k) => {
      const { weights } = solver.fit({ cost, seed: SEEDS[k] as number })
      totals[k] = (totals[k] as number) + heldOutScore(held, weights)
    })
  }
  const scores = [...totals].map((total) => total / count)
  const costIndex = totals.indexOf(totals.reduce((best, total) => Math.max(best, total), -Infinity))
  const cost = COSTS[costIndex] as number
  return { ...fitLogistic(problem, cost), cost, costIndex, scores }
}

function splitRows(folds: Int32Array, fold: number): { inside: Int32Array; outside: Int32Array } {
  const [inside, outside] = [new Int32Array(folds.length), new Int32Array(folds.length)]
  let [within, without] = [0, 0]
  for (let row = 0; row < folds.length; row += 1) {
    if (folds[row] === fold) inside[within++] = row
    else outside[without++] = row
  }
  return { inside: inside.subarray(0, within), outside: outside.subarray(0, without) }
}

/** The rows of a problem, in the given order. */
export function pickProblem(problem: LogisticProblem, rows: Int32Array): LogisticProblem {
  return {
    design: problem.design.pick(rows),
    weight: pickValues(problem.weight, rows),
    label: pickValues(problem.label, rows),
  }
}

function heldOutScore({ design, weight, label }: LogisticProblem, weights: Float64Array): number {
  const linear = new Float64Array(design.rows)
  design.linear(weights, linear)
  let total = 0
  for (let row = 0; row < linear.length; row += 1) {
    const probability = 1 / (1 + Math.exp(-(linear[row] as number)))
    const clipped = Math.min(Math.max(probability, PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR)
    const q = label[row] as number
    total += (weight[row] as number) * (q * Math.log(clipped) + (1 - q) * Math.log(1 - clipped))
  }
  return total / linear.length
}
