import type { ModelEvent, Proposal } from '../../core/events.js'
import { renderMarkdown } from '../markdown/render.js'
import { LiveRegion } from '../terminal/live-region.js'
import { oneLine, sanitize } from '../terminal/sanitize.js'
import { fitLine, paint, span, type Line } from '../terminal/style.js'
import type { Terminal } from '../terminal/terminal.js'
import { stageFrame, stageTitle } from '../view/frame.js'
import type { RunState } from '../view/run-state.js'

/** Widest text that is pleasant to read. */
export const MAX_TEXT_WIDTH = 100

/** The stage at work as lines that move; stages that are over stay above. */
export class LiveProgress {
  readonly #terminal: Terminal
  readonly #state: RunState
  readonly #showProposals: boolean
  readonly #region: LiveRegion
  #over = false

  constructor(terminal: Terminal, state: RunState, showProposals: boolean) {
    this.#terminal = terminal
    this.#state = state
    this.#showProposals = showProposals
    this.#region = new LiveRegion(terminal)
  }

  add(event: ModelEvent): void {
    if (event.type === 'stage-end') this.#draw([], this.#stage(event.stage))
    if (event.type === 'proposal-end' && this.#showProposals)
      this.#draw(this.#current(), this.#proposal(event.proposal))
  }

  tick(): void {
    if (!this.#over) this.#draw(this.#current(), [])
  }

  /** Ends the moving part. */
  end(lines: readonly Line[] = this.#current()): void {
    if (this.#over) return
    this.#over = true
    this.#region.end(this.#paint(lines))
  }

  /** The heading of the answer, for when the answer itself follows below. */
  title(): Line {
    const { stages, stage, writer } = this.#state
    const current = stages[stage]
    const title = current === undefined ? [] : stageTitle(current, { index: stage, count: stages.length })
    return [...title, span(writer === undefined ? '' : ` · ${writer.ref.name}`, { dim: true })]
  }

  #current(): Line[] {
    return this.#stage(this.#state.stage)
  }

  #stage(index: number): Line[] {
    const stage = this.#state.stages[index]
    if (stage === undefined) return []
    const { columns, rows } = this.#terminal
    return [
      stageTitle(stage, { index, count: this.#state.stages.length }),
      ...stageFrame(stage, this.#state.now(), { columns, rows }),
    ]
  }

  #proposal({ slot, text }: Proposal): Line[] {
    const width = Math.min(this.#terminal.columns, MAX_TEXT_WIDTH)
    const rule = `── ${oneLine(slot.name)} `
    return [
      [],
      [
        span(rule, { bold: true, color: 'blue' }),
        span('─'.repeat(Math.max(0, width - rule.length)), { color: 'blue' }),
      ],
      ...renderMarkdown(sanitize(text), width),
      [],
    ]
  }

  #draw(lines: readonly Line[], above: readonly Line[]): void {
    this.#region.draw(this.#paint(lines), this.#paint(above))
  }

  #paint(lines: readonly Line[]): string[] {
    const { columns, styled } = this.#terminal
    return lines.map((line) => paint(fitLine(line, columns), styled))
  }
}
