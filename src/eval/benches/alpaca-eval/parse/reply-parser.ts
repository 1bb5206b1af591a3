import { MoaError } from '../../../../core/index.js'
import type { Json } from '../../../python/json.js'
import type { PythonValue } from '../../../python/literal.js'

/** What a judge answered: its text, the API's whole choice object, or what another parser made of it. */
export type Reply = Json | PythonValue

/** One example's verdict as the parser found it; null when there is none. Not yet checked to be a preference. */
export type ParsedValue = Json | PythonValue

/**
 * Reads a judge's reply: one entry per example in the prompt.
 *
 * @throws MoaError `unusable_answer` when the reply holds no verdicts at all; all its examples are then missing.
 */
export type ReplyParser = (reply: Reply) => readonly ParsedValue[]

/** The error of a reply that can't be read. Never quotes the reply. */
export function unreadable(expected: string): MoaError {
  return new MoaError(
    'unusable_answer',
    `The judge's reply can't be read: expected ${expected}. Its examples count as missing.`,
  )
}

/** The reply as a text that is not empty. */
export function replyText(reply: Reply): string {
  if (typeof reply !== 'string') throw unreadable('a text')
  if (reply === '') throw unreadable('a text, got an empty one')
  return reply
}
