/** Rows in a row whose entries stand in the same columns. */
export interface RowBlock {
  /** First row and the one after the last. */
  readonly start: number
  readonly end: number
  readonly columns: Int32Array
}

/** A design whose rows have the same number of entries each. */
export interface SparseRows {
  /** Entries in each row. */
  readonly width: number
  /** Columns of the whole design. */
  readonly columns: number
  /** Entries row by row. */
  readonly values: Float64Array
  readonly blocks: readonly RowBlock[]
}

/** A design from the column and the value of every entry, row by row. Few changes of columns make it fast. */
export function sparseRows(design: {
  readonly width: number
  readonly columns: number
  readonly indices: Int32Array
  readonly values: Float64Array
}): SparseRows {
  const { width, columns, indices, values } = design
  const blocks: RowBlock[] = []
  let start = 0
  for (let row = 0; row < values.length / width; row += 1) {
    const own = indices.subarray(row * width, (row + 1) * width)
    const next = indices.subarray((row + 1) * width, (row + 2) * width)
    if (next.length === width && own.every((column, k) => column === next[k])) continue
    blocks.push({ start, end: row + 1, columns: own })
    start = row + 1
  }
  return { width, columns, values, blocks }
}

export interface LogisticData {
  readonly rows: SparseRows
  /** How often each row was observed. Rows never observed cost nothing. */
  readonly trials: ArrayLike<number>
  /** Sum of the row's outcomes, each 0 to 1. */
  readonly wins: ArrayLike<number>
}

export interface LogisticPoint {
  readonly data: LogisticData
  /** Weight of the penalty ½·ridge·‖point‖². Default 0. */
  readonly ridge?: number
  readonly point: Float64Array
  /** Filled. */
  readonly gradient: Float64Array
  /** Filled where given: row-major, lower triangle. */
  readonly hessian?: Float64Array
}

/** `Σ trials·log(1 + e^z) − wins·z + ½·ridge·‖point‖²`, `z` a row times the point; fills its derivatives. */
export function evaluateLogistic({ data, ridge = 0, point, gradient, hessian }: LogisticPoint): number {
  const { width, columns, blocks } = data.rows
  gradient.fill(0)
  hessian?.fill(0)
  const own = {
    point: new Float64Array(width),
    gradient: new Float64Array(width),
    hessian: hessian && new Float64Array((width * (width + 1)) / 2),
  }
  let loss = 0
  for (const block of blocks) {
    for (let k = 0; k < width; k += 1) own.point[k] = point[block.columns[k] as number] as number
    loss +=
      own.hessian === undefined
        ? slopes(data, block, own)
        : curves(data, block, { ...own, hessian: own.hessian })
    scatter(block, { ...own, gradientSum: gradient, hessianSum: hessian, columns })
  }
  for (let column = 0; column < columns; column += 1) {
    const coefficient = point[column] as number
    loss += 0.5 * ridge * coefficient * coefficient
    gradient[column] = (gradient[column] as number) + ridge * coefficient
    const diagonal = column * columns + column
    if (hessian !== undefined) hessian[diagonal] = (hessian[diagonal] as number) + ridge
  }
  return loss
}

/** Point and derivatives of a block, in its own columns. */
interface Local {
  readonly point: Float64Array
  readonly gradient: Float64Array
}

/** Adds a block's loss and gradient. */
function slopes(
  { rows, trials, wins }: LogisticData,
  { start, end }: RowBlock,
  { point, gradient }: Local,
): number {
  const { width, values } = rows
  let loss = 0
  for (let row = start, at = start * width; row < end; row += 1, at += width) {
    const count = trials[row] as number
    if (count === 0) continue
    let z = 0
    for (let k = 0; k < width; k += 1) z += (values[at + k] as number) * (point[k] as number)
    const won = wins[row] as number
    const small = Math.exp(z < 0 ? z : -z)
    loss += count * ((z > 0 ? z : 0) + Math.log(1 + small)) - won * z
    // Wins and losses apart, so that the slope is exact even where one side's probability rounds to 1.
    const slope = (z < 0 ? (count - won) * small - won : count - won - won * small) / (1 + small)
    for (let k = 0; k < width; k += 1)
      gradient[k] = (gradient[k] as number) + slope * (values[at + k] as number)
  }
  return loss
}

/** Adds a block's loss, gradient and the packed lower triangle of its Hessian. */
function curves(
  { rows, trials, wins }: LogisticData,
  { start, end }: RowBlock,
  { point, gradient, hessian }: Local & { readonly hessian: Float64Array },
): number {
  const { width, values } = rows
  let loss = 0
  for (let row = start, at = start * width; row < end; row += 1, at += width) {
    const count = trials[row] as number
    if (count === 0) continue
    let z = 0
    for (let k = 0; k < width; k += 1) z += (values[at + k] as number) * (point[k] as number)
    const won = wins[row] as number
    const small = Math.exp(z < 0 ? z : -z)
    loss += count * ((z > 0 ? z : 0) + Math.log(1 + small)) - won * z
    // Wins and losses apart, so that the slope is exact even where one side's probability rounds to 1.
    const slope = (z < 0 ? (count - won) * small - won : count - won - won * small) / (1 + small)
    const curve = (count * small) / ((1 + small) * (1 + small))
    for (let k = 0, cell = 0; k < width; k += 1) {
      const value = values[at + k] as number
      gradient[k] = (gradient[k] as number) + slope * value
      const weighted = curve * value
      for (let l = 0; l <= k; l += 1, cell += 1) {
        hessian[cell] = (hessian[cell] as number) + weighted * (values[at + l] as number)
      }
    }
  }
  return loss
}

/** Adds a block's derivatives to the whole's and clears them. */
function scatter(
  block: RowBlock,
  {
    gradient,
    hessian,
    gradientSum,
    hessianSum,
    columns,
  }: {
    readonly gradient: Float64Array
    readonly hessian: Float64Array | undefined
    readonly gradientSum: Float64Array
    readonly hessianSum: Float64Array | undefined
    readonly columns: number
  },
): void {
  let cell = 0
  for (const [k, column] of block.columns.entries()) {
    gradientSum[column] = (gradientSum[column] as number) + (gradient[k] as number)
    if (hessian === undefined || hessianSum === undefined) continue
    for (let l = 0; l <= k; l += 1, cell += 1) {
      const other = block.columns[l] as number
      // Two entries in one column meet twice on the diagonal.
      const twice = column === other && k !== l ? 2 : 1
      const at = column >= other ? column * columns + other : other * columns + column
      hessianSum[at] = (hessianSum[at] as number) + twice * (hessian[cell] as number)
    }
  }
  gradient.fill(0)
  hessian?.fill(0)
}
