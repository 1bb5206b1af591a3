/** Whose queue it is: told how it is read. Each may be absent. */
export interface QueueOwner<T> {
  /** Items waiting to be read at which the producer should stop. */
  readonly highWater?: number
  /** Called once each time the queue reaches `highWater`. */
  pause?(): void
  /** Called once each time a paused queue has been read down to half of `highWater`. */
  resume?(): void
  /** Called for each item as it leaves the queue. What it throws ends the reading with that error. */
  taken?(item: T): void
  /** Called once when the consumer leaves before the end. */
  left?(): void
}

/** Takes items, in order, and then hears of the end, once. A promise makes the producer wait until it resolves. */
export interface QueueReader<T> {
  event(item: T): Promise<void> | undefined
  /** Must not throw. */
  end(): void
  /** Must not throw. */
  fail(error: unknown): void
}

/**
 * Joins a producer that pushes to one consumer that pulls. Items come out in the order they went in; after
 * `end()` or `fail()` the rest is delivered first, then the end or the error, once.
 *
 * The queue can't refuse an item; it stays bounded because the producer obeys its {@link QueueOwner}.
 */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #owner: QueueOwner<T>
  #items: T[] = NOTHING
  #head = 0
  #paused = false
  #closed = false
  #error: { readonly value: unknown } | undefined
  /** Who asked for an item that has not come yet. */
  #waiting: Waiter<T> | undefined
  /** Who asked after that one. */
  #others: Waiter<T>[] | undefined
  #reader: QueueReader<T> | undefined
  /** The reader's promise is pending. */
  #busy = false

  constructor(owner: QueueOwner<T> = {}) {
    this.#owner = owner
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
      this.#waiting = this.#others?.shift()
      try {
        this.#owner.taken?.(item)
      } catch (error) {
        this.#leave(error)
        waiting.reject(error)
        return
      }
      waiting.resolve({ value: item, done: false })
      return
    }
    if (this.#reader && !this.#busy && this.#head === this.#items.length) {
      this.#handOver(this.#reader, item)
      return
    }
    if (this.#items === NOTHING) this.#items = [item]
    else this.#items.push(item)
    const { highWater } = this.#owner
    if (highWater !== undefined && !this.#paused && this.size >= highWater) {
      this.#paused = true
      this.#owner.pause?.()
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
    this.#items = NOTHING
    this.#head = 0
    this.#closed = false
    const reader = this.#reader
    if (reader && this.#busy) {
      this.#reader = undefined
      this.#closed = true
      reader.fail(error)
    } else this.fail(error)
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#reader) this.#drain()
    const waiting = this.#waiting
    if (!waiting) return
    const others = this.#others ?? []
    this.#waiting = this.#others = undefined
    const error = this.#takeError()
    if (error) waiting.reject(error.value)
    else waiting.resolve({ value: undefined, done: true })
    for (const other of others) other.resolve({ value: undefined, done: true })
  }

  #take(): T {
    const item = this.#items[this.#head] as T
    this.#items[this.#head] = undefined as T
    this.#head += 1
    if (this.#head === this.#items.length) {
      this.#items.length = 0
      this.#head = 0
    }
    if (this.#paused && this.size <= (this.#owner.highWater ?? 0) >> 1) {
      this.#paused = false
      this.#owner.resume?.()
    }
    return item
  }

  #takeError(): { readonly value: unknown } | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#head < this.#items.length) {
      const item = this.#take()
      try {
        this.#owner.taken?.(item)
      } catch (error) {
        this.#leave(error)
        return Promise.reject(error)
      }
      return Promise.resolve({ value: item, done: false })
    }
    if (this.#closed) {
      const error = this.#takeError()
      if (error) return Promise.reject(error.value)
      return Promise.resolve({ value: undefined, done: true })
    }
    return new Promise((resolve, reject) => {
      if (this.#waiting === undefined) this.#waiting = { resolve, reject }
      else (this.#others ??= []).push({ resolve, reject })
    })
  }

  /** The consumer has left: drops what is waiting and tells the producer. */
  return(): Promise<IteratorResult<T>> {
    this.#items = NOTHING
    this.#head = 0
    this.#error = undefined
    const first = !this.#closed
    this.#close()
    if (first) this.#owner.left?.()
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /**
   * Hands every item to a reader instead of being pulled from: no promise for each item. While the reader's promise is
   * pending items wait here, and the producer is told to pause as usual. When the reader throws or rejects, it counts
   * as gone, as after `return()`, and its `fail` hears of it. Not to be mixed with `next()`.
   */
  read(reader: QueueReader<T>): void {
    this.#reader = reader
    this.#drain()
  }

  /** Hands over what waits, until the reader wants a rest or nothing is left. */
  #drain(): void {
    const reader = this.#reader
    if (reader === undefined || this.#busy) return
    while (this.#head < this.#items.length) {
      if (!this.#handOver(reader, this.#take())) return
    }
    if (!this.#closed || this.#reader === undefined) return
    this.#reader = undefined
    const error = this.#takeError()
    if (error) reader.fail(error.value)
    else reader.end()
  }

  /** Gives the reader one item. False when it wants a rest or has failed. */
  #handOver(reader: QueueReader<T>, item: T): boolean {
    let wait: Promise<void> | undefined
    try {
      this.#owner.taken?.(item)
      wait = reader.event(item)
    } catch (error) {
      this.#leave(error)
      return false
    }
    if (wait === undefined) return true
    this.#busy = true
    wait.then(
      () => {
        this.#busy = false
        this.#drain()
      },
      (error: unknown) => this.#leave(error),
    )
    return false
  }

  /** The reader has failed: the consumer is gone. */
  #leave(error: unknown): void {
    const reader = this.#reader
    this.#reader = undefined
    void this.return()
    reader?.fail(error)
  }
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T>) => void
  readonly reject: (error: unknown) => void
}

/** Shared by all queues that hold nothing yet, which most never do; never written to. */
const NOTHING: never[] = []
