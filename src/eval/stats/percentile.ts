/**
 * Percentiles as NumPy and pandas compute them by default: linear between the two nearest values, from the nearer
 * end. NaN when any value is NaN or there is none; infinite values are allowed.
 *
 * @param shares from 0 (smallest) to 1 (largest).
 */
export function percentiles(values: ArrayLike<number>, shares: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort()
  if (sorted.length === 0 || Number.isNaN(sorted[sorted.length - 1])) return shares.map(() => NaN)
  return shares.map((share) => percentileOfSorted(sorted, share))
}

/** One of {@link percentiles}. */
export function percentile(values: ArrayLike<number>, share: number): number {
  return percentiles(values, [share])[0] as number
}

/** The middle value, or the mean of the two in the middle; NaN for no values. */
export function median(values: ArrayLike<number>): number {
  return percentile(values, 0.5)
}

function percentileOfSorted(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const index = Math.floor(position)
  const low = sorted[index] as number
  const high = sorted[Math.min(index + 1, sorted.length - 1)] as number
  const rest = position - index
  if (low === high || rest === 0) return low
  if (!Number.isFinite(high) || !Number.isFinite(low)) return Number.isFinite(high) ? low : high
  return rest < 0.5 ? low + (high - low) * rest : high - (high - low) * (1 - rest)
}
