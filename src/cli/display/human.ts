import { fstatSync } from 'node:fs'
import { isAbort, type MoaError } from '../../core/errors.js'
import type { ModelEvent } from '../../core/events.js'
import type { Selection } from '../select.js'
import type { Shell } from '../shell.js'
import { Sanitizer } from '../terminal/sanitize.js'
import { paint, span, type Line } from '../terminal/style.js'
import { FRAME_MS } from '../view/frame.js'
import { RunState } from '../view/run-state.js'
import { degradedLines, summaryLines } from '../view/summary.js'
import type { Display } from './display.js'
import { LiveAnswer } from './live-answer.js'
import { LiveProgress } from './live-progress.js'
import { ProgressLines } from './progress-lines.js'

export interface HumanOptions {
  readonly shell: Shell
  readonly selection: Selection
  /** Nothing but the answer, and what is wrong with it. */
  readonly quiet: boolean
  readonly showProposals: boolean
}

/** Progress for people on standard error, the answer alone on standard output; live where a terminal allows it. */
export class HumanDisplay implements Display {
  readonly liveProposals: boolean
  readonly #shell: Shell
  readonly #quiet: boolean
  readonly #state: RunState
  readonly #live: LiveProgress | undefined
  readonly #lines: ProgressLines | undefined
  readonly #answer: LiveAnswer | undefined
  readonly #sanitizer = new Sanitizer()
  #timer: NodeJS.Timeout | undefined
  #answering = false
  #endsWithNewline = true

  constructor({ shell, selection, quiet, showProposals }: HumanOptions) {
    this.#shell = shell
    this.#quiet = quiet
    this.#state = new RunState(selection.name, () => performance.now())
    const { stdout, stderr } = shell
    this.#live = quiet || !stderr.live ? undefined : new LiveProgress(stderr, this.#state, showProposals)
    this.#lines =
      quiet || stderr.live ? undefined : new ProgressLines((line) => shell.note(line), showProposals)
    this.#answer = stdout.live ? new LiveAnswer(stdout, this.#state, !quiet) : undefined
    this.liveProposals = this.#live !== undefined
    if (this.#live || this.#answer) this.#timer = setInterval(() => this.#tick(), FRAME_MS)
  }

  add(event: ModelEvent): Promise<void> | undefined {
    this.#state.add(event)
    this.#live?.add(event)
    this.#lines?.add(event)
    if (event.type !== 'answer-delta' && event.type !== 'refusal-delta') return undefined
    if (!this.#answering) this.#beginAnswer()
    if (this.#answer) {
      this.#answer.push(event.text)
      return undefined
    }
    const text = this.#sanitizer.push(event.text)
    if (text !== '') this.#endsWithNewline = text.endsWith('\n')
    return this.#shell.write(text)
  }

  async end(): Promise<void> {
    await this.#stop()
    const { finish, degraded, calls, elapsedMs } = this.#state
    const { columns } = this.#shell.stderr
    this.#note(degradedLines(degraded, columns))
    if (finish?.reason === 'length')
      this.#note([[span('! the answer was cut off at its token limit', { color: 'yellow' })]])
    if (this.#quiet || !finish) return
    const { usage, cost } = finish
    const table = summaryLines({ calls, usage, cost, elapsedMs }, columns)
    if (table.length > 0) this.#note([[], ...table])
  }

  async fail(error: MoaError): Promise<void> {
    this.#state.stop()
    await this.#stop()
    // What an interrupted run fell short of is of no interest.
    if (!isAbort(error)) this.#note(degradedLines(this.#state.degraded, this.#shell.stderr.columns))
  }

  #beginAnswer(): void {
    this.#answering = true
    const live = this.#live
    if (live === undefined) return
    if (this.#answer) live.end([live.title(), []])
    // A pipe may end on this very terminal, where two writers would overwrite each other.
    else if (!isFile(1)) live.end()
  }

  #tick(): void {
    if (this.#answering && this.#answer) this.#answer.tick()
    else this.#live?.tick()
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#live?.end()
    this.#answer?.end()
    if (!this.#endsWithNewline) await this.#shell.write('\n')
    this.#endsWithNewline = true
  }

  #note(lines: readonly Line[]): void {
    for (const line of lines) this.#shell.note(paint(line, this.#shell.stderr.styled))
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile()
  } catch {
    return false // A closed output: nobody sees it either way.
  }
}
