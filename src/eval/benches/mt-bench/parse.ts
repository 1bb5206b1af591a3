import { PYTHON_SPACE } from '../../python/text.js'

// Digits are Unicode digits and numbers are written so that no input makes the search slow.
const NUMBER = '(\\p{Nd}+(?:\\.\\p{Nd}*)?)'
const ONE = [new RegExp(`\\[\\[${NUMBER}\\]\\]`, 'u'), new RegExp(`\\[${NUMBER}\\]`, 'u')]
const TWO = [
  `\\[\\[${NUMBER},[${PYTHON_SPACE}]?${NUMBER}\\]\\]`,
  `\\[${NUMBER},[${PYTHON_SPACE}]?${NUMBER}\\]`,
].map((pattern) => new RegExp(pattern, 'u'))
/** Ratings this close are a tie, in binary floating point. */
const TIE_DELTA = 0.1

/** Why a reply has no score. The published script stops at all but the first; here they count as no score. */
export type NoScoreReason = 'no-rating' | 'leading-zero' | 'foreign-digits' | 'too-large'

export type SingleVerdict =
  | { readonly score: number; readonly reason?: undefined }
  | { readonly score: -1; readonly reason: NoScoreReason }

/**
 * The score in a judge's reply: the first `[[number]]`, and only if there is none the first `[number]`; -1 if there
 * is neither. No range is checked.
 */
export function parseSingleVerdict(reply: string): SingleVerdict {
  const text = firstMatch(ONE, reply)?.[1]
  if (text === undefined) return { score: -1, reason: 'no-rating' }
  const number = readRating(text)
  return typeof number === 'number' ? { score: number } : { score: -1, reason: number }
}

/** Who the judge of a pair prefers: assistant A or B, or a tie; `error` when the reply doesn't say. */
export type PairVerdict = 'A' | 'B' | 'tie' | 'error'

/** The verdict in a judge's reply: `[[A]]` anywhere, else `[[B]]` anywhere, else `[[C]]` anywhere for a tie. */
export function parsePairVerdict(reply: string): { readonly winner: PairVerdict } {
  if (reply.includes('[[A]]')) return { winner: 'A' }
  if (reply.includes('[[B]]')) return { winner: 'B' }
  return { winner: reply.includes('[[C]]') ? 'tie' : 'error' }
}

/**
 * The verdict of a judge that rates both answers: `[[a,b]]`, else `[a,b]`. Ratings at most 0.1 apart are a tie. No
 * published prompt asks for this form.
 */
export function parseTwoScoreVerdict(reply: string): { readonly winner: PairVerdict } {
  const match = firstMatch(TWO, reply)
  const a = readRating(match?.[1] ?? '')
  const b = readRating(match?.[2] ?? '')
  if (typeof a !== 'number' || typeof b !== 'number') return { winner: 'error' }
  if (Math.abs(a - b) <= TIE_DELTA) return { winner: 'tie' }
  return { winner: a > b ? 'A' : 'B' }
}

function firstMatch(patterns: readonly RegExp[], text: string): RegExpExecArray | undefined {
  for (const pattern of patterns) {
    const match = pattern.exec(text)
    if (match !== null) return match
  }
  return undefined
}

/** A rating as a Python literal: integers other than zero take no leading zeros, digits are ASCII. */
function readRating(text: string): number | NoScoreReason {
  if (!/^[\d.]+$/.test(text)) return text === '' ? 'no-rating' : 'foreign-digits'
  if (/^0\d*[1-9]\d*$/.test(text)) return 'leading-zero'
  const number = Number(text)
  return Number.isFinite(number) ? number : 'too-large'
}
