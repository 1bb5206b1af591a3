/**
 * Rounds to a number of decimals as Python's `round` does: correctly on the number's exact decimal value, exact
 * ties to the even digit. 35.15 is a little less than it looks and gives 35.1; 0.125 is a tie and gives 0.12.
 */
export function roundDecimal(value: number, decimals: number): number {
  if (!Number.isFinite(value)) return value
  return Number(toDecimal(value, decimals))
}

/** The text of {@link roundDecimal} with all its decimals, as Python's `format(value, '.2f')`. */
export function toDecimal(value: number, decimals: number): string {
  const rounded = value.toFixed(decimals)
  if (!isTie(value, decimals)) return rounded
  // toFixed sends ties away from zero; the neighbour towards zero is the even one where toFixed gave an odd digit.
  const last = rounded.charCodeAt(rounded.length - 1) - 48
  if (last % 2 === 0) return rounded
  return rounded.slice(0, -1) + String(last - 1)
}

/** Whether the exact decimal value ends in a 5 right after the kept decimals. */
function isTie(value: number, decimals: number): boolean {
  if (Math.abs(value) >= 2 ** 52) return false
  // A double this size has no digit beyond these that isn't announced by one within them.
  const digits = value.toFixed(decimals + 25)
  const rest = digits.slice(digits.length - 25)
  return rest.startsWith('5') && /^50*$/.test(rest)
}

/** NumPy's `round`: scales, rounds halves to even, scales back; not correct on the decimal value, but reproducible. */
export function roundScaled(value: number, decimals: number): number {
  const scale = 10 ** decimals
  const scaled = value * scale
  const floor = Math.floor(scaled)
  const rest = scaled - floor
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
  return rounded / scale
}
