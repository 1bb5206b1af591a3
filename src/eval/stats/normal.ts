const CENTRE = {
  top: [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  ],
  bottom: [
    5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
  ],
} as const
const NEAR = {
  top: [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  bottom: [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
} as const
const FAR = {
  top: [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  bottom: [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
  ],
} as const

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((total, coefficient) => total * x + coefficient, 0)
}

function ratio({ top, bottom }: { top: readonly number[]; bottom: readonly number[] }, x: number): number {
  return polynomial(top, x) / polynomial(bottom, x)
}

/**
 * Quantile of the standard normal distribution, to about 16 digits (Wichura, "Algorithm AS 241", Applied Statistics 37,
 * 1988).
 *
 * @param probability 0 gives -Infinity, 1 gives Infinity, outside gives NaN.
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return NaN
  if (probability === 0) return -Infinity
  if (probability === 1) return Infinity
  const q = probability - 0.5
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE, 0.180625 - q * q)
  const r = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)))
  const value = r <= 5 ? ratio(NEAR, r - 1.6) : ratio(FAR, r - 5)
  return q < 0 ? -value : value
}

/** Standard normal distribution function, to about 15 significant digits on both tails. */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return NaN
  const z = x * Math.SQRT1_2
  if (z < -2) return complement(-z) / 2
  if (z > 2) return 1 - complement(z) / 2
  return 0.5 + series(z) / 2
}

/** The error function by its Maclaurin series with the exponential taken out, for |z| up to 2. */
function series(z: number): number {
  let term = z
  let sum = z
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
    term *= (2 * z * z) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum
}

/** The complementary error function by its continued fraction (modified Lentz), for z above 2. */
function complement(z: number): number {
  if (z > 27) return 0
  const tiny = 1e-300
  let c = z
  let d = 0
  let fraction = z
  for (let n = 1; n < 500; n += 1) {
    const a = n / 2
    d = z + a * d
    d = 1 / (d === 0 ? tiny : d)
    c = z + a / c
    const delta = c * d
    fraction *= delta
    if (Math.abs(delta - 1) < 1e-16) break
  }
  // The rounding error of z² would show in the exponential's last digits, so square exactly in two parts.
  const high = Math.fround(z)
  return (Math.exp(-high * high) * Math.exp(-(z - high) * (z + high))) / (fraction * Math.sqrt(Math.PI))
}
