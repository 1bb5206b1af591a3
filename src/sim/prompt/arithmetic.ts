/** A sum found in a prompt, with its value. */
export interface Arithmetic {
  /** As it is read: `12 * (3 + 4)`. */
  readonly expression: string
  readonly value: number
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/(\d)\s*%\s*of\s+/gi, '$1 / 100 * '],
  [/(?:the )?square root of\s*(\d+(?:\.\d+)?)/gi, '($1 ^ 0.5)'],
  [/\bplus\b|加上?/gi, '+'],
  [/\bminus\b|减去?/gi, '-'],
  [/\btimes\b|\bmultiplied by\b|乘以?|×/gi, '*'],
  [/\bdivided by\b|\bover\b|除以|÷/gi, '/'],
  [/\bto the power of\b|\*\*/gi, '^'],
  [/\bsquared\b|²/gi, '^ 2'],
  [/\bcubed\b|³/gi, '^ 3'],
  [/−|–/g, '-'],
  // 1,234 is one number; "1, 234" is two.
  [/(\d),(?=\d{3}(?!\d))/g, '$1'],
  [/(\d)\s*x\s*(?=\d)/gi, '$1 * '],
]

const CANDIDATE = /[-(]*\s*\d[\d.\s+*/^()-]*[\d)]/g

/** The first arithmetic expression of a text with at least one operator, worked out; `undefined` without one. */
export function findArithmetic(text: string): Arithmetic | undefined {
  let line = text
  for (const [pattern, replacement] of WORDS) line = line.replace(pattern, replacement)
  for (const [found] of line.matchAll(CANDIDATE)) {
    const expression = found.trim().replace(/\s+/g, ' ')
    // A date, a phone number or a range is not a sum.
    if (/^\(*\d+(-\d+)+\)*$/.test(expression) && !/[=?]|calculate|what is|等于|多少/i.test(text)) continue
    const value = evaluate(expression)
    if (value !== undefined && Number.isFinite(value)) return { expression, value }
  }
  return undefined
}

/** A number as people write it: at most ten significant digits, no trailing zeros. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15
    ? String(value)
    : String(Number(value.toPrecision(10)))
}

/**
 * The value of an expression of numbers, `+ - * / ^` and parentheses; `undefined` when it is none or has no
 * operator.
 */
export function evaluate(expression: string): number | undefined {
  const tokens = expression.match(/\d+(?:\.\d+)?|\.\d+|[+\-*/^()]/g) ?? []
  if (tokens.join('') !== expression.replace(/\s+/g, '')) return undefined
  let position = 0
  let operators = 0

  const sum = (): number => {
    let left = product()
    for (;;) {
      const operator = tokens[position]
      if (operator !== '+' && operator !== '-') return left
      position += 1
      operators += 1
      const right = product()
      left = operator === '+' ? left + right : left - right
    }
  }
  const product = (): number => {
    let left = signed()
    for (;;) {
      const operator = tokens[position]
      if (operator !== '*' && operator !== '/') return left
      position += 1
      operators += 1
      const right = signed()
      left = operator === '*' ? left * right : left / right
    }
  }
  const signed = (): number => {
    if (tokens[position] !== '-') return power()
    position += 1
    return -signed()
  }
  const power = (): number => {
    const base = atom()
    if (tokens[position] !== '^') return base
    position += 1
    operators += 1
    return base ** signed()
  }
  const atom = (): number => {
    const token = tokens[position]
    position += 1
    if (token === '(') {
      const inner = sum()
      if (tokens[position] !== ')') return Number.NaN
      position += 1
      return inner
    }
    return token === undefined ? Number.NaN : Number(token)
  }

  const value = sum()
  return position === tokens.length && operators > 0 && !Number.isNaN(value) ? value : undefined
}
