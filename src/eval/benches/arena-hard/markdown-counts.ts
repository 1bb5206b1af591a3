import { PYTHON_SPACE } from '../../python/text.js'
import type { MarkdownCounts, StyleMetadata } from './records.js'

const SPACE = `[${PYTHON_SPACE}]`
/** Start of a line. Python's `^` follows line feeds only; JavaScript's also CR, U+2028 and U+2029. */
const LINE = '(?<![^\\n])'
const HEADERS = [1, 2, 3, 4, 5, 6].map((level) => new RegExp(`${LINE}#{${level}}${SPACE}`, 'gu'))
const ORDERED = new RegExp(`${LINE}${SPACE}*\\p{Nd}+\\.${SPACE}`, 'gu')
const UNORDERED = new RegExp(`${LINE}${SPACE}*[-*+]${SPACE}`, 'gu')
const STARS = /\*\*[^*\n]+\*\*/gu
const UNDERSCORES = /__[^_\n]+__/gu
const CODE = /```([^`]*)```/gu

/**
 * An answer without code, as published: every text found between two fences is deleted wherever it occurs. The
 * fences stay, and a block that holds a back-tick stays too.
 */
export function withoutCode(answer: string): string {
  let text = answer
  for (const block of Array.from(answer.matchAll(CODE), ([, inner]) => inner as string)) {
    if (block !== '') text = text.replaceAll(block, '')
  }
  return text
}

/** Headers, list items and bold passages of an answer outside code, as both versions count them. */
export function countMarkdown(answer: string): MarkdownCounts {
  const text = withoutCode(answer)
  const [h1, h2, h3, h4, h5, h6] = HEADERS.map((pattern) => count(pattern, text)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    header_count: { h1, h2, h3, h4, h5, h6 },
    list_count: { ordered: count(ORDERED, text), unordered: count(UNORDERED, text) },
    bold_count: { '**': count(STARS, text), __: count(UNDERSCORES, text) },
  }
}

function count(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0
}

/** What style control looks at: tokens, headers, list items, bold passages. */
export type StyleVector = readonly [tokens: number, headers: number, lists: number, bold: number]

/** Totals over the kinds of each element. */
export function styleVector({ token_len, header_count, list_count, bold_count }: StyleMetadata): StyleVector {
  return [token_len, sum(header_count), sum(list_count), sum(bold_count)]
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0)
}
