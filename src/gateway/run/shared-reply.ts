import type { Exchange, HeaderList, ReplySink } from '../http/exchange.js'

/** Characters of an unread reply at which its writer waits, once it has outgrown what is kept. */
const HIGH_WATER = 64 * 1024

interface Reader {
  readonly exchange: Exchange
  /** Index of the next piece. */
  next: number
  busy: boolean
  begun: boolean
}

interface Head {
  readonly status: number
  readonly headers: HeaderList
}

/**
 * One reply for several requests that are the same. Pieces are kept, so a reader that comes late gets all of it from the
 * beginning; every reader reads as fast as it can.
 */
export class SharedReply implements ReplySink {
  readonly #limit: number
  readonly #abandonAfter: (callback: () => void) => () => void
  readonly #readers = new Set<Reader>()
  readonly #onGone: (() => void)[] = []
  #head: Head | undefined
  #pieces: (string | Buffer)[] = []
  #size = 0
  #whole = false
  #ended = false
  #trimmed = false
  #cancelAbandon: (() => void) | undefined
  #writerWaits: (() => void) | undefined

  /**
   * @param options.limit characters kept for readers that come late
   * @param options.abandonAfter starts the wait for somebody to come back, and returns how to stop it
   */
  constructor(options: { limit: number; abandonAfter: (callback: () => void) => () => void }) {
    this.#limit = options.limit
    this.#abandonAfter = options.abandonAfter
  }

  /** Set once the reply is complete. */
  get ended(): boolean {
    return this.#ended
  }

  /** False once the beginning is not kept any more. */
  get joinable(): boolean {
    return !this.#trimmed
  }

  get size(): number {
    return this.#size
  }

  /** Called once when nobody has read for too long a reply that is not complete. */
  onGone(callback: () => void): void {
    this.#onGone.push(callback)
  }

  /** Lets a request have this reply. */
  join(exchange: Exchange): void {
    this.#cancelAbandon?.()
    this.#cancelAbandon = undefined
    const reader: Reader = { exchange, next: 0, busy: false, begun: false }
    this.#readers.add(reader)
    exchange.onGone(() => this.#left(reader))
    this.#pump(reader)
  }

  /** Drops the connections of everybody who does not read. */
  destroy(): void {
    for (const { exchange, busy } of this.#readers) if (busy) exchange.destroy()
  }

  send({ status, headers, body }: { status: number; headers: HeaderList; body: string | Buffer }): void {
    this.#head = { status, headers }
    this.#pieces = [body]
    this.#size = body.length
    this.#whole = true
    this.#ended = true
    this.#pumpAll()
  }

  begin(status: number, headers: HeaderList): void {
    this.#head = { status, headers }
    this.#pumpAll()
  }

  write(text: string): Promise<void> | undefined {
    this.#pieces.push(text)
    this.#size += text.length
    this.#pumpAll()
    if (this.#size <= this.#limit) return undefined
    this.#trimmed = true
    this.#trim()
    if (this.#size <= HIGH_WATER || this.#readers.size === 0) return undefined
    return new Promise((resolve) => (this.#writerWaits = resolve))
  }

  end(text: string): void {
    if (text !== '') void this.write(text)
    this.#ended = true
    this.#pumpAll()
  }

  #pumpAll(): void {
    for (const reader of this.#readers) this.#pump(reader)
  }

  /** Gives a reader what there is, until it wants a rest. */
  #pump(reader: Reader): void {
    const { exchange } = reader
    if (this.#head === undefined || reader.busy) return
    if (this.#whole) {
      this.#readers.delete(reader)
      exchange.send({ ...this.#head, body: this.#pieces[0] ?? '' })
      return
    }
    if (!reader.begun) {
      reader.begun = true
      exchange.begin(this.#head.status, this.#head.headers)
    }
    while (reader.next < this.#pieces.length) {
      const wait = exchange.write(this.#pieces[reader.next] as string)
      reader.next += 1
      if (wait === undefined) continue
      reader.busy = true
      void wait.then(() => {
        reader.busy = false
        this.#pump(reader)
        this.#trim()
      })
      return
    }
    if (!this.#ended) return
    this.#readers.delete(reader)
    exchange.end('')
  }

  /** Forgets what everybody has read, once late readers are not welcome any more. */
  #trim(): void {
    if (!this.#trimmed) return
    const slowest = Math.min(this.#pieces.length, ...[...this.#readers].map(({ next }) => next))
    for (const piece of this.#pieces.splice(0, slowest)) this.#size -= piece.length
    for (const reader of this.#readers) reader.next -= slowest
    if (this.#size > HIGH_WATER && this.#readers.size > 0) return
    this.#writerWaits?.()
    this.#writerWaits = undefined
  }

  #left(reader: Reader): void {
    this.#readers.delete(reader)
    this.#trim()
    if (this.#readers.size > 0 || this.#ended) return
    this.#cancelAbandon = this.#abandonAfter(() => {
      if (this.#readers.size === 0 && !this.#ended) for (const callback of this.#onGone) callback()
    })
  }
}
