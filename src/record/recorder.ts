import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs'
import { constants, gzipSync } from 'node:zlib'
import { MoaError } from '../core/index.js'
import type { ChatRequest, Model } from '../core/index.js'
import { systemClock, writeReason, type Clock } from '../util/index.js'
import { RECORD_VERSION, type RecordLine, type RunSource } from './format.js'
import { RunLines } from './run-lines.js'
import { lineText, type Redact } from './without-secrets.js'

export interface RecorderOptions {
  /** Where to write; `.gz` at the end of its name packs it. */
  readonly file: string
  /** Go on with a file that is there; several recorders may then write to it at once. Default: it is replaced. */
  readonly append?: boolean
  readonly generator?: string
  readonly clock?: Clock
  /** Takes secrets out of what is written. Keys and headers of calls are never part of it anyway. */
  readonly redact?: Redact
  /** Told once when a line can't be written, on a full disk for one; recording ends there. Default: nobody. */
  readonly onFailure?: (error: MoaError) => void
}

/**
 * Writes runs to a file while they happen. Wrap every model with {@link Recorder.model} and the mixture with
 * {@link Recorder.mixture}; each line is on disk when what it tells of has ended, whatever happens to the process after
 * that.
 */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #packed: boolean
  readonly #lines: RunLines
  #file: number | undefined

  /** @throws {@link MoaError} `file_unreadable` when the file can't be written */
  constructor(options: RecorderOptions) {
    this.#options = options
    this.#packed = options.file.endsWith('.gz')
    const clock = options.clock ?? systemClock
    this.#lines = new RunLines({ clock, write: (line) => this.#write(line) })
    const header: RecordLine = {
      type: 'recording',
      version: RECORD_VERSION,
      generator: options.generator ?? 'mixture-of-agents',
      at: clock.now(),
    }
    try {
      // Every line goes to the end of the file, wherever another recorder has brought that.
      this.#file = openSync(options.file, 'a')
      if (options.append !== true) ftruncateSync(this.#file)
      writeFileSync(this.#file, this.#bytes(header))
    } catch (error) {
      throw this.#failure(error)
    }
  }

  /** The same model, with every call of it recorded. For models that call upstreams, not for mixtures. */
  model(model: Model): Model {
    return this.#lines.model(model)
  }

  /**
   * The same mixture, or a single model, with the beginning, the events and the end of every run recorded.
   *
   * @param source what it is made of
   */
  mixture(model: Model, source: RunSource = {}): Model {
    return this.#lines.mixture(model, source)
  }

  /** Each line of a packed file is a gzip member of its own, so it can be read without those after it. */
  #bytes(line: RecordLine): string | Buffer {
    const text = `${lineText(line, this.#options.redact ?? ((plain) => plain))}\n`
    return this.#packed ? gzipSync(text, { level: constants.Z_BEST_SPEED }) : text
  }

  /** A recording that can't go on must not take the answer with it. */
  #write(line: RecordLine): void {
    if (this.#file === undefined) return
    try {
      writeFileSync(this.#file, this.#bytes(line))
    } catch (error) {
      this.close()
      this.#options.onFailure?.(this.#failure(error))
    }
  }

  #failure(cause: unknown): MoaError {
    const message = `Can't write the recording ${this.#options.file}: ${writeReason(cause)}.`
    return new MoaError('file_unreadable', message, { cause })
  }

  /** Closes the file; runs that go on are not recorded any more. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

/** A request as it goes into a hash or a file: without what differs from run to run. */
export function bareRequest(request: ChatRequest): ChatRequest {
  const { metadata: _, limits: __, ...bare } = request
  return bare
}
