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

/** A place where the estimate of the whole is the sum of the estimates of both sides. */
const endsInWord = /[A-Za-z0-9]$/
const startsWord = /^ [A-Za-z]/

/** Counts the tokens of a growing text; at every moment exactly `estimateTokens` of all that was added. */
export class TokenCounter {
  #settled = 0
  #window = ''
  #windowTokens = 0

  get tokens(): number {
    return this.#settled + this.#windowTokens
  }

  add(piece: string): number {
    if (endsInWord.test(this.#window) && startsWord.test(piece)) {
      this.#settled += this.#windowTokens
      this.#window = piece
    } else this.#window += piece
    this.#windowTokens = estimateTokens(this.#window)
    return this.tokens
  }
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
