/**
 * Solves `matrix · x = right` for a symmetric positive definite matrix by Cholesky decomposition. The matrix is
 * row-major; only its lower triangle is read. `undefined` when it isn't positive definite.
 */
export function solvePositiveDefinite(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const size = right.length
  const lower = Float64Array.from(matrix)
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = lower[row * size + column] as number
      for (let k = 0; k < column; k += 1) {
        sum -= (lower[row * size + k] as number) * (lower[column * size + k] as number)
      }
      if (row !== column) lower[row * size + column] = sum / (lower[column * size + column] as number)
      else if (sum > 0 && Number.isFinite(sum)) lower[row * size + row] = Math.sqrt(sum)
      else return undefined
    }
  }
  return backward(lower, forward(lower, right))
}

function forward(lower: Float64Array, right: Float64Array): Float64Array {
  const size = right.length
  const result = Float64Array.from(right)
  for (let row = 0; row < size; row += 1) {
    let sum = result[row] as number
    for (let k = 0; k < row; k += 1) sum -= (lower[row * size + k] as number) * (result[k] as number)
    result[row] = sum / (lower[row * size + row] as number)
  }
  return result
}

function backward(lower: Float64Array, right: Float64Array): Float64Array {
  const size = right.length
  const result = Float64Array.from(right)
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = result[row] as number
    for (let k = row + 1; k < size; k += 1) sum -= (lower[k * size + row] as number) * (result[k] as number)
    result[row] = sum / (lower[row * size + row] as number)
  }
  return result
}
