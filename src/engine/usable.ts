import { MoaError } from '../core/index.js'
import type { FinishReason } from '../core/index.js'

/** Longest text that can be a server's error message taken for an answer. */
const MAX_ERROR_TEXT = 400

/**
 * Whether an answer can serve as a proposal or as the final answer: it has text, it was neither broken off nor
 * stopped by a content filter, and it is not an error message that a server passed off as an answer. One place decides this for the
 * whole engine.
 *
 * @returns the reason why it can't, or `undefined` when it can
 */
export function unusable(answer: {
  readonly text: string
  readonly finishReason: FinishReason
}): MoaError | undefined {
  const text = answer.text.trim()
  if (answer.finishReason === 'content-filter')
    return new MoaError('content_filter', 'The answer was stopped by a content filter.')
  // Of a recipe in a slot: a model's own call would have failed.
  if (answer.finishReason === 'error')
    return new MoaError('incomplete_stream', 'The answer broke off before its end.')
  if (text === '') return new MoaError('empty_answer', 'The answer is empty.')
  if (isErrorText(text))
    return new MoaError('unusable_answer', 'The answer is an error message of a server, not an answer.')
  return undefined
}

function isErrorText(text: string): boolean {
  if (text.length > MAX_ERROR_TEXT && !text.startsWith('<')) return false
  if (/^\$?ERROR\$?$/.test(text)) return true
  if (
    /^(error:?\s*)?(\(?http )?[45]\d\d\)?[ :-]+(internal server error|bad gateway|service unavailable|gateway time-?out|too many requests|unauthorized|forbidden)/i.test(
      text,
    )
  )
    return true
  if (
    /^(internal server error|bad gateway|service unavailable|gateway time-?out|too many requests)\.?$/i.test(
      text,
    )
  )
    return true
  if (/^<(!doctype html|html)/i.test(text))
    return /<title>\s*(error|[45]\d\d\b|(bad gateway|service unavailable))/i.test(text.slice(0, 2000))
  return isErrorBody(text)
}

/** A whole text that is `{"error": {"message": …}}` and nothing else. */
function isErrorBody(text: string): boolean {
  if (!/^\{\s*"error"\s*:/.test(text)) return false
  try {
    const body = JSON.parse(text) as { error?: { message?: unknown } }
    return Object.keys(body).length === 1 && typeof body.error?.message === 'string'
  } catch {
    return false // Not JSON, so not an error body: an answer that happens to begin like one.
  }
}
