import type { MoaError } from '../../core/errors.js'
import type { ModelEvent } from '../../core/events.js'
import type { Terminal } from '../terminal/terminal.js'
import { RunState } from '../view/run-state.js'
import type { Display } from './display.js'
import { LiveProgress } from './live-progress.js'
import { TICK_MS } from './tick.js'

/** Progress on a terminal beside output that goes elsewhere. */
export class WithProgress implements Display {
  readonly #output: Display
  readonly #state: RunState
  readonly #progress: LiveProgress
  readonly #timer: NodeJS.Timeout

  /** @param terminal shows the progress; the output must not go to the same one */
  constructor(output: Display, terminal: Terminal, { model, now }: { model: string; now: () => number }) {
    this.#output = output
    this.#state = new RunState(model, now)
    this.#progress = new LiveProgress(terminal, this.#state, false)
    this.#timer = setInterval(() => this.#progress.tick(), TICK_MS)
  }

  add(event: ModelEvent): Promise<void> | undefined {
    this.#state.add(event)
    this.#progress.add(event)
    return this.#output.add(event)
  }

  end(): Promise<void> {
    this.#stop()
    return this.#output.end()
  }

  fail(error: MoaError): Promise<void> {
    this.#state.stop()
    this.#stop()
    return this.#output.fail(error)
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#progress.end()
  }
}
