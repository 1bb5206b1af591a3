import { roundScaled } from '../python/rounding.js'

/** Lower and upper bound. */
export type Bounds = readonly [lower: number, upper: number]

export interface Separability {
  /** Pairs whose intervals overlap; touching is not overlapping. */
  readonly overlapping: number
  readonly pairs: number
  /** As published: in percent, rounded to two decimals. */
  readonly overlapPercent: number
  /** As published: 100 minus the rounded overlap. */
  readonly separablePercent: number
}

/**
 * How well intervals keep models apart (Arena-Hard's "separability", arXiv 2406.11939). Two pairs with the same two
 * intervals count once, as in the published notebook.
 */
export function separability(intervals: readonly Bounds[]): Separability {
  const sorted = [...intervals].sort((a, b) => a[0] - b[0])
  const seen = new Set<string>()
  for (const [index, interval] of sorted.entries()) {
    for (const other of sorted.slice(index + 1)) {
      if (!(other[0] < interval[1])) break
      const [a, b] = [String(interval), String(other)]
      seen.add(a < b ? `${a};${b}` : `${b};${a}`)
    }
  }
  const pairs = (intervals.length * (intervals.length - 1)) / 2
  const overlapPercent = roundScaled((seen.size / pairs) * 100, 2)
  return { overlapping: seen.size, pairs, overlapPercent, separablePercent: 100 - overlapPercent }
}

/** Whether two intervals share more than a point. */
export function overlap(a: Bounds, b: Bounds): boolean {
  return Math.min(a[1], b[1]) - Math.max(a[0], b[0]) > 0
}
