import { estimateTokens } from '../util/index.js'

/**
 * Word pieces, about one token each by the estimate of `util`: a short word with the blank before it, up to seven
 * letters of a longer one, three digits, a run of punctuation, white space with line ends, else one character with
 * whatever combines with it. Never half a surrogate pair.
 */
const PIECE =
  /\s*\n\s*| ?[a-z]{8}(?![A-Za-z])| ?[A-Za-z]{1,7}| ?\d{1,3}| ?[.,!?;(){}[\]<>:/\\|@#$%^&*+=`~_"-]{1,6}| ?[^\sA-Za-z\d][\p{M}\u200d\ufe0f]*|\s/gu

/** Cuts a text into pieces of about one token; joined they are the text again, whatever it holds. */
export function splitPieces(text: string): string[] {
  return text.match(PIECE) ?? []
}

/**
 * Places where the estimate of the whole is the sum of the estimates of both sides: before a blank that follows a word,
 * and after punctuation that is not followed by more of it. Line ends count by what stands before them, so they are never
 * such a place.
 */
const ENDS_IN_WORD = /[\p{L}\p{N}]$/u
const STARTS_WITH_BLANK = /^ [\p{L}\p{N}]/u
const ENDS_IN_PUNCTUATION =
  /[.,!?;(){}[\]<>:/\\|@#$%^&*+=`~_"\-\u3001-\u3003\u3008-\u3011\u3014-\u301f\u3030\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]$/
const STARTS_WITH_WORD = /^[\p{L}\p{N}]/u

/** Counts the tokens of a growing text; at every moment exactly `estimateTokens` of all that was added. */
export class TokenCounter {
  #settled = 0
  #window = ''
  #windowTokens = 0

  get tokens(): number {
    return this.#settled + this.#windowTokens
  }

  add(piece: string): number {
    if (isBoundary(this.#window, piece)) {
      this.#settled += this.#windowTokens
      this.#window = piece
    } else this.#window += piece
    this.#windowTokens = estimateTokens(this.#window)
    return this.tokens
  }
}

function isBoundary(before: string, after: string): boolean {
  return (
    (ENDS_IN_WORD.test(before) && STARTS_WITH_BLANK.test(after)) ||
    (ENDS_IN_PUNCTUATION.test(before) && STARTS_WITH_WORD.test(after))
  )
}

/** The most pieces from the start that come to at most `tokens` tokens, but never none of some. */
export function cutToTokens(pieces: readonly string[], tokens: number): readonly string[] {
  if (pieces.length === 0 || tokens === Infinity) return pieces
  const counter = new TokenCounter()
  for (const [index, piece] of pieces.entries()) {
    if (counter.add(piece) > tokens) return pieces.slice(0, Math.max(1, index))
  }
  return pieces
}
