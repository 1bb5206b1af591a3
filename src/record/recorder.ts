import { closeSync, openSync, writeSync } from 'node:fs'
import { constants, gzipSync } from 'node:zlib'
import { MoaError, deliver, errorInfo, taped, wrapModel } from '../core/index.js'
import type { ChatRequest, EventStream, Finish, Model, ModelEvent } from '../core/index.js'
import { systemClock, type Clock } from '../util/index.js'
import { RECORD_VERSION, type RecordLine } from './format.js'

/** Lines packed together in a gzip file. Each pack is a gzip member of its own, readable without the next. */
const LINES_PER_PACK = 32

export interface RecorderOptions {
  /** Where to write; `.gz` at the end of its name packs it. An existing file is replaced. */
  readonly file: string
  readonly generator?: string
  readonly clock?: Clock
}

/**
 * Writes runs to a file while they happen. Wrap every model with {@link Recorder.model} and the mixture with
 * {@link Recorder.mixture}; each call is on disk when it has ended, whatever happens to the process after that.
 */
export class Recorder {
  readonly #file: number
  readonly #packed: boolean
  readonly #clock: Clock
  #pack: string[] = []

  /** @throws {@link MoaError} `file_unreadable` when the file can't be written */
  constructor(options: RecorderOptions) {
    this.#packed = options.file.endsWith('.gz')
    this.#clock = options.clock ?? systemClock
    try {
      this.#file = openSync(options.file, 'w')
    } catch (error) {
      throw new MoaError(
        'file_unreadable',
        `Can't write the recording ${options.file}: ${(error as Error).message}`,
        {
          cause: error,
        },
      )
    }
    this.#write({
      type: 'recording',
      version: RECORD_VERSION,
      generator: options.generator ?? 'mixture-of-agents',
      at: this.#clock.now(),
    })
  }

  /** The same model, with every call of it recorded. For models that call upstreams, not for mixtures. */
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
   * The same mixture, with the beginning and end of every run recorded.
   *
   * @param definition the recipe as plain data
   */
  mixture(model: Model, definition?: unknown): Model {
    return wrapModel(model, (request, options) => {
      const run = options.runId ?? `run_${globalThis.crypto.randomUUID()}`
      const start = (): EventStream => {
        this.#write({
          type: 'run',
          run,
          at: this.#clock.now(),
          recipe: model.id,
          ...(definition !== undefined && { definition }),
          request,
        })
        return model.stream(request, { ...options, runId: run })
      }
      return this.#ending(run, start)
    })
  }

  /** Passes a run's events on and writes its end. */
  #ending(run: string, start: () => EventStream): EventStream {
    const clock = this.#clock
    let startedAt = 0
    let finish: Finish | undefined
    const open = (): EventStream => {
      startedAt = clock.now()
      return start()
    }
    const see = (event: ModelEvent): void => {
      if (event.type === 'finish') finish = event
    }
    const end = (error?: unknown): void =>
      this.#write({
        type: 'end',
        run,
        durationMs: clock.now() - startedAt,
        ...(finish && { finish }),
        ...(error !== undefined && { error: errorInfo(error) }),
      })
    async function* read(): AsyncGenerator<ModelEvent, void, undefined> {
      let failure: unknown
      try {
        for await (const event of open()) {
          see(event)
          yield event
        }
      } catch (error) {
        failure = error
        throw error
      } finally {
        end(failure)
      }
    }
    return {
      [Symbol.asyncIterator]: read,
      async deliver(sink) {
        let failure: unknown
        try {
          await deliver(open(), (event) => {
            see(event)
            return sink(event)
          })
        } catch (error) {
          failure = error
          throw error
        } finally {
          end(failure)
        }
      },
    }
  }

  #write(line: RecordLine): void {
    const text = `${JSON.stringify(line)}\n`
    if (!this.#packed) {
      writeSync(this.#file, text)
      return
    }
    this.#pack.push(text)
    if (this.#pack.length >= LINES_PER_PACK || line.type === 'end') this.#flush()
  }

  #flush(): void {
    if (this.#pack.length === 0) return
    writeSync(this.#file, gzipSync(this.#pack.join(''), { level: constants.Z_BEST_SPEED }))
    this.#pack = []
  }

  /** Writes what is still held back and closes the file. */
  close(): void {
    this.#flush()
    closeSync(this.#file)
  }
}

/** A request as it goes into a hash or a file: without what differs from run to run. */
export function bareRequest(request: ChatRequest): ChatRequest {
  const { metadata: _, limits: __, ...bare } = request
  return bare
}
