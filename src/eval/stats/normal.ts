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
