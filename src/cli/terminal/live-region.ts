import type { Terminal } from './terminal.js'
import { textWidth } from './width.js'

const SYNCHRONIZED = ['\u001b[?2026h', '\u001b[?2026l'] as const
const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const CLEAR_LINE_END = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
const STYLES = /\u001b\[[0-9;]*m/g

/**
 * Lines at the bottom of a terminal that are drawn again and again, below lines that stay. Each change is one write
 * that overwrites in place, so nothing flickers, in terminals without synchronized output either.
 */
export class LiveRegion {
  readonly #terminal: Terminal
  /** Widths of the lines on the screen, to find the way back up after the window has changed. */
  #drawn: number[] = []
  #last = ''
  #begun = false
  readonly #showCursor = (): void => void this.#terminal.stream.write(SHOW_CURSOR)
  readonly #redraw = (): void => {
    // Whatever the shell wrote meanwhile stays above.
    this.#drawn = []
    this.#last = ''
    this.#terminal.stream.write(HIDE_CURSOR)
  }

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /**
   * @param lines to be drawn; none may be wider than the terminal, and they have to fit its height
   * @param above lines that stay, printed above
   */
  draw(lines: readonly string[], above: readonly string[] = []): void {
    const text = lines.map((line) => `${line}${CLEAR_LINE_END}\n`).join('')
    if (above.length === 0 && text === this.#last && this.#begun) return
    if (!this.#begun) this.#begin()
    const kept = above.map((line) => `${line}${CLEAR_LINE_END}\n`).join('')
    const [begin, end] = SYNCHRONIZED
    this.#terminal.stream.write(`${begin}${this.#up()}${kept}${text}${CLEAR_BELOW}${end}`)
    this.#drawn = lines.map((line) => textWidth(line.replace(STYLES, '')))
    this.#last = text
  }

  /** Ends the region; `lines` stay in its place. */
  end(lines: readonly string[] = []): void {
    if (!this.#begun) {
      if (lines.length > 0) this.#terminal.stream.write(`${lines.join('\n')}\n`)
      return
    }
    this.draw([], lines)
    this.#begun = false
    process.off('exit', this.#showCursor)
    process.off('SIGCONT', this.#redraw)
    this.#showCursor()
  }

  #begin(): void {
    this.#begun = true
    process.on('exit', this.#showCursor)
    process.on('SIGCONT', this.#redraw)
    this.#terminal.stream.write(HIDE_CURSOR)
  }

  #up(): string {
    const { columns } = this.#terminal
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    return rows === 0 ? '\r' : `\r\u001b[${rows}A`
  }
}
