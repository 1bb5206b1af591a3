import type { Design } from './design.js'
import { Mt19937 } from './mt19937.js'
import { shuffleHead, swap } from './shuffle.js'

/**
 * Logistic regression on soft labels: each row counts with `weight` × `label` as a one and with the rest of its
 * weight as a zero.
 */
export interface LogisticProblem {
  readonly design: Design
  /** Weight of each row, at least 0. */
  readonly weight: Float64Array
  /** Share of each row that is a one, 0 to 1. */
  readonly label: Float64Array
}

export interface LogisticFit {
  readonly weights: Float64Array
  /** Newton rounds until the stopping rule held. */
  readonly rounds: number
}

const TOLERANCE = 1e-4
const MAX_ROUNDS = 100
const MAX_SWEEPS = 1000
const MAX_HALVINGS = 20
const SIGMA = 0.01
const RIDGE = 1e-12
const MAX_STEP = 10

/**
 * The L1-regularised solver of liblinear (Yuan, Ho and Lin, "An Improved GLMNET for L1-regularized Logistic
 * Regression", JMLR 13, 2012), with its random sweeps and its early stop, because published figures depend on both.
 * It minimises ||w||_1 + cost × Σ weight × log-loss, from zero, without intercept.
 *
 * The two copies of a row (as a one and as a zero) share their features, so their sums are taken together. All
 * memory is allocated once; one solver can fit its problem at many costs.
 */
export class L1LogisticSolver {
  readonly #problem: LogisticProblem
  readonly #features: number
  /** How many copies of rows have weight, and the tolerance that follows from the smaller class. */
  readonly #copies: number
  readonly #tolerance: number
  // Per row: cost × weight, exp(w·x), its candidate, x·step.
  readonly #cost: Float64Array
  #exp: Float64Array
  #nextExp: Float64Array
  readonly #step: Float64Array
  // Per feature.
  readonly #weights: Float64Array
  readonly #next: Float64Array
  readonly #zeros: Float64Array
  readonly #gradient: Float64Array
  readonly #diagonal: Float64Array
  readonly #order: Int32Array
  #norm = 0

  constructor(problem: LogisticProblem) {
    this.#problem = problem
    const { rows, features } = problem.design
    this.#features = features
    let [ones, zeros] = [0, 0]
    for (let row = 0; row < rows; row += 1) {
      const [weight, label] = [problem.weight[row] as number, problem.label[row] as number]
      if (weight * label > 0) ones += 1
      if (weight * (1 - label) > 0) zeros += 1
    }
    this.#copies = ones + zeros
    this.#tolerance = (TOLERANCE * Math.max(Math.min(ones, zeros), 1)) / this.#copies
    this.#cost = new Float64Array(rows)
    this.#exp = new Float64Array(rows)
    this.#nextExp = new Float64Array(rows)
    this.#step = new Float64Array(rows)
    this.#weights = new Float64Array(features)
    this.#next = new Float64Array(features)
    this.#zeros = new Float64Array(features)
    this.#gradient = new Float64Array(features)
    this.#diagonal = new Float64Array(features)
    this.#order = new Int32Array(features)
  }

  /** @param options.seed of the sweeps' order, plainly initialised mt19937. */
  fit(options: { cost: number; seed: number }): LogisticFit {
    this.#reset(options.cost)
    const random = new Mt19937(options.seed)
    let [first, sharpness, limit] = [0, 1, Infinity]
    let rounds = 0
    while (rounds < MAX_ROUNDS) {
      rounds += 1
      const { total, largest, active } = this.#measure(limit / this.#copies)
      if (rounds === 1) first = total
      if (total <= this.#tolerance * first) break
      const sweeps = this.#solveQuadratic(active, { target: sharpness * first, random })
      this.#search()
      if (sweeps === 1) sharpness /= 4
      limit = largest
    }
    return { weights: this.#weights.slice(), rounds }
  }

  #reset(cost: number): void {
    const { weight, label, design } = this.#problem
    for (let row = 0; row < weight.length; row += 1) {
      const rowCost = cost * (weight[row] as number)
      this.#cost[row] = rowCost
      this.#step[row] = rowCost * (1 - (label[row] as number))
    }
    design.dots(this.#step, this.#zeros)
    for (let feature = 0; feature < this.#features; feature += 1) this.#order[feature] = feature
    this.#exp.fill(1)
    this.#weights.fill(0)
    this.#next.fill(0)
    this.#norm = 0
  }

  /** How far each feature is from its optimum; features that stay at zero leave the active set. */
  #measure(limit: number): { total: number; largest: number; active: number } {
    const [order, gradient, diagonal] = [this.#order, this.#gradient, this.#diagonal]
    const state = { cost: this.#cost, exp: this.#exp }
    this.#problem.design.begin(state, { slopes: gradient, diagonal })
    for (let feature = 0; feature < this.#features; feature += 1) {
      gradient[feature] = (this.#zeros[feature] as number) - (gradient[feature] as number)
      diagonal[feature] = (diagonal[feature] as number) + RIDGE
    }
    let [total, largest, active] = [0, 0, this.#features]
    for (let place = 0; place < active;) {
      const feature = order[place] as number
      const violation = violationOf(this.#weights[feature] as number, gradient[feature] as number, limit)
      if (violation < 0) {
        active -= 1
        swap(order, place, active)
        continue
      }
      total += violation
      if (violation > largest) largest = violation
      place += 1
    }
    return { total, largest, active }
  }

  /** Coordinate descent on the quadratic model. Returns the number of sweeps. */
  #solveQuadratic(active: number, options: { target: number; random: Mt19937 }): number {
    let [size, limit, sweeps] = [active, Infinity, 0]
    while (sweeps < MAX_SWEEPS) {
      shuffleHead(this.#order, size, options.random)
      const swept = this.#sweep(size, limit / this.#copies)
      sweeps += 1
      size = swept.size
      if (swept.total > options.target) limit = swept.largest
      else if (size === active) break
      else [size, limit] = [active, Infinity]
    }
    return sweeps
  }

  #sweep(active: number, limit: number): { total: number; largest: number; size: number } {
    const { design } = this.#problem
    const [order, next] = [this.#order, this.#next]
    let [total, largest, size] = [0, 0, active]
    for (let place = 0; place < size;) {
      const feature = order[place] as number
      const weight = next[feature] as number
      const curvature = this.#diagonal[feature] as number
      const moved = weight - (this.#weights[feature] as number)
      const slope = (this.#gradient[feature] as number) + moved * RIDGE + design.product(feature)
      const violation = violationOf(weight, slope, limit)
      if (violation < 0) {
        size -= 1
        swap(order, place, size)
        continue
      }
      total += violation
      if (violation > largest) largest = violation
      place += 1
      const wanted = stepOf(weight, slope, curvature)
      if (Math.abs(wanted) < RIDGE) continue
      const step = Math.min(Math.max(wanted, -MAX_STEP), MAX_STEP)
      next[feature] = weight + step
      design.move(feature, step)
    }
    return { total, largest, size }
  }

  /** Halves the step until the objective falls far enough, then takes it. */
  #search(): void {
    const [weights, next, step] = [this.#weights, this.#next, this.#step]
    this.#problem.design.step(step)
    let [norm, delta, zeros] = [0, 0, 0]
    for (let feature = 0; feature < this.#features; feature += 1) {
      const moved = (next[feature] as number) - (weights[feature] as number)
      norm += Math.abs(next[feature] as number)
      delta += (this.#gradient[feature] as number) * moved
      zeros += (this.#zeros[feature] as number) * moved
    }
    delta += norm - this.#norm
    for (let trial = 0; trial < MAX_HALVINGS; trial += 1) {
      if (norm - this.#norm + zeros - SIGMA * delta + this.#lossChange() <= 0) {
        this.#accept(norm)
        return
      }
      norm = 0
      for (let feature = 0; feature < this.#features; feature += 1) {
        next[feature] = ((weights[feature] as number) + (next[feature] as number)) * 0.5
        norm += Math.abs(next[feature] as number)
      }
      delta *= 0.5
      zeros *= 0.5
      for (let row = 0; row < step.length; row += 1) step[row] = (step[row] as number) * 0.5
    }
  }

  #accept(norm: number): void {
    this.#weights.set(this.#next)
    this.#norm = norm
    const exp = this.#exp
    this.#exp = this.#nextExp
    this.#nextExp = exp
  }

  /**
   * Change of the loss without its part that is linear in the step: Σ cost × log((1+eE)/(E+eE)) with e = exp(w·x) and
   * E = exp(x·step). Rows of equal cost share one logarithm of their product.
   */
  #lossChange(): number {
    const cost = this.#cost
    const exp = this.#exp
    const nextExp = this.#nextExp
    const step = this.#step
    let total = 0
    let product = 1
    let current = 0
    for (let row = 0; row < cost.length; row += 1) {
      const factor = Math.exp(step[row] as number)
      const next = (exp[row] as number) * factor
      nextExp[row] = next
      const rowCost = cost[row] as number
      if (rowCost !== current || product > 1e100 || product < 1e-100) {
        total += current * Math.log(product)
        product = 1
        current = rowCost
      }
      product *= (1 + next) / (factor + next)
    }
    return total + current * Math.log(product)
  }
}

/** Violation of optimality; -1 for a zero weight so far inside its bounds that it can be put away. */
function violationOf(weight: number, slope: number, limit: number): number {
  const [up, down] = [slope + 1, slope - 1]
  if (weight > 0) return Math.abs(up)
  if (weight < 0) return Math.abs(down)
  if (up < 0) return -up
  if (down > 0) return down
  return up > limit && down < -limit ? -1 : 0
}

/** Minimiser of the one-dimensional model with its L1 term, as a step from the present weight. */
function stepOf(weight: number, slope: number, curvature: number): number {
  const [up, down] = [slope + 1, slope - 1]
  if (up < curvature * weight) return -up / curvature
  if (down > curvature * weight) return -down / curvature
  return -weight
}
