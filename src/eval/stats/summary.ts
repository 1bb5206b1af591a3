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
