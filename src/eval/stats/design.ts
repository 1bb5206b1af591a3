/**
 * Where the loss stands at the present weights: each row's cost c and e = exp(w·x). With t = c/(1+e), the loss of a row
 * as a one has the slope -t and the curvature d = t·e/(1+e) along x.
 */
export interface RowState {
  readonly cost: Float64Array
  readonly exp: Float64Array
}

/**
 * The features of a regression, one column each, as the solver sees them. Besides plain products it carries the
 * quadratic model of one Newton round: curvatures d per row, and a step in the weights that starts at zero.
 */
export interface Design {
  readonly rows: number
  readonly features: number
  /** out_j = Σ over rows of x_ij v_i. */
  dots(values: Float64Array, out: Float64Array): void
  /** out_i = Σ over features of x_ij w_j. */
  linear(weights: Float64Array, out: Float64Array): void
  /** A design of these rows only, in this order. */
  pick(rows: Int32Array): Design
  /** Starts a quadratic model with a zero step; writes Σ x_ij t_i and Σ x_ij² d_i per feature. */
  begin(state: RowState, out: { slopes: Float64Array; diagonal: Float64Array }): void
  /** Σ over rows of x_ij d_i (x·step)_i. */
  product(feature: number): number
  /** Adds an amount to one feature's step. */
  move(feature: number, amount: number): void
  /** out_i = (x·step)_i. */
  step(out: Float64Array): void
}

/** The values at these rows, in this order. */
export function pickValues(values: Float64Array, rows: Int32Array): Float64Array {
  const picked = new Float64Array(rows.length)
  for (let index = 0; index < rows.length; index += 1) {
    picked[index] = values[rows[index] as number] as number
  }
  return picked
}
