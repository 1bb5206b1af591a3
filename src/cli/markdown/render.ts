import { Lexer, type Token } from 'marked'
import type { Line } from '../terminal/style.js'
import { blockLines } from './blocks.js'

export function lex(markdown: string): Token[] {
  return new Lexer({ gfm: true }).lex(markdown)
}

/** Markdown as terminal lines. The text must be free of control characters. */
export function renderMarkdown(markdown: string, width: number): Line[] {
  return blockLines(lex(markdown), width)
}

/**
 * Renders Markdown that is still being written. Blocks that can't change any more are handed out once, to be
 * printed for good; the block being written is rendered anew each time, so the work per piece stays as small as
 * that block.
 */
export class MarkdownStream {
  /** The block being written, perhaps with some that follow it in the same piece. */
  #open = ''
  #printed = false
  readonly #width: () => number

  /** @param width cells of a line, asked for each time because windows change */
  constructor(width: () => number) {
    this.#width = width
  }

  /** Adds text. Returns the lines that are final now. */
  push(text: string): Line[] {
    this.#open += text
    // Only a blank line or a fence ends a block.
    if (!text.includes('\n')) return []
    const tokens = lex(this.#open)
    const last = tokens.findLastIndex((token) => token.type !== 'space')
    const closed = tokens.slice(0, Math.max(0, last))
    if (!closed.some((token) => token.type !== 'space')) return []
    // What is left is cut from the text itself: the lexer trims what it gives back.
    const done = closed.map(({ raw }) => raw).join('')
    if (!this.#open.startsWith(done)) return []
    this.#open = this.#open.slice(done.length)
    return this.#spaced(blockLines(closed, this.#width()))
  }

  /** The lines of what is not final yet. */
  live(): Line[] {
    return this.#withGap(renderMarkdown(this.#open, this.#width()))
  }

  /** Ends the text. Returns the lines that were not final before. */
  end(): Line[] {
    const lines = this.#spaced(renderMarkdown(this.#open, this.#width()))
    this.#open = ''
    return lines
  }

  #spaced(lines: Line[]): Line[] {
    const spaced = this.#withGap(lines)
    if (lines.length > 0) this.#printed = true
    return spaced
  }

  #withGap(lines: Line[]): Line[] {
    return this.#printed && lines.length > 0 ? [[], ...lines] : lines
  }
}
