import { MarkdownStream } from '../markdown/render.js'
import { LiveRegion } from '../terminal/live-region.js'
import { Sanitizer } from '../terminal/sanitize.js'
import { fitLine, paint, type Line } from '../terminal/style.js'
import type { Terminal } from '../terminal/terminal.js'
import { statusLine } from '../view/frame.js'
import type { RunState } from '../view/run-state.js'
import { MAX_TEXT_WIDTH } from './proposal-lines.js'

/** Lines of the terminal that the block being written leaves free. */
const SPARE_ROWS = 4

/**
 * The answer as rendered Markdown while it is written. Blocks that are finished are printed for good; the one being
 * written is drawn anew below them. Of a block higher than the terminal the upper part is printed early.
 */
export class LiveAnswer {
  readonly #terminal: Terminal
  readonly #state: RunState
  readonly #showStatus: boolean
  readonly #region: LiveRegion
  readonly #sanitizer = new Sanitizer()
  readonly #markdown: MarkdownStream
  #finished: Line[] = []
  /** Lines of the block being written that are printed already. */
  #spilled = 0

  constructor(terminal: Terminal, state: RunState, showStatus: boolean) {
    this.#terminal = terminal
    this.#state = state
    this.#showStatus = showStatus
    this.#region = new LiveRegion(terminal)
    this.#markdown = new MarkdownStream(() => Math.min(terminal.columns, MAX_TEXT_WIDTH))
  }

  push(text: string): void {
    const lines = this.#markdown.push(this.#sanitizer.push(text))
    if (lines.length > 0) this.#finish(lines)
  }

  tick(): void {
    let open = this.#markdown.live().slice(this.#spilled)
    const room = Math.max(1, this.#terminal.rows - SPARE_ROWS)
    if (open.length > room) {
      const spilling = open.slice(0, open.length - room)
      this.#spilled += spilling.length
      this.#finished.push(...spilling)
      open = open.slice(spilling.length)
    }
    const status = this.#showStatus ? [[], statusLine(this.#state)] : []
    this.#region.draw(this.#paint([...open, ...status]), this.#paint(this.#finished))
    this.#finished = []
  }

  end(): void {
    this.#finish(this.#markdown.end())
    this.#region.end(this.#paint(this.#finished))
    this.#finished = []
  }

  #finish(lines: readonly Line[]): void {
    this.#finished.push(...lines.slice(this.#spilled))
    this.#spilled = 0
  }

  #paint(lines: readonly Line[]): string[] {
    const { columns, styled } = this.#terminal
    return lines.map((line) => paint(fitLine(line, columns), styled))
  }
}
