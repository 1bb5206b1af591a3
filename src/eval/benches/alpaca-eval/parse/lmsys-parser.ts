import { pythonFloat } from '../../../python/text.js'
import { replyText, type ReplyParser } from './reply-parser.js'

/**
 * Reads two scores from the first line: the larger one wins, equal ones are 0, a draw. Commas count as blanks and each
 * single blank separates, so "8, 7" has three pieces and is missing.
 */
export const lmsysParser: ReplyParser = (reply) => {
  const [line = ''] = replyText(reply).split('\n')
  const pieces = line.replaceAll(',', ' ').split(' ')
  const [first, second] = pieces.map(pythonFloat)
  if (pieces.length !== 2 || first === undefined || second === undefined) return [null]
  if (first > second) return [1]
  return [first < second ? 2 : 0]
}
