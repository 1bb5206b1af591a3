import type { ProblemLog } from '../../problems.js'
import { percentiles } from '../../stats/percentile.js'
import { fitLogistic, type LogisticFit } from '../../stats/logistic.js'
import { type SparseRows, sparseRows } from '../../stats/logistic-loss.js'
import { Resampler } from '../../stats/resample.js'
import type { Battles } from './battles-v01.js'
import type { EloBounds, ResampleOptions } from './elo-v01.js'
import { CONTROLLED, type StyleControl, type StyleTable } from './style.js'

export interface StyleFit {
  /** Models with their bootstrap bounds, the baseline first. */
  readonly elo: readonly EloBounds[]
  /** Weights of the standardised style elements. */
  readonly coefficients: readonly number[]
  /** The weights in each resample. */
  readonly resampledCoefficients: readonly (readonly number[])[]
}

export interface StyleOptions extends ResampleOptions {
  readonly style: StyleTable
  readonly control: StyleControl
}

/** Elo of the baseline under style control. */
const ANCHOR = 1114
const POINTS = 400

/** The battles both of whose answers have a style. The others are left out and reported. */
export function styledBattles(battles: Battles, style: StyleTable, log: ProblemLog): Battles {
  const { baseline, models, pairs, codes } = battles
  const has = (model: string, questionId: string): boolean => {
    if (style.get(model)?.has(questionId) === true) return true
    log.add('record-missing', 'The answer has no style; its battles are left out.', {
      id: `${model}, ${questionId}`,
    })
    return false
  }
  const usable = pairs.map(({ model, questionId }) => {
    const contestant = has(models[model] as string, questionId)
    return has(baseline, questionId) && contestant
  })
  return { ...battles, codes: codes.filter((code) => usable[Math.floor(code / 3)] === true) }
}

/**
 * Style-controlled Elo: logistic regression with penalty ½‖w‖² over battles entered twice, on model columns of
 * ±ln 10 and standardised style differences, solved to the optimum. The bootstrap draws battles as the published
 * one does; columns are not standardised again.
 */
export function fitStyledElo(battles: Battles, options: StyleOptions): StyleFit {
  const { style, control, rounds = 100, resampler = new Resampler(options.seed) } = options
  const { baseline, models, pairs, codes } = battles
  const rows = designOf(battles, style, CONTROLLED[control])
  const counts = new Uint32Array(3 * pairs.length)
  for (const code of codes) counts[code] = (counts[code] as number) + 1
  const full = fitCounts(rows, counts).coefficients
  const draws = models.map(() => new Float64Array(rounds))
  const resampledCoefficients: number[][] = []
  for (let round = 0; round < rounds; round += 1) {
    resampler.tally(codes, counts)
    const { coefficients } = fitCounts(rows, counts, full)
    const present = presentIn(battles, counts)
    for (const [index, elo] of elosOf(coefficients, models.length).entries()) {
      // A contestant without battles in the resample has no rating there, only the penalty's zero.
      ;(draws[index] as Float64Array)[round] = present[index] === true ? elo : NaN
    }
    resampledCoefficients.push([...coefficients.subarray(models.length + 1)])
  }
  const elos = elosOf(full, models.length)
  const contestants = models.map((model, index) =>
    bounded(model, elos[index] as number, draws[index] as Float64Array),
  )
  return {
    elo: [bounded(baseline, ANCHOR, new Float64Array(rounds).fill(ANCHOR)), ...contestants],
    coefficients: [...full.subarray(models.length + 1)],
    resampledCoefficients,
  }
}

function bounded(model: string, elo: number, draws: Float64Array): EloBounds {
  const [lower, upper] = percentiles(draws, [0.025, 0.975]) as [number, number]
  return { model, elo, lower, upper, draws }
}

function presentIn({ models, pairs }: Battles, counts: Uint32Array): boolean[] {
  const present = models.map(() => false)
  for (const [pair, { model }] of pairs.entries()) {
    const at = 3 * pair
    if ((counts[at] as number) + (counts[at + 1] as number) + (counts[at + 2] as number) > 0)
      present[model] = true
  }
  return present
}

/** Elo of each contestant from the coefficients of contestants, baseline and style. */
function elosOf(coefficients: Float64Array, count: number): number[] {
  const baseline = coefficients[count] as number
  return Array.from(coefficients.subarray(0, count), (value) => POINTS * (value - baseline) + ANCHOR)
}

/** Battles count twice: won by model_a or not; of a tie's two copies one is won. */
function fitCounts(rows: SparseRows, counts: Uint32Array, start?: Float64Array): LogisticFit {
  const size = counts.length / 3
  const trials = new Float64Array(size)
  const wins = new Float64Array(size)
  for (let pair = 0, at = 0; pair < size; pair += 1, at += 3) {
    const ties = counts[at + 2] as number
    wins[pair] = 2 * (counts[at] as number) + ties
    trials[pair] = (wins[pair] as number) + 2 * (counts[at + 1] as number) + ties
  }
  return fitLogistic({ rows, trials, wins }, { ridge: 1, ...(start !== undefined && { start }) })
}

/** One row for each pair: −ln 10 for the contestant, ln 10 for the baseline, then the style differences. */
function designOf(battles: Battles, style: StyleTable, elements: readonly number[]): SparseRows {
  const { models, pairs } = battles
  const width = 2 + elements.length
  const indices = new Int32Array(width * pairs.length)
  const values = new Float64Array(width * pairs.length)
  const differences = elements.map((element) => standardised(battles, style, element))
  for (const [row, { model }] of pairs.entries()) {
    indices[row * width] = model
    values[row * width] = -Math.LN10
    indices[row * width + 1] = models.length
    values[row * width + 1] = Math.LN10
    for (const [k, difference] of differences.entries()) {
      indices[row * width + 2 + k] = models.length + 1 + k
      values[row * width + 2 + k] = difference[row] as number
    }
  }
  return sparseRows({ width, columns: models.length + 1 + elements.length, indices, values })
}

/** (baseline − contestant) / (baseline + contestant + 1), to mean 0 and population deviation 1 over all battles. */
function standardised(
  { baseline, models, pairs, codes }: Battles,
  style: StyleTable,
  element: number,
): Float64Array {
  const differences = Float64Array.from(pairs, ({ model, questionId }) => {
    const a = style.get(baseline)?.get(questionId)?.[element] ?? 0
    const b = style.get(models[model] as string)?.get(questionId)?.[element] ?? 0
    return (a - b) / (a + b + 1)
  })
  let sum = 0
  for (const code of codes) sum += differences[Math.floor(code / 3)] as number
  const mean = sum / codes.length
  let squares = 0
  for (const code of codes) squares += ((differences[Math.floor(code / 3)] as number) - mean) ** 2
  const deviation = Math.sqrt(squares / codes.length)
  // An element that never varies tells nothing; the published script would divide by zero.
  return differences.map((value) => (deviation === 0 ? 0 : (value - mean) / deviation))
}
