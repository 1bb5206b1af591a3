import { MoaError } from './errors.js'
import type { ModelEvent } from './events.js'
import type { EventReader } from './model.js'

/** A stream that can only be read by an {@link EventReader}. */
export interface Pushed {
  /** Called once, by the first `next()`. */
  read(reader: EventReader): void
  /** The reader has left: ends the reading, even where it waits for an event. */
  leave(): void
}

/** Why a reading ended whose reader went away; nobody ever sees it. */
const LEFT = new MoaError('aborted', 'The reader has left.')

/**
 * Reads by `next()` what is pushed to a reader: one event at a time, the model waits meanwhile.
 */
export class PulledStream implements AsyncIterableIterator<ModelEvent>, EventReader {
  readonly #stream: Pushed
  readonly #readers: Reader[] = []
  #begun = false
  #over = false
  /** The stream has closed behind a reader that left. */
  #closed: (() => void) | undefined
  #ended = false
  #error: { readonly value: unknown } | undefined
  /** Set while the model waits for the next `next()`. */
  #turn: { readonly go: () => void; readonly leave: (reason: unknown) => void } | undefined

  constructor(stream: Pushed) {
    this.#stream = stream
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    if (this.#error) {
      const { value } = this.#error
      this.#error = undefined
      return Promise.reject(value)
    }
    if (this.#over) return Promise.resolve(END)
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject })
      const turn = this.#turn
      this.#turn = undefined
      turn?.go()
      if (this.#begun) return
      this.#begun = true
      this.#stream.read(this)
    })
  }

  /** Resolves when the stream has closed. */
  return(): Promise<IteratorResult<ModelEvent>> {
    this.#over = true
    this.#error = undefined
    if (!this.#begun || this.#ended) return Promise.resolve(END)
    return new Promise((resolve) => {
      this.#closed = () => resolve(END)
      this.#turn?.leave(LEFT)
      this.#turn = undefined
      this.#stream.leave()
    })
  }

  /** For the stream alone. */
  event(event: ModelEvent): Promise<void> | undefined {
    if (this.#over) throw LEFT
    // There is always one: the model waits unless somebody asked for the next event.
    this.#readers.shift()?.resolve({ value: event, done: false })
    // Nothing comes after `finish` but the end.
    if (this.#readers.length > 0 || event.type === 'finish') return undefined
    return new Promise((go, leave) => (this.#turn = { go, leave }))
  }

  /** For the stream alone. */
  end(): void {
    this.#end()
  }

  /** For the stream alone. */
  fail(value: unknown): void {
    this.#end({ value })
  }

  #end(error?: { readonly value: unknown }): void {
    this.#ended = true
    const left = this.#over
    this.#over = true
    const first = left || !error ? undefined : this.#readers.shift()
    if (first && error) first.reject(error.value)
    else if (error && !left) this.#error = error
    for (const reader of this.#readers.splice(0)) reader.resolve(END)
    this.#closed?.()
  }
}

interface Reader {
  readonly resolve: (result: IteratorResult<ModelEvent>) => void
  readonly reject: (error: unknown) => void
}

const END: IteratorResult<ModelEvent> = { value: undefined, done: true }
