import type { Design, RowState } from './design.js'

/** The non-zero cells of one feature: `values[k]` stands in row `rows[k]`. */
export interface SparseColumn {
  readonly rows: Int32Array
  readonly values: Float64Array
}

/** Many columns that are mostly zero, such as dummies of models and instructions. */
export class SparseDesign implements Design {
  readonly rows: number
  readonly features: number
  readonly #columns: readonly SparseColumn[]
  readonly #step: Float64Array
  readonly #curvature: Float64Array

  constructor(rows: number, columns: readonly SparseColumn[]) {
    this.rows = rows
    this.features = columns.length
    this.#columns = columns
    this.#step = new Float64Array(rows)
    this.#curvature = new Float64Array(rows)
  }

  #column(feature: number): SparseColumn {
    return this.#columns[feature] as SparseColumn
  }

  dots(vector: Float64Array, out: Float64Array): void {
    for (let feature = 0; feature < this.features; feature += 1) {
      const { rows, values } = this.#column(feature)
      let total = 0
      for (let k = 0; k < rows.length; k += 1) {
        total += (values[k] as number) * (vector[rows[k] as number] as number)
      }
      out[feature] = total
    }
  }

  linear(weights: Float64Array, out: Float64Array): void {
    out.fill(0)
    for (let feature = 0; feature < this.features; feature += 1) {
      const weight = weights[feature] as number
      if (weight !== 0) this.#add(out, feature, weight)
    }
  }

  #add(out: Float64Array, feature: number, factor: number): void {
    const { rows, values } = this.#column(feature)
    for (let k = 0; k < rows.length; k += 1) {
      const row = rows[k] as number
      out[row] = (out[row] as number) + factor * (values[k] as number)
    }
  }

  pick(rows: Int32Array): SparseDesign {
    const places = new Int32Array(this.rows).fill(-1)
    for (let place = 0; place < rows.length; place += 1) places[rows[place] as number] = place
    const columns = this.#columns.map((column): SparseColumn => {
      const kept = [...column.rows.keys()].filter((k) => (places[column.rows[k] as number] as number) >= 0)
      return {
        rows: Int32Array.from(kept, (k) => places[column.rows[k] as number] as number),
        values: Float64Array.from(kept, (k) => column.values[k] as number),
      }
    })
    return new SparseDesign(rows.length, columns)
  }

  begin({ cost, exp }: RowState, out: { slopes: Float64Array; diagonal: Float64Array }): void {
    const [curvature, slope] = [this.#curvature, this.#step]
    for (let row = 0; row < this.rows; row += 1) {
      const e = exp[row] as number
      const t = (cost[row] as number) / (1 + e)
      slope[row] = t
      curvature[row] = (t * e) / (1 + e)
    }
    this.dots(slope, out.slopes)
    slope.fill(0)
    for (let feature = 0; feature < this.features; feature += 1) {
      const { rows, values } = this.#column(feature)
      let total = 0
      for (let k = 0; k < rows.length; k += 1) {
        const value = values[k] as number
        total += value * value * (curvature[rows[k] as number] as number)
      }
      out.diagonal[feature] = total
    }
  }

  product(feature: number): number {
    const { rows, values } = this.#column(feature)
    const [curvature, step] = [this.#curvature, this.#step]
    let total = 0
    for (let k = 0; k < rows.length; k += 1) {
      const row = rows[k] as number
      total += (values[k] as number) * (curvature[row] as number) * (step[row] as number)
    }
    return total
  }

  move(feature: number, amount: number): void {
    this.#add(this.#step, feature, amount)
  }

  step(out: Float64Array): void {
    out.set(this.#step)
  }
}
