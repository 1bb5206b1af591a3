/** Told when a {@link EventQueue} fills up and when it has room again. */
export interface QueueFlow {
  /** Items waiting to be read at which the producer should stop. */
  readonly highWater: number
  /** Called once each time the queue reaches `highWater`. */
  pause(): void
  /** Called once each time a paused queue has been read down to half of `highWater`. */
  resume(): void
}

/** Takes an item; a promise makes the producer wait until it resolves. */
export type Sink<T> = (item: T) => Promise<void> | undefined

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
  #delivery: Delivery<T> | undefined

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
    if (this.#delivery && !this.#delivery.busy && this.#head === this.#items.length) {
      this.#onRead?.(item)
      this.#handOver(this.#delivery, item)
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

  /** Fails at once: what is waiting is dropped, even after `end()`, and a sink is not waited for. */
  abort(error: unknown): void {
    this.#items = []
    this.#head = 0
    this.#closed = false
    const delivery = this.#delivery
    if (delivery?.busy === true) {
      this.#delivery = undefined
      this.#closed = true
      delivery.reject(error)
    } else this.fail(error)
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#delivery) this.#drain()
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    const error = this.#takeError()
    if (error) waiting.reject(error.value)
    else waiting.resolve({ value: undefined, done: true })
  }

  #take(): T {
    const item = this.#items[this.#head] as T
    this.#items[this.#head] = undefined as T
    this.#head += 1
    if (this.#head === this.#items.length) {
      this.#items.length = 0
      this.#head = 0
    }
    if (this.#paused && this.#flow && this.size <= this.#flow.highWater >> 1) {
      this.#paused = false
      this.#flow.resume()
    }
    this.#onRead?.(item)
    return item
  }

  #takeError(): { readonly value: unknown } | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#head < this.#items.length) return Promise.resolve({ value: this.#take(), done: false })
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

  /**
   * Hands every item to `sink` instead of being pulled from: no promise for each item. While the sink's promise is
   * pending items wait here, and the producer is told to pause as usual. Not to be mixed with `next()`.
   *
   * @returns resolves at the end, rejects with the producer's error or with what the sink throws or rejects with; in
   *   the latter case the consumer counts as gone, as after `return()`
   */
  deliver(sink: Sink<T>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#delivery = { sink, resolve, reject, busy: false }
      this.#drain()
    })
  }

  /** Hands over what waits, until the sink wants a rest or nothing is left. */
  #drain(): void {
    const delivery = this.#delivery
    if (delivery === undefined || delivery.busy) return
    while (this.#head < this.#items.length) {
      if (!this.#handOver(delivery, this.#take())) return
    }
    if (!this.#closed) return
    this.#delivery = undefined
    const error = this.#takeError()
    if (error) delivery.reject(error.value)
    else delivery.resolve()
  }

  /** Gives the sink one item. False when it wants a rest or has failed. */
  #handOver(delivery: Delivery<T>, item: T): boolean {
    let wait: Promise<void> | undefined
    try {
      wait = delivery.sink(item)
    } catch (error) {
      this.#leave(error)
      return false
    }
    if (wait === undefined) return true
    delivery.busy = true
    wait.then(
      () => {
        delivery.busy = false
        this.#drain()
      },
      (error: unknown) => this.#leave(error),
    )
    return false
  }

  /** The sink has failed: the consumer is gone. */
  #leave(error: unknown): void {
    const delivery = this.#delivery
    this.#delivery = undefined
    void this.return()
    delivery?.reject(error)
  }
}

interface Delivery<T> {
  readonly sink: Sink<T>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  /** The sink's promise is pending. */
  busy: boolean
}
