import { errorInfo, type MoaError } from '../../core/errors.js'
import { Collector } from '../../core/collect.js'
import type { ModelEvent, RunStart } from '../../core/events.js'
import type { Selection } from '../select.js'
import type { Shell } from '../shell.js'
import type { Display } from './display.js'

/** One JSON object when the run is over. Its fields are documented in docs/cli.md. */
export class JsonDisplay implements Display {
  readonly #shell: Pick<Shell, 'write'>
  readonly #selection: Selection
  readonly #collector = new Collector()
  readonly #now: () => number
  readonly #startedAt: number
  #run: RunStart | undefined

  constructor(shell: Pick<Shell, 'write'>, selection: Selection, now: () => number) {
    this.#shell = shell
    this.#selection = selection
    this.#now = now
    this.#startedAt = now()
  }

  add(event: ModelEvent): undefined {
    if (event.type === 'run-start') this.#run = event
    this.#collector.add(event)
  }

  end(): Promise<void> {
    const { name, simulated } = this.#selection
    const { text, ...rest } = this.#collector.result()
    return this.#print({
      recipe: name,
      ...(this.#run && { recipeHash: this.#run.recipeHash, runId: this.#run.runId }),
      simulated,
      answer: text,
      ...rest,
      durationMs: Math.round(this.#now() - this.#startedAt),
    })
  }

  fail(error: MoaError): Promise<void> {
    return this.#print({ recipe: this.#selection.name, error: errorInfo(error) })
  }

  #print(value: unknown): Promise<void> {
    return this.#shell.write(`${JSON.stringify(value, null, 2)}\n`)
  }
}

/** Every event as a line of JSON; an error is the last line. */
export class JsonlDisplay implements Display {
  readonly #shell: Pick<Shell, 'write'>
  readonly #selection: Selection

  constructor(shell: Pick<Shell, 'write'>, selection: Selection) {
    this.#shell = shell
    this.#selection = selection
  }

  add(event: ModelEvent): Promise<void> {
    const { simulated } = this.#selection
    return this.#print(
      event.type === 'run-start' || event.type === 'finish' ? { ...event, simulated } : event,
    )
  }

  async end(): Promise<void> {}

  fail(error: MoaError): Promise<void> {
    return this.#print({ type: 'error', error: errorInfo(error) })
  }

  #print(value: unknown): Promise<void> {
    return this.#shell.write(`${JSON.stringify(value)}\n`)
  }
}
