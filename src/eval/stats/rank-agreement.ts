import { type Bounds, overlap } from './interval-overlap.js'

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
export function agreementWithConfidence(models: readonly Paired<Bounds>[]): ConfidentAgreement {
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
function compareIntervals(a: Bounds, b: Bounds): number {
  return Math.sign(a[0] - b[0]) || Math.sign(a[1] - b[1])
}

function* pairsOf<T>(items: readonly T[]): Generator<readonly [T, T]> {
  for (const [index, a] of items.entries()) for (const b of items.slice(index + 1)) yield [a, b]
}
