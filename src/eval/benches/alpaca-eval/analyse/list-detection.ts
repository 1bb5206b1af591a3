import { PYTHON_SPACE, PYTHON_WORD } from '../../../python/text.js'

const SPACE = `[${PYTHON_SPACE}]`
const WORD = `[${PYTHON_WORD}]`
const NOT_WORD = `[^${PYTHON_WORD}]`
// Python's `^` follows "\n" only, not "\r" or U+2028 as JavaScript's does.
const LINE_START = String.raw`(?<![^\n])`

// A trailing `\w+` of the original is `\w` here: one is enough to find it.
const LISTS = [
  `${LINE_START}${SPACE}*[*•\\-]${NOT_WORD}*${WORD}`,
  `${LINE_START}${SPACE}*\\p{Nd}+[.\\)]${NOT_WORD}*${WORD}`,
  `${LINE_START}${SPACE}*[a-zA-Z][.\\)]${SPACE}${NOT_WORD}*${WORD}`,
].map((pattern) => new RegExp(pattern, 'u'))

const OLD_LISTS = new RegExp(`(?:[•*\\-]|\\p{Nd}[.\\)]|[a-zA-Z][.\\)])${SPACE}*${WORD}`, 'u')

/** How to tell whether a text has a list. */
export type ListDetection = 'current' | '0.6.2'

/**
 * Whether a text has a list, as AlpacaEval sees it: since August 2024 (`current`) a line that starts with a bullet, a
 * number or a letter; before (`0.6.2`), anywhere in the text, so that "well-known" counts too. Rows published before
 * that date rest on the older rule.
 */
export function containsList(text: string, detection: ListDetection = 'current'): boolean {
  return detection === '0.6.2' ? OLD_LISTS.test(text) : LISTS.some((pattern) => pattern.test(text))
}
