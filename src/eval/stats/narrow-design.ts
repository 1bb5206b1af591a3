import { pickValues, type Design, type RowState } from './design.js'

const MOST = 3

/**
 * One to three full columns. Each pass over the rows handles all of them at once and keeps the Gram matrix X'dX, so
 * that a sweep over the features costs nothing beside it. Missing columns are zeros.
 */
export class NarrowDesign implements Design {
  readonly rows: number
  readonly features: number
  readonly #columns: readonly Float64Array[]
  readonly #a: Float64Array
  readonly #b: Float64Array
  readonly #c: Float64Array
  readonly #gram = new Float64Array(MOST * MOST)
  readonly #step = new Float64Array(MOST)

  /** @param columns one to three, of equal length. */
  constructor(columns: readonly Float64Array[]) {
    const [first] = columns
    if (first === undefined || columns.length > MOST) {
      throw new RangeError(`NarrowDesign: expected 1 to ${MOST} columns, got ${columns.length}`)
    }
    this.#columns = columns
    this.features = columns.length
    this.rows = first.length
    this.#a = first
    this.#b = columns[1] ?? new Float64Array(this.rows)
    this.#c = columns[2] ?? new Float64Array(this.rows)
  }

  dots(values: Float64Array, out: Float64Array): void {
    this.#columns.forEach((column, feature) => {
      let total = 0
      for (let row = 0; row < column.length; row += 1)
        total += (column[row] as number) * (values[row] as number)
      out[feature] = total
    })
  }

  linear(weights: Float64Array, out: Float64Array): void {
    const a = this.#a
    const b = this.#b
    const c = this.#c
    const wa = weights[0] ?? 0
    const wb = weights[1] ?? 0
    const wc = weights[2] ?? 0
    for (let row = 0; row < out.length; row += 1) {
      out[row] = wa * (a[row] as number) + wb * (b[row] as number) + wc * (c[row] as number)
    }
  }

  pick(rows: Int32Array): NarrowDesign {
    return new NarrowDesign(this.#columns.map((column) => pickValues(column, rows)))
  }

  begin(state: RowState, out: { slopes: Float64Array; diagonal: Float64Array }): void {
    // Array destructuring in or around loops this hot costs more than the arithmetic.
    const a = this.#a
    const b = this.#b
    const c = this.#c
    const { cost, exp } = state
    let sa = 0
    let sb = 0
    let sc = 0
    let aa = 0
    let ab = 0
    let ac = 0
    let bb = 0
    let bc = 0
    let cc = 0
    for (let row = 0; row < cost.length; row += 1) {
      const xa = a[row] as number
      const xb = b[row] as number
      const xc = c[row] as number
      const e = exp[row] as number
      const inverse = 1 / (1 + e)
      const t = (cost[row] as number) * inverse
      const d = t * e * inverse
      const da = d * xa
      const db = d * xb
      sa += xa * t
      sb += xb * t
      sc += xc * t
      aa += da * xa
      ab += da * xb
      ac += da * xc
      bb += db * xb
      bc += db * xc
      cc += d * xc * xc
    }
    this.#gram.set([aa, ab, ac, ab, bb, bc, ac, bc, cc])
    this.#step.fill(0)
    out.slopes.set([sa, sb, sc].slice(0, this.features))
    out.diagonal.set([aa, bb, cc].slice(0, this.features))
  }

  product(feature: number): number {
    const gram = this.#gram
    const step = this.#step
    const start = feature * MOST
    return (
      (gram[start] as number) * (step[0] as number) +
      (gram[start + 1] as number) * (step[1] as number) +
      (gram[start + 2] as number) * (step[2] as number)
    )
  }

  move(feature: number, amount: number): void {
    this.#step[feature] = (this.#step[feature] as number) + amount
  }

  step(out: Float64Array): void {
    this.linear(this.#step, out)
  }
}
