import { type Interval, overlap } from './interval-overlap.js'

/** A model with its figure on a benchmark and on the reference it is measured against. */
export interface Paired<T> {
  readonly model: string
  readonly benchmark: T
  readonly reference: T
}

/** Share of pairs both sides put in the same order; a tie on either side never agrees. NaN below two models. */
export function strictAgreement(models: readonly Paired<number>[]): number {
  let agree = 0
  let pairs = 0
  for (const [a, b] of pairsOf(models)) {
    pairs += 1
    if (Math.sign(a.benchmark - b.benchmark) * Math.sign(a.reference - b.reference) > 0) agree += 1
  }
  return agree / pairs
}

export interface ConfidentAgreement {
  /** 1 for the same order, 0.5 where the benchmark's intervals overlap, 0 for the opposite order; summed. */
  readonly points: number
  /** Pairs whose reference intervals don't overlap. */
  readonly pairs: number
  /** `points / pairs`; NaN when no pair can be told apart. */
  readonly agreement: number
}

/**
 * Agreement with confidence, as the published notebook computes it (the paper, arXiv 2406.11939, defines a version
 * from -1 to 1).
 */
export function agreementWithConfidence(models: readonly Paired<Interval>[]): ConfidentAgreement {
  let points = 0
  let pairs = 0
  for (const [a, b] of pairsOf(models)) {
    if (overlap(a.reference, b.reference)) continue
    pairs += 1
    if (overlap(a.benchmark, b.benchmark)) points += 0.5
    else if (compareIntervals(a.benchmark, b.benchmark) * compareIntervals(a.reference, b.reference) > 0)
      points += 1
  }
  return { points, pairs, agreement: points / pairs }
}

/** By lower bound, then by upper. */
function compareIntervals(a: Interval, b: Interval): number {
  return Math.sign(a[0] - b[0]) || Math.sign(a[1] - b[1])
}

function* pairsOf<T>(items: readonly T[]): Generator<readonly [T, T]> {
  for (const [index, a] of items.entries()) for (const b of items.slice(index + 1)) yield [a, b]
}

/** Spearman's rank correlation, equal values sharing their mean rank. NaN where one side doesn't vary. */
export function rankCorrelation(models: readonly Paired<number>[]): number {
  const a = ranks(models.map(({ benchmark }) => benchmark))
  const b = ranks(models.map(({ reference }) => reference))
  const mean = (models.length + 1) / 2
  let ab = 0
  let aa = 0
  let bb = 0
  for (let index = 0; index < models.length; index += 1) {
    const da = (a[index] as number) - mean
    const db = (b[index] as number) - mean
    ab += da * db
    aa += da * da
    bb += db * db
  }
  return ab / Math.sqrt(aa * bb)
}

function ranks(values: readonly number[]): Float64Array {
  const order = values.map((_, index) => index).sort((i, j) => (values[i] as number) - (values[j] as number))
  const result = new Float64Array(values.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end += 1
    for (let at = start; at < end; at += 1) result[order[at] as number] = (start + end + 1) / 2
    start = end
  }
  return result
}
