import { MoaError } from '../../../../core/index.js'
import { pythonRegExp } from '../../../python/regex.js'
import { replyText, type ParsedValue, type ReplyParser } from './reply-parser.js'

/** A verdict and the Python pattern that stands for it. */
export interface VerdictPattern {
  readonly verdict: ParsedValue
  readonly pattern: string
}

/** What the AlpacaFarm judges answer with. */
export const OUTPUT_PATTERNS: readonly VerdictPattern[] = [
  { verdict: 1, pattern: String.raw`(?:^|\n) ?Output \(a\)` },
  { verdict: 2, pattern: String.raw`(?:^|\n) ?Output \(b\)` },
]

/**
 * Takes the earliest match of any pattern (the first pattern among equals), again and again on the text that remains.
 * `^` matches at the start of what remains too, so "Output (a)Output (b)" gives both verdicts.
 *
 * @throws MoaError `data_invalid` for a pattern that can't be translated or matches nothing at all.
 */
export function regexParser(patterns: readonly VerdictPattern[] = OUTPUT_PATTERNS): ReplyParser {
  const compiled = patterns.map(({ verdict, pattern }) => {
    const expression = pythonRegExp(pattern, 'outputs_to_match')
    if (expression.exec('')?.[0] === '') {
      throw new MoaError(
        'data_invalid',
        `outputs_to_match: the pattern of ${JSON.stringify(verdict)} matches an empty text and would never end; make it match at least one character.`,
      )
    }
    return { verdict, expression }
  })
  return (reply) => {
    const verdicts: ParsedValue[] = []
    let rest = replyText(reply)
    for (;;) {
      let first: { verdict: ParsedValue; start: number; end: number } | undefined
      for (const { verdict, expression } of compiled) {
        const match = expression.exec(rest)
        if (match && (first === undefined || match.index < first.start)) {
          first = { verdict, start: match.index, end: match.index + match[0].length }
        }
      }
      if (first === undefined || first.end === 0) return verdicts
      verdicts.push(first.verdict)
      rest = rest.slice(first.end)
    }
  }
}
