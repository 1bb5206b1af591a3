import { errorInfo, taped, watched, wrapModel } from '../core/index.js'
import type { ChatRequest, Finish, Model, ModelEvent, StreamWatcher } from '../core/index.js'
import type { Clock } from '../util/index.js'
import type { RecordLine, RunSource } from './format.js'

export interface RunLinesOptions {
  readonly clock: Clock
  /** Takes every line; must not throw. */
  readonly write: (line: RecordLine) => void
}

/** Turns runs and calls into lines of a recording while they happen. */
export class RunLines {
  readonly #clock: Clock
  readonly #write: (line: RecordLine) => void

  constructor({ clock, write }: RunLinesOptions) {
    this.#clock = clock
    this.#write = write
  }

  /** The same model, with every call of it told of. For models that call upstreams, not for mixtures. */
  model(model: Model): Model {
    return wrapModel(model, (request, options) => {
      const at = this.#clock.now()
      const { runId, slot } = options
      return taped((tapedOptions) => model.stream(request, tapedOptions), options, {
        clock: this.#clock,
        onTape: (tape) =>
          this.#write({
            type: 'call',
            ...(runId !== undefined && { run: runId }),
            at,
            model: model.id,
            ...(slot && { slot }),
            request,
            tape,
          }),
      })
    })
  }

  /**
   * The same mixture, or a single model, with the beginning, the events and the end of every run told of.
   *
   * @param source what it is made of
   */
  mixture(model: Model, source: RunSource = {}): Model {
    return wrapModel(model, (request, options) => {
      const run = options.runId ?? `run_${globalThis.crypto.randomUUID()}`
      return watched(
        () => model.stream(request, { ...options, runId: run }),
        this.#run({ run, recipe: model.id, request, source }),
      )
    })
  }

  #run(init: { run: string; recipe: string; request: ChatRequest; source: RunSource }): StreamWatcher {
    const { run, recipe, request, source } = init
    let startedAt = 0
    let finish: Finish | undefined
    let held: [number, ModelEvent][] = []
    const flush = (): void => {
      if (held.length > 0) this.#write({ type: 'events', run, events: held })
      held = []
    }
    return {
      start: () => {
        startedAt = this.#clock.now()
        this.#write({ type: 'run', run, at: startedAt, recipe, ...source, request })
      },
      event: (event) => {
        if (event.type === 'proposal-delta') return
        if (event.type === 'finish') finish = event
        held.push([this.#clock.now() - startedAt, event])
        // Pieces wait for what ends them: one write for each would slow down the answer.
        if (!event.type.endsWith('-delta')) flush()
      },
      end: (end) => {
        flush()
        this.#write({
          type: 'end',
          run,
          durationMs: this.#clock.now() - startedAt,
          ...(finish && { finish }),
          ...(end.how === 'failed' && { error: errorInfo(end.error) }),
        })
      },
    }
  }
}
