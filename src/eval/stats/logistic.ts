import { solvePositiveDefinite } from './solve.js'

/** Design rows with the same number of entries each, as column numbers and values side by side. */
export interface SparseRows {
  /** Entries in each row. */
  readonly width: number
  /** Columns of the whole design. */
  readonly columns: number
  readonly indices: Int32Array
  readonly values: Float64Array
}

export interface LogisticData {
  readonly rows: SparseRows
  /** How often each row was observed. Rows never observed cost nothing. */
  readonly trials: ArrayLike<number>
  /** Sum of the row's outcomes, each 0 to 1. */
  readonly wins: ArrayLike<number>
}

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
 * The search ends with a whole step this small, relative to the coefficients: steps shrink quadratically, so no
 * digit is left to gain. A small gradient would not do, because it also vanishes on the way to an infinite optimum.
 */
const LAST_STEP = 1e-7
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
  let loss = expand({ data, ridge, coefficients, gradient, hessian })
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const direction = solvePositiveDefinite(hessian, gradient)
    if (direction === undefined) return { coefficients, converged: false }
    const before = loss
    let scale = 1
    let next = moved(coefficients, direction, scale)
    loss = expand({ data, ridge, coefficients: next, gradient, hessian })
    // Near the optimum rounding can raise the loss by a hair; that is no reason to halve.
    while (!(loss <= before + 1e-12 * Math.abs(before)) && scale > 1e-6) {
      scale /= 2
      next = moved(coefficients, direction, scale)
      loss = expand({ data, ridge, coefficients: next, gradient, hessian })
    }
    coefficients = next
    if (scale === 1 && largest(direction) <= LAST_STEP * (1 + largest(coefficients))) {
      return { coefficients, converged: true }
    }
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

interface Expansion {
  readonly data: LogisticData
  readonly ridge: number
  readonly coefficients: Float64Array
  /** Filled. */
  readonly gradient: Float64Array
  /** Filled, row-major, both triangles. */
  readonly hessian: Float64Array
}

/** Loss, gradient and Hessian at the coefficients. */
function expand({ data, ridge, coefficients, gradient, hessian }: Expansion): number {
  const { width, columns, indices, values } = data.rows
  gradient.fill(0)
  hessian.fill(0)
  let loss = 0
  for (let row = 0, at = 0; row < data.trials.length; row += 1, at += width) {
    const trials = data.trials[row] as number
    if (trials === 0) continue
    let z = 0
    for (let k = at; k < at + width; k += 1)
      z += (values[k] as number) * (coefficients[indices[k] as number] as number)
    const wins = data.wins[row] as number
    const small = Math.exp(-Math.abs(z))
    const probability = z >= 0 ? 1 / (1 + small) : small / (1 + small)
    loss += trials * (Math.max(z, 0) + Math.log1p(small)) - wins * z
    const slope = trials * probability - wins
    const curve = trials * probability * (1 - probability)
    for (let k = at; k < at + width; k += 1) {
      const column = indices[k] as number
      const value = values[k] as number
      gradient[column] = (gradient[column] as number) + slope * value
      const weighted = curve * value
      for (let l = at; l <= k; l += 1) {
        // The lower triangle, whatever the order of the row's columns.
        const other = indices[l] as number
        const cell = column >= other ? column * columns + other : other * columns + column
        hessian[cell] = (hessian[cell] as number) + weighted * (values[l] as number)
      }
    }
  }
  for (let column = 0; column < columns; column += 1) {
    const coefficient = coefficients[column] as number
    loss += 0.5 * ridge * coefficient * coefficient
    gradient[column] = (gradient[column] as number) + ridge * coefficient
    const diagonal = column * columns + column
    hessian[diagonal] = (hessian[diagonal] as number) + ridge
  }
  return loss
}
