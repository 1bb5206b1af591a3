/**
 * Percentiles as NumPy and pandas compute them by default: linear between the two nearest values, from the nearer
 * end. NaN when any value is NaN or there is none; infinite values are allowed.
 */
export function linearPercentiles(values: ArrayLike<number>, percents: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort()
  if (sorted.length === 0 || Number.isNaN(sorted[sorted.length - 1])) return percents.map(() => NaN)
  return percents.map((percent) => percentileOfSorted(sorted, percent))
}

function percentileOfSorted(sorted: Float64Array, percent: number): number {
  const position = (percent / 100) * (sorted.length - 1)
  const index = Math.floor(position)
  const low = sorted[index] as number
  const high = sorted[Math.min(index + 1, sorted.length - 1)] as number
  const share = position - index
  if (low === high || share === 0) return low
  if (!Number.isFinite(high) || !Number.isFinite(low)) return Number.isFinite(high) ? low : high
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
}
