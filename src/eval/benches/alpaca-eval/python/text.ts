/**
 * What Python's `str.isspace` and `\s` hold to be white space, as the inside of a character class. JavaScript's `\s`
 * lacks U+001C to U+001F and U+0085, and has U+FEFF.
 */
export const PYTHON_SPACE = String.raw`\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`

/** Python's `\w` as the inside of a character class: letters, digits and other numbers, underscore; no marks. */
export const PYTHON_WORD = String.raw`\p{L}\p{N}_`

const LEADING = new RegExp(`^[${PYTHON_SPACE}]+`, 'u')
const NOT_SPACE = new RegExp(`[^${PYTHON_SPACE}]`, 'u')

/** Python's `str.strip()`. */
export function pythonStrip(text: string): string {
  let end = text.length
  while (end > 0 && !NOT_SPACE.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end).replace(LEADING, '')
}

/** Length in Unicode code points, as Python's `len` counts. A lone surrogate counts as one. */
export function codePointLength(text: string): number {
  let pairs = 0
  for (let index = 0; index < text.length - 1; index += 1) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      pairs += 1
      index += 1
    }
  }
  return text.length - pairs
}

const FLOAT =
  /^[+-]?(?:(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?|inf(?:inity)?|nan)$/i

/**
 * Python's `float(text)`: white space around the number, underscores between digits, `inf` and `nan` are fine. Digits
 * of other scripts are not read.
 *
 * @returns `undefined` where Python raises a ValueError.
 */
export function pythonFloat(text: string): number | undefined {
  const stripped = pythonStrip(text)
  if (!FLOAT.test(stripped)) return undefined
  const lower = stripped.toLowerCase()
  if (lower.endsWith('nan')) return NaN
  if (lower.includes('inf')) return lower.startsWith('-') ? -Infinity : Infinity
  return Number(lower.replaceAll('_', ''))
}

/** Python's `repr(float)`, which pandas writes into CSV files: `50.0`, `1e-05`, `0.0001`, `1e+16`. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e')
    return `${digits}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`
  }
  const text = Object.is(value, -0) ? '-0' : String(value)
  return text.includes('.') ? text : `${text}.0`
}
