import { evaluateLogistic, type LogisticData } from './logistic-loss.js'
import { solvePositiveDefinite } from './solve.js'

export interface LogisticOptions {
  /** Weight of the penalty ½·ridge·‖coefficients‖². Default 0. */
  readonly ridge?: number
  /** Default all zero. */
  readonly start?: ArrayLike<number>
}

export interface LogisticFit {
  readonly coefficients: Float64Array
  /** False when the data have no finite optimum, or rounding stops the search early. */
  readonly converged: boolean
}

/**
 * A step this small, relative to the coefficients, is the last: the distance left shrinks quadratically, to the
 * limits of rounding. A small gradient would not do, because it also vanishes on the way to an infinite optimum.
 */
const LAST_STEP = 1e-5
const MAX_STEPS = 60

/**
 * Logistic regression without intercept, by Newton steps with halving: minimises
 * `Σ trials·log(1 + e^z) − wins·z + ½·ridge·‖w‖²` with `z` a row times the coefficients `w`. Without a penalty the
 * columns must be independent.
 */
export function fitLogistic(data: LogisticData, { ridge = 0, start }: LogisticOptions = {}): LogisticFit {
  const { columns } = data.rows
  let coefficients: Float64Array = start === undefined ? new Float64Array(columns) : Float64Array.from(start)
  const gradient = new Float64Array(columns)
  const hessian = new Float64Array(columns * columns)
  let loss = evaluateLogistic({ data, ridge, point: coefficients, gradient, hessian })
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const direction = solvePositiveDefinite(hessian, gradient)
    if (direction === undefined) return { coefficients, converged: false }
    let scale = 1
    let next = moved(coefficients, direction, scale)
    if (largest(direction) <= LAST_STEP * (1 + largest(coefficients)))
      return { coefficients: next, converged: true }
    const before = loss
    loss = evaluateLogistic({ data, ridge, point: next, gradient, hessian })
    // Near the optimum rounding can raise the loss by a hair; that is no reason to halve.
    while (!(loss <= before + 1e-12 * Math.abs(before)) && scale > 1e-6) {
      scale /= 2
      next = moved(coefficients, direction, scale)
      loss = evaluateLogistic({ data, ridge, point: next, gradient, hessian })
    }
    coefficients = next
  }
  return { coefficients, converged: false }
}

function moved(from: Float64Array, direction: Float64Array, scale: number): Float64Array {
  return from.map((value, index) => value - scale * (direction[index] as number))
}

function largest(values: Float64Array): number {
  let result = 0
  for (const value of values) result = Math.max(result, Math.abs(value))
  return result
}
