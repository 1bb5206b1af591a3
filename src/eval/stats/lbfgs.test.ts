import { describe, expect, it } from 'vitest'
import { torchLbfgs } from './lbfgs.js'

const quadratic = (point: Float64Array, gradient: Float64Array): number => {
  let loss = 0
  for (const [index, value] of point.entries()) {
    gradient[index] = 2 * (index + 1) * value
    loss += (index + 1) * value * value
  }
  return loss
}
const options = { evaluate: quadratic, iterations: 100, gradientTolerance: 1e-9, changeTolerance: 1e-9 }

describe('torchLbfgs', () => {
  it('reaches the optimum of a quadratic at full step length', () => {
    const point = torchLbfgs({ ...options, start: [3, -2, 1], rate: 1 })
    for (const value of point) expect(Math.abs(value)).toBeLessThan(1e-4)
  })

  it('makes its first step min(1, 1/|g|) times the rate along the gradient', () => {
    const point = torchLbfgs({ ...options, start: [3], rate: 0.5, iterations: 1 })
    expect(point[0]).toBeCloseTo(3 - (0.5 / 6) * 6, 12)
  })

  it('keeps to its limits and stays at an optimum', () => {
    let calls = 0
    const counted = (point: Float64Array, gradient: Float64Array): number => {
      calls += 1
      return quadratic(point, gradient)
    }
    torchLbfgs({
      ...options,
      evaluate: counted,
      start: [3, -2],
      rate: 0.001,
      iterations: 1000,
      evaluations: 7,
    })
    expect(calls).toBe(7)
    expect([...torchLbfgs({ ...options, start: [0, 0], rate: 1 })]).toEqual([0, 0])
  })

  it('forgets the oldest steps beyond its history', () => {
    const point = torchLbfgs({ ...options, start: [3, -2, 1, 4], rate: 1, history: 2 })
    for (const value of point) expect(Math.abs(value)).toBeLessThan(1e-3)
  })
})
