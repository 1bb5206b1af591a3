import type { ProblemLog } from '../../problems.js'
import { compareCodePoints } from '../../../util/code-points.js'
import { torchLbfgs } from '../../stats/lbfgs.js'
import { median, percentiles } from '../../stats/percentile.js'
import { fitLogistic } from '../../stats/logistic.js'
import {
  evaluateLogistic,
  type LogisticData,
  type SparseRows,
  sparseRows,
} from '../../stats/logistic-loss.js'
import { Resampler } from '../../stats/resample.js'
import type { ResampleOptions } from './elo-v01.js'
import type { V2Entries } from './entries-v2.js'
import type { V2Figures } from './leaderboard-v2.js'
import { CONTROLLED, STYLE_ELEMENTS, type StyleControl, type StyleTable } from './style.js'

/** Coefficients of a fit: every model including the baseline, sorted by name, then the style elements. */
export type V2Coefficients = Float64Array

export interface V2StyleModel {
  /** Models including the baseline, sorted. */
  readonly names: readonly string[]
  readonly baseline: number
  /** The style elements that follow the models, as positions in a style vector. */
  readonly elements: readonly number[]
  /** One row for each pair: 1 for the candidate, -1 for the baseline, then the standardised style differences. */
  readonly rows: SparseRows
  /** The same without the baseline's column: only differences between models count, so it can stay at zero. */
  readonly reduced: SparseRows
  readonly codes: Uint32Array
  readonly pairs: number
}

/** Everybody starts here, in the published fit; the sum of the models' coefficients never leaves it. */
const START = 0.5

/** The entries whose two answers have a usable style. The others are left out and reported. */
export function styledEntries(entries: V2Entries, style: StyleTable, log: ProblemLog): V2Entries {
  const { baseline, pairs, codes } = entries
  const tokensOf = (model: string, questionId: string): number | undefined => {
    const tokens = style.get(model)?.get(questionId)?.[0]
    const place = { id: `${model}, ${questionId}` }
    if (tokens === undefined)
      log.add('record-missing', 'The answer has no style; its entries are left out.', place)
    return tokens
  }
  const usable = pairs.map(({ fullName, questionId }) => {
    const tokens = tokensOf(fullName, questionId)
    const baselineTokens = tokensOf(baseline, questionId)
    if (tokens === undefined || baselineTokens === undefined) return false
    if (tokens + baselineTokens > 0) return true
    const message = 'Both answers are empty, so their lengths have no ratio; the entries are left out.'
    log.add('value-unusable', message, { id: `${fullName}, ${questionId}` })
    return false
  })
  return { ...entries, codes: codes.filter((code) => usable[Math.floor(code / 3)] === true) }
}

/**
 * The design of the style-controlled regression. Elements are standardised over the entries (n − 1); one that never
 * varies is left out and reported, where the published script would divide by zero.
 */
export function styleModel(
  entries: V2Entries,
  {
    style,
    control,
    log,
  }: { readonly style: StyleTable; readonly control: StyleControl; readonly log: ProblemLog },
): V2StyleModel {
  const { baseline, models, pairs, codes } = entries
  const names = [...new Set([...models, baseline])].sort(compareCodePoints)
  const anchor = names.indexOf(baseline)
  const elements: number[] = []
  const differences: Float64Array[] = []
  for (const element of CONTROLLED[control]) {
    const values = standardised(entries, style, element)
    if (values === undefined) {
      const place = { id: STYLE_ELEMENTS[element] as string }
      log.add('value-unusable', 'The style element never varies; it is left out of the regression.', place)
    } else {
      elements.push(element)
      differences.push(values)
    }
  }
  const columns = models.map((model) => names.indexOf(model))
  const rows = designOf(entries, differences, {
    columns: names.length,
    cells: (model) => [
      [columns[model] as number, 1],
      [anchor, -1],
    ],
  })
  const reduced = designOf(entries, differences, {
    columns: names.length - 1,
    cells: (model) => [[(columns[model] as number) - ((columns[model] as number) > anchor ? 1 : 0), 1]],
  })
  return { names, baseline: anchor, elements, rows, reduced, codes, pairs: pairs.length }
}

type Cell = readonly [column: number, value: number]

/** One row for each pair: the cells of its candidate, then the style differences in columns of their own. */
function designOf(
  { pairs }: V2Entries,
  differences: readonly Float64Array[],
  models: { readonly columns: number; readonly cells: (model: number) => readonly Cell[] },
): SparseRows {
  const own = pairs.map(({ model }, row): readonly Cell[] => [
    ...models.cells(model),
    ...differences.map((values, k): Cell => [models.columns + k, values[row] as number]),
  ])
  return sparseRows({
    width: own[0]?.length ?? 0,
    columns: models.columns + differences.length,
    indices: Int32Array.from(own.flatMap((cells) => cells.map(([column]) => column))),
    values: Float64Array.from(own.flatMap((cells) => cells.map(([, value]) => value))),
  })
}

/**
 * Tokens: (m − b) / (m + b). Others per token: (m − b) / (m + b + 1) of count / (tokens + 1). `undefined` where it
 * never varies.
 */
function standardised(
  { baseline, pairs, codes }: V2Entries,
  style: StyleTable,
  element: number,
): Float64Array | undefined {
  const differences = Float64Array.from(pairs, ({ fullName, questionId }) => {
    const own = style.get(fullName)?.get(questionId)
    const other = style.get(baseline)?.get(questionId)
    if (own === undefined || other === undefined) return 0
    if (element === 0) return (own[0] - other[0]) / (own[0] + other[0])
    const m = (own[element] as number) / (own[0] + 1)
    const b = (other[element] as number) / (other[0] + 1)
    return (m - b) / (m + b + 1)
  })
  let sum = 0
  for (const code of codes) sum += differences[Math.floor(code / 3)] as number
  const mean = sum / codes.length
  let squares = 0
  for (const code of codes) squares += ((differences[Math.floor(code / 3)] as number) - mean) ** 2
  const deviation = Math.sqrt(squares / (codes.length - 1))
  return deviation > 0 ? differences.map((value) => (value - mean) / deviation) : undefined
}

/** Observations of each pair: points, and the entries they come from. */
function observed(rows: SparseRows, counts: Uint32Array): LogisticData {
  const size = counts.length / 3
  const trials = new Float64Array(size)
  const wins = new Float64Array(size)
  for (let pair = 0, at = 0; pair < size; pair += 1, at += 3) {
    const [losses, halves, full] = [counts[at] as number, counts[at + 1] as number, counts[at + 2] as number]
    trials[pair] = losses + halves + full
    wins[pair] = full + halves / 2
  }
  return { rows, trials, wins }
}

/**
 * The published fit, step by step: torch's L-BFGS from ½ everywhere, rate 0.1, at most 50 steps. It stops before
 * the optimum; torch's single precision alone makes the remaining difference to it.
 */
export function publishedFit(model: V2StyleModel, counts: Uint32Array): V2Coefficients {
  const data = observed(model.rows, counts)
  return torchLbfgs({
    start: new Float64Array(model.rows.columns).fill(START),
    evaluate: (point, gradient) => evaluateLogistic({ data, point, gradient }),
    rate: 0.1,
    iterations: 50,
    gradientTolerance: 1e-9,
    changeTolerance: 1e-9,
  })
}

/**
 * The optimum the published fit is on its way to: the same regression solved exactly, shifted so that the models'
 * coefficients keep the sum they start with. `undefined` where there is none, such as for a candidate without
 * entries or with wins only.
 */
export function exactFit(
  { names, baseline, reduced }: V2StyleModel,
  counts: Uint32Array,
  start?: V2Coefficients,
): V2Coefficients | undefined {
  const relative = start?.map((value, column) =>
    column < names.length ? value - (start[baseline] as number) : value,
  )
  const { coefficients, converged } = fitLogistic(
    observed(reduced, counts),
    relative === undefined ? {} : { start: relative.filter((_, column) => column !== baseline) },
  )
  if (!converged) return undefined
  const others = coefficients.subarray(0, names.length - 1)
  const shift = START - others.reduce((total, value) => total + value, 0) / names.length
  const whole = new Float64Array(coefficients.length + 1)
  whole.set(coefficients.subarray(0, baseline))
  whole.set(coefficients.subarray(baseline), baseline + 1)
  return whole.map((value, column) => (column < names.length ? value + shift : value))
}

export interface StyledBootstrap {
  readonly figures: readonly V2Figures[]
  /** Medians of the style elements' coefficients. */
  readonly coefficients: readonly number[]
}

/** The two fits of the same resamples, published steps and exact optimum. */
export function styledBootstrap(
  model: V2StyleModel,
  options: ResampleOptions = {},
): { readonly published: StyledBootstrap; readonly exact: StyledBootstrap } {
  const { rounds = 100, resampler = new Resampler(options.seed) } = options
  const counts = new Uint32Array(3 * model.pairs)
  for (const code of model.codes) counts[code] = (counts[code] as number) + 1
  const full = exactFit(model, counts)
  const published: V2Coefficients[] = []
  const exact: V2Coefficients[] = []
  const none = new Float64Array(model.rows.columns).fill(NaN)
  for (let round = 0; round < rounds; round += 1) {
    resampler.tally(model.codes, counts)
    published.push(publishedFit(model, counts))
    exact.push(exactFit(model, counts, full) ?? none)
  }
  return { published: summary(model, published), exact: summary(model, exact) }
}

function summary(
  { names, baseline, elements }: V2StyleModel,
  fits: readonly V2Coefficients[],
): StyledBootstrap {
  const of = (column: number): number[] => fits.map((fit) => fit[column] as number)
  const anchors = of(baseline)
  const figures = names.map((model, column) => {
    const shares = of(column).map((value, round) => 1 / (1 + Math.exp((anchors[round] as number) - value)))
    const [lower, score, upper] = percentiles(shares, [0.05, 0.5, 0.95]) as [number, number, number]
    return { model, score, lower, upper }
  })
  const coefficients = elements.map((_, k) => median(of(names.length + k)))
  return { figures, coefficients }
}
