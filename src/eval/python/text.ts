/**
 * What Python's `re` calls white space (`str.isspace`), as the inside of a character class. JavaScript's `\s`
 * lacks U+001C to U+001F and U+0085 and adds U+FEFF.
 */
export const PYTHON_SPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** Python's `\w` as the inside of a character class: letters, digits and other numbers, underscore; no marks. */
export const PYTHON_WORD = String.raw`\p{L}\p{N}_`

const LEADING = new RegExp(`^[${PYTHON_SPACE}]+`, 'u')
const NOT_SPACE = new RegExp(`[^${PYTHON_SPACE}]`, 'u')

/** Python's `str.strip()`. */
export function pythonStrip(text: string): string {
  // From the end by hand: a pattern anchored there would look at every inner run of blanks again and again.
  let end = text.length
  while (end > 0 && !NOT_SPACE.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end).replace(LEADING, '')
}

/** Length in Unicode code points, as Python's `len` counts. A lone surrogate counts as one. */
export function codePointLength(text: string): number {
  // Most texts have no pairs, and the search for one is native code.
  if (!/[\ud800-\udbff]/.test(text)) return text.length
  let pairs = 0
  for (let index = 0; index < text.length - 1; index += 1) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      pairs += 1
      index += 1
    }
  }
  return text.length - pairs
}

const floatText = /^[+-]?(?:(?:\d+(?:_\d+)*)(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i
const specialFloat = /^([+-]?)(inf|infinity|nan)$/i

/**
 * Python's `float(value)` for values that come from JSON: numbers, booleans, and texts with white space around
 * them, digits of any script, underscores between digits, `inf` and `nan`. `undefined` where Python raises.
 */
export function pythonFloat(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return undefined
  const text = asciiDigits(pythonStrip(value))
  const special = specialFloat.exec(text)
  if (special !== null) {
    if (/nan/i.test(text)) return NaN
    return special[1] === '-' ? -Infinity : Infinity
  }
  return floatText.test(text) ? Number(text.replaceAll('_', '')) : undefined
}

/** Decimal digits of other scripts as 0 to 9. */
function asciiDigits(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) =>
    /\p{Nd}/u.test(character) ? String(digitValue(character)) : character,
  )
}

/** Unicode keeps each script's ten digits in a row, so a digit's value is its distance from the start of its run. */
function digitValue(character: string): number {
  const code = character.codePointAt(0) as number
  let first = code
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1
  return (code - first) % 10
}

/**
 * Python's `str()` of a float: always with a point or an exponent, exponent form below 1e-4 and from 1e16 on,
 * exponents of two digits at least.
 */
export function pythonFloatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+'
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  // Within these bounds JavaScript writes the same shortest digits, but changes to exponents below 1e-6 only.
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}
