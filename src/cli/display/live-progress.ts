import type { ModelEvent } from '../../core/events.js'
import { LiveRegion } from '../terminal/live-region.js'
import { fitLine, paint, span, type Line } from '../terminal/style.js'
import type { Terminal } from '../terminal/terminal.js'
import { stageFrame, stageTitle } from '../view/frame.js'
import type { RunState } from '../view/run-state.js'
import { proposalLines } from './proposal-lines.js'

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
    if (event.type === 'stage-end') this.#draw([], this.#paint(this.#stage(event.stage)))
    if (event.type === 'proposal-end' && this.#showProposals)
      this.#draw(this.#current(), proposalLines(event.proposal, this.#terminal))
  }

  tick(): void {
    // What is drawn again and again must not scroll.
    if (!this.#over) this.#draw(this.#current().slice(0, this.#terminal.rows - 1), [])
  }

  /** Ends the moving part. */
  end(lines: readonly Line[] = this.#current()): void {
    if (this.#over) return
    this.#over = true
    this.#region.end(this.#paint(lines))
  }

  /** The heading of the answer, for when the answer itself follows below. */
  heading(): Line[] {
    const { stages, stage, writer } = this.#state
    const result = stages[stage]?.result
    const title = [
      ...stageTitle(stages, stage),
      span(writer === undefined ? '' : ` · ${writer.ref.name}`, { dim: true }),
    ]
    return result === undefined ? [title] : [title, [span(`  ${result}`)]]
  }

  #current(): Line[] {
    return this.#stage(this.#state.stage)
  }

  #stage(index: number): Line[] {
    const stage = this.#state.stages[index]
    if (stage === undefined) return []
    const { columns, rows } = this.#terminal
    return [stageTitle(this.#state.stages, index), ...stageFrame(stage, this.#state.now(), { columns, rows })]
  }

  #draw(lines: readonly Line[], above: readonly string[]): void {
    this.#region.draw(this.#paint(lines), above)
  }

  #paint(lines: readonly Line[]): string[] {
    const { columns, styled } = this.#terminal
    return lines.map((line) => paint(fitLine(line, columns), styled))
  }
}
