import { fitLogistic, fitLogisticCrossValidated } from '../../../stats/cross-validation.js'
import { groupFolds, type FoldOrder } from '../../../stats/fold-order.js'
import type { LogisticFit, LogisticProblem } from '../../../stats/l1-logistic.js'
import { SparseDesign, type SparseColumn } from '../../../stats/sparse-design.js'
import { standardDeviation } from '../../../stats/summary.js'
import { MoaError } from '../../../../core/index.js'
import { seededRandom } from '../../../../util/random.js'
import type { AnnotationSet } from '../types.js'
import { isPreference, winShare } from './win-rate.js'

export interface JointFitOptions {
  /** Fixed cost; by default it is chosen by cross-validation, which takes some fifty fits. */
  readonly cost?: number
  readonly foldOrder?: FoldOrder
  /** Jitters length differences by up to half of 1e-4, as the official difficulties were made. Default: no jitter. */
  readonly jitterSeed?: number
  /**
   * Which instruction a row stands for: that of its position, as in the original, which is wrong for sets with missing
   * rows, or its own. Default `position`.
   */
  readonly places?: 'position' | 'instruction'
}

export interface JointFit {
  /** Difficulty of each instruction by its place; that of the first is 0. */
  readonly difficulties: Float64Array
  readonly models: readonly string[]
  /** Per model: its own weight and that of the length difference. */
  readonly modelWeights: Float64Array
  readonly lengthWeights: Float64Array
  readonly rows: number
  readonly cost: number
}

/**
 * Fits models and instructions together: how the official difficulties were made, once, on about 120 models. They are
 * fixed since; a fit on other models gives others, so use the published file for scores.
 *
 * @throws MoaError `data_invalid` when sets do not know the places of their instructions and are asked for them.
 */
export function fitJointly(sets: readonly AnnotationSet[], options: JointFitOptions = {}): JointFit {
  const cells = collectCells(sets, options)
  const problem = problemOf(cells, sets.length)
  const rows = cells.model.length
  let fit: LogisticFit & { cost: number }
  if (options.cost !== undefined) fit = { ...fitLogistic(problem, options.cost), cost: options.cost }
  else {
    const folds = groupFolds(rows, { order: options.foldOrder ?? 'plain', folds: 5 })
    fit = fitLogisticCrossValidated(problem, folds)
  }
  const [models, places] = [sets.length, cells.places]
  const difficulties = new Float64Array(places)
  difficulties.set(fit.weights.subarray(models, models + places - 1), 1)
  return {
    difficulties,
    models: sets.map((set) => set.model),
    modelWeights: fit.weights.slice(0, models),
    lengthWeights: fit.weights.slice(models + places - 1, 2 * models + places - 1),
    rows,
    cost: fit.cost,
  }
}

interface Cells {
  readonly model: number[]
  readonly place: number[]
  readonly length: number[]
  readonly share: number[]
  /** One more than the largest place. */
  readonly places: number
}

function collectCells(
  sets: readonly AnnotationSet[],
  { jitterSeed, places: from = 'position' }: JointFitOptions,
): Cells {
  const random = jitterSeed === undefined ? undefined : seededRandom(jitterSeed)
  const cells = { model: [], place: [], length: [], share: [] } as {
    model: number[]
    place: number[]
    length: number[]
    share: number[]
  }
  let places = 0
  sets.forEach((set, model) => {
    const index = placesOf(set, from)
    const jitter = (): number => (random ? (random.next() - 0.5) * 1e-4 : 0)
    const delta = set.length1.map((length, row) => length - (set.length2[row] as number) + jitter())
    const spread = standardDeviation(delta)
    set.preference.forEach((preference, row) => {
      const place = index[row] as number
      if (!isPreference(preference) || set.length2[row] === 0 || place < 0) return
      cells.model.push(model)
      cells.place.push(place)
      cells.length.push(Math.tanh((delta[row] as number) / spread))
      cells.share.push(winShare(preference))
      places = Math.max(places, place + 1)
    })
  })
  return { ...cells, places }
}

function placesOf(set: AnnotationSet, from: 'position' | 'instruction'): Int32Array {
  if (from === 'position') return Int32Array.from(set.preference.keys())
  if (set.index !== null) return set.index
  throw new MoaError(
    'data_invalid',
    `${set.model}: a joint fit by instruction needs to know each row's instruction; give the evaluation set as well.`,
  )
}

/** Columns in the original's order: models, instructions but the first, models × length, the constant. */
function problemOf({ model, place, length, share, places }: Cells, models: number): LogisticProblem {
  const rows = model.length
  const columns: { rows: number[]; values: number[] }[] = Array.from({ length: 2 * models + places }, () => ({
    rows: [],
    values: [],
  }))
  const set = (column: number, cell: { row: number; value: number }): void => {
    columns[column]?.rows.push(cell.row)
    columns[column]?.values.push(cell.value)
  }
  for (let row = 0; row < rows; row += 1) {
    set(model[row] as number, { row, value: 1 })
    if (place[row] !== 0) set(models + (place[row] as number) - 1, { row, value: 1 })
    set(models + places - 1 + (model[row] as number), { row, value: length[row] as number })
    set(2 * models + places - 1, { row, value: 1 })
  }
  const sparse = columns.map((column): SparseColumn => ({
    rows: Int32Array.from(column.rows),
    values: Float64Array.from(column.values),
  }))
  return {
    design: new SparseDesign(rows, sparse),
    weight: new Float64Array(rows).fill(1),
    label: Float64Array.from(share),
  }
}
