import type { ModelEvent } from './events.js'
import type { EventSink } from './model.js'

/** How a stream is read that can only be delivered. */
export interface Delivery {
  /** Hands every event to the sink, in order, waiting for its promises; called once, by the first `next()`. */
  deliver(sink: EventSink): Promise<void>
  /** The reader has left: ends the delivery, even where it waits for an event. */
  leave(): void
}

/** Why a delivery ended whose reader went away; nobody ever sees it. */
const LEFT = new Error('The reader has left.')

/**
 * Reads by `next()` what is delivered to a sink: one event at a time, the model waits for its reader.
 */
export class PulledStream implements AsyncIterableIterator<ModelEvent> {
  readonly #delivery: Delivery
  readonly #readers: Reader[] = []
  #done: Promise<void> | undefined
  #over = false
  #error: { readonly value: unknown } | undefined
  /** Set while the model waits for the next `next()`. */
  #turn: { readonly go: () => void; readonly leave: (reason: unknown) => void } | undefined

  constructor(delivery: Delivery) {
    this.#delivery = delivery
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
      if (this.#done === undefined) this.#begin()
      this.#turn?.go()
      this.#turn = undefined
    })
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    const began = this.#done !== undefined
    const wasOver = this.#over
    this.#over = true
    this.#error = undefined
    if (began && !wasOver) {
      this.#turn?.leave(LEFT)
      this.#turn = undefined
      this.#delivery.leave()
    }
    await this.#done
    return END
  }

  #begin(): void {
    this.#done = this.#delivery
      .deliver((event) => this.#hand(event))
      .then(
        () => this.#end(),
        (value: unknown) => this.#end({ value }),
      )
  }

  #hand(event: ModelEvent): Promise<void> | undefined {
    if (this.#over) throw LEFT
    // There is always one: the model waits unless somebody asked for the next event.
    this.#readers.shift()?.resolve({ value: event, done: false })
    // Nothing comes after `finish` but the end.
    if (this.#readers.length > 0 || event.type === 'finish') return undefined
    return new Promise((go, leave) => (this.#turn = { go, leave }))
  }

  #end(error?: { readonly value: unknown }): void {
    const left = this.#over
    this.#over = true
    const first = left || !error ? undefined : this.#readers.shift()
    if (first && error) first.reject(error.value)
    else if (error && !left) this.#error = error
    for (const reader of this.#readers.splice(0)) reader.resolve(END)
  }
}

interface Reader {
  readonly resolve: (result: IteratorResult<ModelEvent>) => void
  readonly reject: (error: unknown) => void
}

const END: IteratorResult<ModelEvent> = { value: undefined, done: true }
