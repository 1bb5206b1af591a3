import type { ErrorInfo } from '../../core/index.js'
import type { StreamEncoder } from '../../wire/index.js'
import type { HeaderList, ReplySink } from '../http/exchange.js'
import type { Beating, Heartbeat } from './heartbeat.js'

export interface StreamWriterOptions {
  readonly sink: ReplySink
  readonly encoder: StreamEncoder
  readonly heartbeat: Heartbeat
  /** Ticks of silence after which something is sent to keep the connection alive. */
  readonly keepAliveTicks: number
  /** Ticks for which the client may leave everything unread. */
  readonly unreadTicks: number
  /** Called when it is longer. */
  readonly onUnread: () => void
  /** Asked for when the reply begins. */
  readonly headers: () => HeaderList
}

/**
 * The one writer of a streamed reply. What comes in one turn of the event loop goes out in one write. Nothing is sent
 * before `begin`, so a failure until then can still be told by the HTTP status. Whoever encodes begins first: encoders
 * number what they write.
 */
export class StreamWriter implements Beating {
  readonly #options: StreamWriterOptions
  #pending = ''
  #scheduled = false
  #blocked: Promise<void> | undefined
  #silentTicks = 0
  #blockedTicks = 0
  #begun = false
  #over = false

  constructor(options: StreamWriterOptions) {
    this.#options = options
  }

  get begun(): boolean {
    return this.#begun
  }

  /** Sends head and first piece; only the first call counts. */
  begin(): void {
    if (this.#begun || this.#over) return
    this.#begun = true
    const { sink, encoder, headers, heartbeat } = this.#options
    sink.begin(200, headers())
    this.#pending = encoder.begin() + this.#pending
    heartbeat.add(this)
    this.#schedule()
  }

  /** Sends text. A promise, if there is one, resolves when the client has caught up. */
  push(text: string): Promise<void> | undefined {
    if (text !== '') {
      this.#pending += text
      this.#schedule()
    }
    return this.#blocked
  }

  /** Sends the last piece. */
  end(text: string): void {
    if (this.#over) return
    this.#stop()
    this.#options.sink.end(this.#pending + text)
  }

  /** Tells of a failure after the beginning, and ends. */
  fail(error: ErrorInfo, extension?: Readonly<Record<string, unknown>>): void {
    this.end(this.#options.encoder.error(error, extension))
  }

  /** Nobody is there any more. */
  abandon(): void {
    this.#stop()
  }

  tick(): void {
    const { encoder, keepAliveTicks, unreadTicks, onUnread } = this.#options
    if (this.#blocked !== undefined) {
      this.#blockedTicks += 1
      if (this.#blockedTicks > unreadTicks) onUnread()
      return
    }
    this.#silentTicks += 1
    if (this.#silentTicks >= keepAliveTicks) void this.push(encoder.keepAlive())
  }

  #stop(): void {
    this.#over = true
    this.#options.heartbeat.delete(this)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(this.#flush)
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    if (this.#over || this.#pending === '') return
    const text = this.#pending
    this.#pending = ''
    this.#silentTicks = 0
    const wait = this.#options.sink.write(text)
    if (wait === undefined || this.#blocked !== undefined) return
    this.#blockedTicks = 0
    this.#blocked = wait.then(() => {
      this.#blocked = undefined
    })
  }
}
