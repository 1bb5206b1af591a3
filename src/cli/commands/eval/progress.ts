import type { EvalEvent, Phase, Progress } from '../../../eval/harness/events.js'
import type { Shell } from '../../shell.js'
import { LiveRegion } from '../../terminal/live-region.js'
import { oneLine } from '../../terminal/sanitize.js'
import { truncate } from '../../terminal/width.js'
import { TICK_MS } from '../../display/tick.js'
import { formatCount, formatDollars, formatSeconds } from '../../view/format.js'

/** Failures told one by one; more are only counted. */
const FAILURES_TOLD = 5
/** Between two lines of progress where no line can be drawn anew. */
const LINE_EVERY_MS = 10_000

/** Shows how far a run is: one line drawn anew on a terminal, a line now and then elsewhere. */
export class RunProgress {
  readonly #shell: Shell
  readonly #quiet: boolean
  readonly #live: LiveRegion | undefined
  #told = 0
  #drawnAt = -Infinity

  constructor(shell: Shell, { quiet }: { readonly quiet: boolean }) {
    this.#shell = shell
    this.#quiet = quiet
    this.#live = quiet || !shell.stderr.live ? undefined : new LiveRegion(shell.stderr)
  }

  readonly add = (event: EvalEvent): void => {
    switch (event.type) {
      case 'run-start':
        this.#say(event.resumed ? `Run ${event.run} goes on.` : `Run ${event.run}`)
        break
      case 'phase-start':
        this.#drawnAt = -Infinity
        this.#draw(event.phase, { count: event.count, spentUsd: 0 })
        break
      case 'item-failed':
        this.#told += 1
        if (this.#told <= FAILURES_TOLD)
          this.#say(`  ${itemName(event.item)}: ${oneLine(event.error.message)}`)
        if (this.#told === FAILURES_TOLD + 1)
          this.#say('  … further failures are counted and kept in the log')
        this.#draw(event.phase, event)
        break
      case 'item-end':
        this.#draw(event.phase, event)
        break
      case 'run-end':
        this.end()
        break
    }
  }

  /** Takes what is drawn off the screen. */
  end(): void {
    this.#live?.end()
  }

  #say(line: string): void {
    if (this.#quiet) return
    if (this.#live) this.#live.draw([], [truncate(line, this.#shell.stderr.columns)])
    else this.#shell.note(line)
  }

  #draw(phase: Phase, progress: Progress): void {
    if (this.#quiet) return
    const { done, failed, total } = progress.count
    if (total === 0) return
    const now = performance.now()
    const finished = done + failed >= total
    const pause = this.#live ? TICK_MS : LINE_EVERY_MS
    if (now - this.#drawnAt < pause && !finished) return
    this.#drawnAt = now
    const line = progressLine(phase, progress)
    if (!this.#live) this.#shell.note(`  ${line}`)
    else if (finished) this.#live.draw([], [line])
    else this.#live.draw([truncate(line, this.#shell.stderr.columns - 1)])
  }
}

function progressLine(phase: Phase, { count, perMinute, remainingMs, spentUsd }: Progress): string {
  const { done, failed, total } = count
  const parts = [
    `${phase} ${formatCount(done)}/${formatCount(total)}`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(perMinute === undefined ? [] : [`${formatCount(Math.round(perMinute))}/min`]),
    ...(spentUsd > 0 ? [formatDollars(spentUsd)] : []),
    ...(remainingMs === undefined || done + failed >= total ? [] : [`${formatSeconds(remainingMs)} left`]),
  ]
  return parts.join(' · ')
}

/** `answer  moa-lite  17` as people read it. */
export function itemName(item: string): string {
  const [kind = '', ...rest] = item.split('\t')
  return `${kind} ${rest.join(' ')}`
}
