import { PythonDictionary, pythonToJson, readPythonLiteral } from '../../python/literal.js'
import type { FlaskScores } from './records.js'

/** Why a reply has no scores. */
export type NoScoresReason = 'no-braces' | 'no-literal' | 'no-dictionary'

export interface FlaskVerdict {
  /** Empty when the reply has no readable dictionary. */
  readonly score: FlaskScores
  readonly reason?: NoScoresReason
}

/** Spellings of "not applicable", after lower-casing. */
const NOT_APPLICABLE: ReadonlySet<unknown> = new Set(['na', 'n/a', 'not applicable'])

/**
 * The scores in a judge's reply: its last text in braces, without line feeds, underscores as blanks, in lower case,
 * read as a Python dictionary. Values are kept as they are, except that every "not applicable" becomes `N/A`. An
 * unreadable reply has no scores; nothing is guessed.
 */
export function parseFlaskReview(reply: string): FlaskVerdict {
  const braces = lastBraces(reply)
  if (braces === undefined) return { score: {}, reason: 'no-braces' }
  const literal = readPythonLiteral(braces.replaceAll('\n', '').replaceAll('_', ' ').toLowerCase())
  if (!literal.ok) return { score: {}, reason: 'no-literal' }
  if (!(literal.value instanceof PythonDictionary)) return { score: {}, reason: 'no-dictionary' }
  const scores = Object.entries(pythonToJson(literal.value) as Record<string, unknown>)
  return {
    score: Object.fromEntries(scores.map(([key, value]) => [key, NOT_APPLICABLE.has(value) ? 'N/A' : value])),
  }
}

/** The last match of `{[^}]+}`, in time proportional to the text. */
function lastBraces(text: string): string | undefined {
  let last: string | undefined
  let open = text.indexOf('{')
  while (open !== -1) {
    const close = text.indexOf('}', open)
    if (close === -1) return last
    if (close > open + 1) last = text.slice(open, close + 1)
    open = text.indexOf('{', close + 1)
  }
  return last
}
