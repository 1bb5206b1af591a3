export interface Fitted {
  readonly texts: readonly string[]
  /** How many texts were shortened. */
  readonly trimmed: number
}

const MARK = (left: number): string => `\n[… ${left} characters left out …]\n`

/**
 * Shortens texts until they fit a common budget. Fair: short texts stay whole, long ones share what is left in
 * equal parts (water filling). A shortened text keeps its beginning and its end and says how much is missing.
 *
 * @param budget in the unit of `measure`; `Infinity` keeps all
 * @param measure size of a text, about proportional to its length
 */
export function fitTexts(
  texts: readonly string[],
  budget: number,
  measure: (text: string) => number,
): Fitted {
  if (budget === Number.POSITIVE_INFINITY) return { texts, trimmed: 0 }
  const sizes = texts.map(measure)
  if (sizes.reduce((sum, size) => sum + size, 0) <= budget) return { texts, trimmed: 0 }
  const share = fairShare(sizes, Math.max(0, budget))
  let trimmed = 0
  const fitted = texts.map((text, index) => {
    const size = sizes[index] as number
    if (size <= share) return text
    trimmed += 1
    return shorten(text, share / size)
  })
  return { texts: fitted, trimmed }
}

/** The level at which sizes cut down to it sum up to the budget. */
function fairShare(sizes: readonly number[], budget: number): number {
  let left = budget
  const ascending = [...sizes].sort((a, b) => a - b)
  for (const [index, size] of ascending.entries()) {
    const share = left / (ascending.length - index)
    if (size > share) return share
    left -= size
  }
  return Number.POSITIVE_INFINITY
}

/** Keeps the given part of a text: three quarters of it from the beginning, one quarter from the end. */
function shorten(text: string, part: number): string {
  const keep = Math.max(0, Math.floor(text.length * part) - MARK(text.length).length)
  const head = wholeCharacters(text, Math.ceil(keep * 0.75))
  const tailStart = wholeCharacters(text, text.length - (keep - head))
  return `${text.slice(0, head)}${MARK(tailStart - head)}${text.slice(tailStart)}`
}

/** Moves a cut so that it doesn't split a surrogate pair. */
function wholeCharacters(text: string, index: number): number {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index
}
