export interface LbfgsOptions {
  readonly start: ArrayLike<number>
  /** The loss at a point; fills `gradient`. */
  readonly evaluate: (point: Float64Array, gradient: Float64Array) => number
  /** Step length after the first step. */
  readonly rate: number
  readonly iterations: number
  /** Evaluations of the loss. Default: a quarter more than the iterations, rounded down. */
  readonly evaluations?: number
  /** Stops once the largest gradient entry is this small. */
  readonly gradientTolerance: number
  /** Stops once step or change of loss is this small. */
  readonly changeTolerance: number
  /** Pairs of steps and gradient changes kept. Default 100. */
  readonly history?: number
}

interface Pair {
  readonly step: Float64Array
  readonly change: Float64Array
  readonly inverse: number
}

/**
 * The steps of `torch.optim.LBFGS` without line search: a fixed step length, so it can stop well short of the
 * optimum. For reproducing figures published with it; to minimise, use something that converges.
 */
export function torchLbfgs(options: LbfgsOptions): Float64Array {
  const { evaluate, rate, iterations, gradientTolerance, changeTolerance, history = 100 } = options
  const maxEvaluations = options.evaluations ?? Math.floor((iterations * 5) / 4)
  const point = Float64Array.from(options.start)
  const gradient = new Float64Array(point.length)
  let loss = evaluate(point, gradient)
  if (largest(gradient) <= gradientTolerance) return point

  const pairs: Pair[] = []
  let scaling = 1
  let direction: Float64Array = gradient.map((value) => -value)
  let previousGradient: Float64Array = gradient.slice()
  let length = 0
  for (let iteration = 1, evaluations = 1; ; iteration += 1, evaluations += 1) {
    if (iteration > 1) {
      const step = direction.map((value) => value * length)
      const change = gradient.map((value, index) => value - (previousGradient[index] as number))
      const curvature = dot(change, step)
      if (curvature > 1e-10) {
        if (pairs.length === history) pairs.shift()
        pairs.push({ step, change, inverse: 1 / curvature })
        scaling = curvature / dot(change, change)
      }
      direction = twoLoop(gradient, pairs, scaling)
    }
    previousGradient = gradient.slice()
    const previousLoss = loss
    length = iteration === 1 ? Math.min(1, 1 / sumAbsolute(gradient)) * rate : rate
    if (dot(gradient, direction) > -changeTolerance) return point
    for (let index = 0; index < point.length; index += 1) {
      point[index] = (point[index] as number) + length * (direction[index] as number)
    }
    if (iteration === iterations) return point
    loss = evaluate(point, gradient)
    if (evaluations + 1 >= maxEvaluations) return point
    if (largest(gradient) <= gradientTolerance) return point
    if (largest(direction) * length <= changeTolerance) return point
    if (Math.abs(loss - previousLoss) < changeTolerance) return point
  }
}

/** The two-loop recursion (Nocedal 1980): the negative gradient times the approximate inverse Hessian. */
function twoLoop(gradient: Float64Array, pairs: readonly Pair[], scaling: number): Float64Array {
  const direction = gradient.map((value) => -value)
  const weights: number[] = []
  for (let index = pairs.length - 1; index >= 0; index -= 1) {
    const { step, change, inverse } = pairs[index] as Pair
    const weight = dot(step, direction) * inverse
    weights[index] = weight
    addScaled(direction, change, -weight)
  }
  for (let index = 0; index < direction.length; index += 1) {
    direction[index] = (direction[index] as number) * scaling
  }
  for (const [index, { step, change, inverse }] of pairs.entries()) {
    addScaled(direction, step, (weights[index] as number) - dot(change, direction) * inverse)
  }
  return direction
}

function addScaled(target: Float64Array, values: Float64Array, scale: number): void {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (target[index] as number) + scale * (values[index] as number)
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index += 1) sum += (a[index] as number) * (b[index] as number)
  return sum
}

function largest(values: Float64Array): number {
  let result = 0
  for (const value of values) result = Math.max(result, Math.abs(value))
  return result
}

function sumAbsolute(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += Math.abs(value)
  return sum
}
