import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitLogistic, fitLogisticCrossValidated, COSTS } from './cross-validation.js'
import { groupFolds } from './fold-order.js'
import { L1LogisticSolver, type LogisticProblem } from './l1-logistic.js'
import { NarrowDesign } from './narrow-design.js'
import { SparseDesign } from './sparse-design.js'
import { seededRandom } from '../../util/random.js'

interface Cells {
  columns: Float64Array[]
  weight: Float64Array
  label: Float64Array
}

/** Soft labels drawn from a known model, so that the fit has something to find. */
function drawCells(rows: number, seed: number): Cells {
  const random = seededRandom(seed)
  const column = (): Float64Array => Float64Array.from({ length: rows }, () => random.normal())
  const columns = [column(), column(), new Float64Array(rows).fill(1)]
  const label = Float64Array.from({ length: rows }, (_, row) => {
    const linear = 1.5 * columns[0]![row]! - 0.5 * columns[1]![row]! + 0.25
    return Math.min(1, Math.max(0, 1 / (1 + Math.exp(-linear)) + 0.2 * random.normal()))
  })
  const weight = Float64Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? 0.1 : 1))
  return { columns, weight, label }
}

const narrow = ({ columns, ...rest }: Cells): LogisticProblem => ({
  design: new NarrowDesign(columns),
  ...rest,
})
const sparse = ({ columns, ...rest }: Cells): LogisticProblem => ({
  design: new SparseDesign(
    rest.weight.length,
    columns.map((values) => ({ rows: Int32Array.from(values, (_, row) => row), values })),
  ),
  ...rest,
})

function objective({ columns, weight, label }: Cells, cost: number): (w: Float64Array) => number {
  return (w) => {
    let total = 0
    for (const weight of w) total += Math.abs(weight)
    for (let row = 0; row < weight.length; row += 1) {
      let linear = 0
      columns.forEach((column, feature) => (linear += column[row]! * w[feature]!))
      const [one, zero] = [Math.log1p(Math.exp(-linear)), Math.log1p(Math.exp(linear))]
      total += cost * weight[row]! * (label[row]! * one + (1 - label[row]!) * zero)
    }
    return total
  }
}

describe('L1 logistic regression', () => {
  it('finds a point no neighbour beats by more than its tolerance', () => {
    for (const cost of [0.01, 0.3, 10]) {
      const cells = drawCells(300, 7)
      const { weights } = fitLogistic(narrow(cells), cost)
      const value = objective(cells, cost)
      const best = value(weights)
      for (const step of [0.1, -0.1, 0.01, -0.01]) {
        for (const feature of weights.keys()) {
          const other = weights.map((weight, index) => (index === feature ? weight + step : weight))
          expect(value(other)).toBeGreaterThan(best - 1e-4 * Math.max(1, best))
        }
      }
    }
  })

  it('leaves all weights at zero where the penalty outweighs the data', () => {
    expect([...fitLogistic(narrow(drawCells(50, 1)), 1e-6).weights]).toEqual([0, 0, 0])
  })

  it('gives the same answer from narrow and from sparse columns, and from one solver used again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 120 }),
        fc.integer(),
        fc.constantFrom(0.05, 1, 20),
        (rows, seed, cost) => {
          const cells = drawCells(rows, seed)
          const solver = new L1LogisticSolver(narrow(cells))
          solver.fit({ cost: 3, seed: 1 })
          const [a, b, again] = [
            fitLogistic(narrow(cells), cost).weights,
            fitLogistic(sparse(cells), cost).weights,
            solver.fit({ cost, seed: 843828734 }).weights,
          ]
          a.forEach((weight, feature) => {
            expect(b[feature]).toBeCloseTo(weight, 3)
            expect(again[feature]).toBe(weight)
          })
        },
      ),
      { numRuns: 30 },
    )
  })

  it('chooses among ten costs, the smaller of equals', () => {
    const cells = drawCells(200, 3)
    const folds = groupFolds(200, { order: 'plain', folds: 5 })
    const fit = fitLogisticCrossValidated(narrow(cells), folds)
    expect(fit.scores).toHaveLength(COSTS.length)
    expect(fit.cost).toBe(COSTS[fit.costIndex])
    expect(Math.max(...fit.scores)).toBe(fit.scores[fit.costIndex])
    expect([...fit.weights]).toEqual([...fitLogistic(narrow(cells), fit.cost).weights])

    const flat = fitLogisticCrossValidated(
      narrow({ ...cells, label: new Float64Array(200).fill(0.5) }),
      folds,
    )
    expect(flat.costIndex).toBe(0)
    expect([...flat.weights]).toEqual([0, 0, 0])
  })

  it('counts rows without weight as absent', () => {
    const cells = drawCells(80, 5)
    const dropped = Float64Array.from(cells.weight, (weight, row) => (row < 40 ? 0 : weight))
    const tail = {
      columns: cells.columns.map((column) => column.slice(40)),
      weight: cells.weight.slice(40),
      label: cells.label.slice(40),
    }
    const [a, b] = [
      fitLogistic(narrow({ ...cells, weight: dropped }), 5).weights,
      fitLogistic(narrow(tail), 5).weights,
    ]
    a.forEach((weight, feature) => expect(weight).toBeCloseTo(b[feature]!, 10))
  })

  it('takes one to three columns in a narrow design', () => {
    expect(() => new NarrowDesign([])).toThrow(RangeError)
    expect(() => new NarrowDesign(Array.from({ length: 4 }, () => new Float64Array(1)))).toThrow(RangeError)
    const { columns, ...rest } = drawCells(60, 2)
    expect(fitLogistic({ design: new NarrowDesign(columns.slice(0, 2)), ...rest }, 1).weights).toHaveLength(2)
  })
})
