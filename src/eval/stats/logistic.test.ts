import { describe, expect, it } from 'vitest'
import { fitLogistic } from './logistic.js'
import { sparseRows } from './logistic-loss.js'
import { solvePositiveDefinite } from './solve.js'

const dense = (rows: readonly (readonly number[])[]) => {
  const width = rows[0]?.length ?? 0
  const indices = Int32Array.from(rows.flatMap((row) => row.map((_, column) => column)))
  return sparseRows({ width, columns: width, indices, values: Float64Array.from(rows.flat()) })
}

describe('fitLogistic', () => {
  it('finds the log odds of a single column', () => {
    const { coefficients, converged } = fitLogistic({ rows: dense([[1]]), trials: [10], wins: [7] })
    expect(converged).toBe(true)
    expect(coefficients[0]).toBeCloseTo(Math.log(7 / 3), 12)
  })

  it('makes the gradient vanish, with a penalty and columns in any order', () => {
    const indices = Int32Array.from([2, 0, 1, 2, 0, 1, 2, 1])
    const values = Float64Array.from([1, -2, 0.5, 1, 3, -1, -1, 2])
    const trials = [5, 4, 7, 0]
    const wins = [2.5, 4, 0, 0]
    const rows = sparseRows({ width: 2, columns: 3, indices, values })
    const { coefficients, converged } = fitLogistic({ rows, trials, wins }, { ridge: 1 })
    expect(converged).toBe(true)
    const gradient = [...coefficients]
    for (let row = 0; row < 4; row += 1) {
      let z = 0
      for (const k of [2 * row, 2 * row + 1])
        z += (values[k] as number) * (coefficients[indices[k] as number] as number)
      const slope = (trials[row] as number) / (1 + Math.exp(-z)) - (wins[row] as number)
      for (const k of [2 * row, 2 * row + 1]) {
        gradient[indices[k] as number] =
          (gradient[indices[k] as number] as number) + slope * (values[k] as number)
      }
    }
    for (const entry of gradient) expect(Math.abs(entry)).toBeLessThan(1e-9)
  })

  it('says so when there is no finite optimum', () => {
    expect(fitLogistic({ rows: dense([[1]]), trials: [10], wins: [10] }).converged).toBe(false)
  })
})

describe('solvePositiveDefinite', () => {
  it('solves, reading the lower triangle only', () => {
    const matrix = Float64Array.from([4, NaN, 2, 3])
    const [x, y] = solvePositiveDefinite(matrix, Float64Array.from([8, 7]))!
    expect(x).toBeCloseTo(1.25, 14)
    expect(y).toBeCloseTo(1.5, 14)
  })

  it('refuses a matrix that is not positive definite', () => {
    expect(solvePositiveDefinite(Float64Array.from([1, 2, 2, 1]), Float64Array.from([1, 1]))).toBeUndefined()
    expect(solvePositiveDefinite(Float64Array.from([NaN]), Float64Array.from([1]))).toBeUndefined()
  })
})
