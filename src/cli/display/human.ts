import { fstatSync } from 'node:fs'
import { isAbort, type MoaError } from '../../core/errors.js'
import type { ModelEvent } from '../../core/events.js'
import type { Selection } from '../select.js'
import type { Shell } from '../shell.js'
import { Sanitizer } from '../terminal/sanitize.js'
import type { Line } from '../terminal/style.js'
import { RunState } from '../view/run-state.js'
import type { Display } from './display.js'
import type { LiveAnswer } from './live-answer.js'
import type { LiveProgress } from './live-progress.js'
import { ProgressLines } from './progress-lines.js'
import { TICK_MS } from './tick.js'

export interface HumanOptions {
  readonly shell: Shell
  readonly selection: Selection
  /** Nothing but the answer, and what is wrong with it. */
  readonly quiet: boolean
  readonly showProposals: boolean
  readonly now: () => number
}

/** A display for people; what only terminals need is loaded only for them. */
export async function humanDisplay(options: HumanOptions): Promise<Display> {
  const { shell, selection, quiet, showProposals, now } = options
  const { stdout, stderr } = shell
  const state = new RunState(selection.name, now)
  const [progress, answer] = await Promise.all([
    quiet || !stderr.live ? undefined : import('./live-progress.js'),
    stdout.live ? import('./live-answer.js') : undefined,
  ])
  return new HumanDisplay({
    shell,
    state,
    quiet,
    live: progress && new progress.LiveProgress(stderr, state, showProposals),
    lines: quiet || stderr.live ? undefined : new ProgressLines((line) => shell.note(line), showProposals),
    answer: answer && new answer.LiveAnswer(stdout, state, !quiet),
  })
}

interface Parts {
  readonly shell: Shell
  readonly state: RunState
  readonly quiet: boolean
  readonly live: LiveProgress | undefined
  readonly lines: ProgressLines | undefined
  readonly answer: LiveAnswer | undefined
}

/** Progress on standard error, the answer alone on standard output; live where a terminal allows it. */
class HumanDisplay implements Display {
  readonly #parts: Parts
  readonly #sanitizer = new Sanitizer()
  readonly #timer: NodeJS.Timeout | undefined
  #answering = false
  #endsWithNewline = true

  constructor(parts: Parts) {
    this.#parts = parts
    if (parts.live || parts.answer) this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  add(event: ModelEvent): Promise<void> | undefined {
    const { state, live, lines, answer, shell } = this.#parts
    state.add(event)
    live?.add(event)
    lines?.add(event)
    if (event.type !== 'answer-delta' && event.type !== 'refusal-delta') return undefined
    if (!this.#answering) this.#beginAnswer()
    if (answer) {
      answer.push(event.text)
      return undefined
    }
    const text = this.#sanitizer.push(event.text)
    if (text !== '') this.#endsWithNewline = text.endsWith('\n')
    return shell.write(text)
  }

  async end(): Promise<void> {
    await this.#stop()
    const { state, quiet, shell } = this.#parts
    const { finish, degraded, calls, elapsedMs } = state
    const { degradedLines, summaryLines } = await import('../view/summary.js')
    const { columns } = shell.stderr
    const lines = degradedLines(degraded, columns)
    if (finish?.reason === 'length')
      lines.push([{ text: '! the answer was cut off at its token limit', style: { color: 'yellow' } }])
    if (finish && !quiet) {
      const { usage, cost } = finish
      const table = summaryLines({ calls, usage, cost, elapsedMs }, columns)
      if (table.length > 0) lines.push([], ...table)
    }
    await this.#note(lines)
  }

  async fail(error: MoaError): Promise<void> {
    const { state, shell } = this.#parts
    state.stop()
    await this.#stop()
    // What an interrupted run fell short of is of no interest.
    if (isAbort(error) || state.degraded.length === 0) return
    const { degradedLines } = await import('../view/summary.js')
    await this.#note(degradedLines(state.degraded, shell.stderr.columns))
  }

  #beginAnswer(): void {
    this.#answering = true
    const { live, answer } = this.#parts
    if (live === undefined) return
    if (answer) live.end([...live.heading(), []])
    // A pipe may end on this very terminal, where two writers would overwrite each other.
    else if (!isFile(1)) live.end()
  }

  #tick(): void {
    const { live, answer } = this.#parts
    if (this.#answering && answer) answer.tick()
    else live?.tick()
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer)
    const { live, answer, shell } = this.#parts
    live?.end()
    answer?.end()
    if (!this.#endsWithNewline) await shell.write('\n')
    this.#endsWithNewline = true
  }

  async #note(lines: readonly Line[]): Promise<void> {
    if (lines.length === 0) return
    const { paint } = await import('../terminal/style.js')
    const { shell } = this.#parts
    for (const line of lines) shell.note(paint(line, shell.stderr.styled))
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile()
  } catch {
    return false // A closed output: nobody sees it either way.
  }
}
