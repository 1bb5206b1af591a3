/** Told when a {@link EventQueue} fills up and when it has room again. */
export interface QueueFlow {
  /** Items waiting to be read at which the producer should stop. */
  readonly highWater: number
  /** Called once each time the queue reaches `highWater`. */
  pause(): void
  /** Called once each time a paused queue has been read down to half of `highWater`. */
  resume(): void
}

/**
 * Joins a producer that pushes to one consumer that pulls. Items come out in the order they went in; after
 * `end()` or `fail()` the rest is delivered first, then the end or the error, once.
 *
 * The queue can't refuse an item; it stays bounded because the producer obeys {@link QueueFlow}.
 */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #flow: QueueFlow | undefined
  readonly #onReturn: (() => void) | undefined
  readonly #onRead: ((item: T) => void) | undefined
  #items: T[] = []
  #head = 0
  #paused = false
  #closed = false
  #error: { readonly value: unknown } | undefined
  #waiting: { resolve: (result: IteratorResult<T>) => void; reject: (error: unknown) => void } | undefined

  /**
   * @param options.onReturn called once when the consumer leaves before the end
   * @param options.onRead called for each item as it leaves the queue
   */
  constructor(options: { flow?: QueueFlow; onReturn?: () => void; onRead?: (item: T) => void } = {}) {
    this.#flow = options.flow
    this.#onReturn = options.onReturn
    this.#onRead = options.onRead
  }

  /** Items pushed and not yet read. */
  get size(): number {
    return this.#items.length - this.#head
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Hands over an item. Ignored after `end()`, `fail()` or the consumer's `return()`. */
  push(item: T): void {
    if (this.#closed) return
    const waiting = this.#waiting
    if (waiting) {
      this.#waiting = undefined
      this.#onRead?.(item)
      waiting.resolve({ value: item, done: false })
      return
    }
    this.#items.push(item)
    if (this.#flow && !this.#paused && this.size >= this.#flow.highWater) {
      this.#paused = true
      this.#flow.pause()
    }
  }

  end(): void {
    this.#close()
  }

  fail(error: unknown): void {
    if (!this.#closed) this.#error = { value: error }
    this.#close()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    const error = this.#takeError()
    if (error) waiting.reject(error.value)
    else waiting.resolve({ value: undefined, done: true })
  }

  #takeError(): { readonly value: unknown } | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#head < this.#items.length) {
      const value = this.#items[this.#head] as T
      this.#items[this.#head] = undefined as T
      this.#head += 1
      if (this.#head === this.#items.length) {
        this.#items = []
        this.#head = 0
      }
      if (this.#paused && this.#flow && this.size <= this.#flow.highWater >> 1) {
        this.#paused = false
        this.#flow.resume()
      }
      this.#onRead?.(value)
      return Promise.resolve({ value, done: false })
    }
    if (this.#closed) {
      const error = this.#takeError()
      if (error) return Promise.reject(error.value)
      return Promise.resolve({ value: undefined, done: true })
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  /** The consumer has left: drops what is waiting and tells the producer. */
  return(): Promise<IteratorResult<T>> {
    this.#items = []
    this.#head = 0
    this.#error = undefined
    const first = !this.#closed
    this.#close()
    if (first) this.#onReturn?.()
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
