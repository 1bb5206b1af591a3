/** Any plain list of numbers. */
export type Numbers = readonly number[] | Float64Array

/** Sum of the values; 0 for none. */
export function sum(values: Numbers): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/** Arithmetic mean; NaN for no values. */
export function mean(values: Numbers): number {
  return sum(values) / values.length
}

/** Standard deviation with n-1 in the denominator; NaN below two values. */
export function standardDeviation(values: Numbers): number {
  if (values.length < 2) return NaN
  const centre = mean(values)
  let total = 0
  for (const value of values) total += (value - centre) ** 2
  return Math.sqrt(total / (values.length - 1))
}

/** Standard error of the mean, from the n-1 standard deviation; NaN below two values. */
export function standardError(values: Numbers): number {
  return standardDeviation(values) / Math.sqrt(values.length)
}

/**
 * The value below which a share of the values lies, interpolated linearly between neighbours (NumPy's default).
 *
 * @param share from 0 (smallest) to 1 (largest).
 * @returns NaN for no values.
 */
export function percentile(values: Numbers, share: number): number {
  const sorted = Float64Array.from(values).sort()
  if (sorted.length === 0) return NaN
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (high - low) * (position - below)
}

/** The middle value, or the mean of the two in the middle; NaN for no values. */
export function median(values: Numbers): number {
  return percentile(values, 0.5)
}
