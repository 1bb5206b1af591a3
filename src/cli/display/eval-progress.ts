import type { EvalEvent, Phase, Progress } from '../../eval/harness/index.js'
import type { Shell } from '../shell.js'
import { oneLine } from '../terminal/sanitize.js'
import { LiveRegion } from '../terminal/live-region.js'
import { fitLine, paint, span, type Line } from '../terminal/style.js'
import { formatCount, formatDollars, formatSeconds } from '../view/format.js'
import { TICK_MS } from './tick.js'

/** How often a log gets a line. */
const LINE_MS = 10_000
/** Failures told one by one; more are only counted. */
const FAILURES_TOLD = 5
const BAR = 20

/** Shows how far many answers have come: one line that moves on a terminal, a line now and then elsewhere. */
export class EvalProgress {
  readonly #shell: Pick<Shell, 'stderr' | 'note'>
  readonly #region: LiveRegion | undefined
  #phase: Phase = 'answers'
  #progress: Progress | undefined
  #drawnAt = -Infinity
  #told = 0
  readonly #reasons = new Set<string>()

  constructor(shell: Pick<Shell, 'stderr' | 'note'>) {
    this.#shell = shell
    this.#region = shell.stderr.live ? new LiveRegion(shell.stderr) : undefined
  }

  add(event: EvalEvent): void {
    if (event.type === 'phase-start') {
      this.#endPhase()
      this.#phase = event.phase
      if (event.count.total > 0) this.#show({ count: event.count, spentUsd: this.#progress?.spentUsd ?? 0 })
      return
    }
    if (event.type === 'item-failed') {
      // What goes wrong with all items is told once.
      const { message } = event.error
      if (!this.#reasons.has(message)) this.#tell(`${itemName(event.item)}: ${message}`)
      this.#reasons.add(message)
    }
    if (event.type === 'item-end' || event.type === 'item-failed') this.#show(event)
    if (event.type === 'run-end') this.#endPhase()
  }

  /** Leaves the terminal as it should be. */
  end(): void {
    this.#endPhase()
  }

  #tell(failure: string): void {
    this.#told += 1
    if (this.#told > FAILURES_TOLD + 1) return
    const more = 'further failures are counted, and listed at the end'
    const text = oneLine(this.#told <= FAILURES_TOLD ? failure : more)
    const { stderr, note } = this.#shell
    if (this.#region)
      this.#region.draw([], [paint(fitLine([span(`  ${text}`)], stderr.columns), stderr.styled)])
    else note(`  ${text}`)
  }

  #show(progress: Progress): void {
    const now = performance.now()
    this.#progress = progress
    const pause = this.#region ? TICK_MS : LINE_MS
    if (now - this.#drawnAt < pause) return
    this.#drawnAt = now
    this.#draw()
  }

  #draw(): void {
    const line = this.#line()
    if (line === undefined) return
    if (this.#region) this.#region.draw([line])
    else this.#shell.note(line)
  }

  #endPhase(): void {
    const line = this.#line()
    if (line !== undefined) {
      if (this.#region) this.#region.end([line])
      else this.#shell.note(line)
    }
    this.#progress = undefined
    this.#drawnAt = -Infinity
  }

  #line(): string | undefined {
    if (this.#progress === undefined) return undefined
    const { stderr } = this.#shell
    const line = progressLine(this.#phase, this.#progress)
    return paint(stderr.live ? fitLine(line, stderr.columns) : line, stderr.styled)
  }
}

function progressLine(phase: Phase, progress: Progress): Line {
  const { count, perMinute, remainingMs, spentUsd } = progress
  const over = count.done + count.failed
  const filled = count.total === 0 ? BAR : Math.floor((BAR * over) / count.total)
  const rest: string[] = []
  if (perMinute !== undefined) rest.push(`${formatCount(Math.round(perMinute))}/min`)
  if (spentUsd > 0) rest.push(formatDollars(spentUsd))
  if (remainingMs !== undefined && over < count.total) rest.push(`${formatSeconds(remainingMs)} to go`)
  return [
    span(`${phase} `),
    span('█'.repeat(filled), { color: 'green' }),
    span('░'.repeat(BAR - filled), { dim: true }),
    span(` ${formatCount(over)}/${formatCount(count.total)}`, { bold: true }),
    span(count.failed === 0 ? '' : ` ${formatCount(count.failed)} failed`, { color: 'red' }),
    span(rest.length === 0 ? '' : ` · ${rest.join(' · ')}`, { dim: true }),
  ]
}

/** A journal's item as people read it: `answer moa-lite 17`. */
export function itemName(item: string): string {
  return item.replaceAll('\t', ' ')
}
