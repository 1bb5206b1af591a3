import { ERROR_INSIDE } from '../fault-error.js'
import { piecesBefore } from '../fault.js'
import { ChunkEncoder, DONE, encodeUsage, type ResponseIdentity } from '../../wire/index.js'
import { EncodedAnswer, headOf } from './encoded-answer.js'
import type { Exchange } from './exchange.js'

/** Events handed to the connection at once; it is asked in between whether it takes more. */
const BATCH = 100

/** What the client asked for of its stream. */
export interface StreamReplyOptions {
  readonly identity: ResponseIdentity
  readonly includeUsage: boolean
  readonly continuousUsage: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** Sends an answer as server-sent events, each piece when it is due, as fast as the client reads. */
export class StreamReply {
  readonly #exchange: Exchange
  readonly #options: StreamReplyOptions
  readonly #encoder: ChunkEncoder
  readonly #encoded: EncodedAnswer
  readonly #head: string
  readonly #usageEach: boolean
  readonly #count: number
  /** When the next piece is due. */
  #due: number
  #begun = false

  constructor(exchange: Exchange, options: StreamReplyOptions) {
    const { call, answer, fault } = exchange
    const reports = call.behaviour.usage !== 'none'
    this.#exchange = exchange
    this.#options = options
    this.#usageEach = call.behaviour.usage === 'every-chunk' || (options.continuousUsage && reports)
    const includeUsage = (options.includeUsage && reports) || this.#usageEach
    this.#encoder = new ChunkEncoder(options.identity, { includeUsage })
    this.#encoded = EncodedAnswer.of(answer, { includeUsage })
    this.#head = headOf(this.#encoder)
    this.#count = piecesBefore(fault, answer.units.length)
    this.#due = exchange.now()
  }

  start(): void {
    const exchange = this.#exchange
    exchange.streaming()
    exchange.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      ...this.#options.headers,
    })
    if (exchange.fault?.type === 'hang-before') {
      exchange.flush()
      exchange.hang()
      return
    }
    const first = exchange.call.first()
    // A connection that closes before the first token closes before the headers, too.
    const early = exchange.fault?.type === 'disconnect' && exchange.fault.after === 0
    if (first > 0 && !early) exchange.flush()
    this.#due += first
    exchange.after(first, this.#play)
  }

  /** Writes everything that is due, then waits for the next piece or for the connection. */
  readonly #play = (): void => {
    const exchange = this.#exchange
    if (!exchange.open) return
    const now = exchange.now()
    let batch = ''
    if (!this.#begun) {
      this.#begun = true
      if (this.#count > 0 || exchange.answer.units.length === 0) batch = this.#encoder.begin()
    }
    batch += this.#eventsDue(now)
    if (exchange.served === this.#count) {
      this.#end(batch)
      return
    }
    if (exchange.call.behaviour.drip !== undefined) this.#drip(batch)
    else exchange.write(batch, this.#wait)
  }

  /** The events of all pieces that are due, up to a batch. */
  #eventsDue(now: number): string {
    const exchange = this.#exchange
    const from = exchange.served
    const most = Math.min(this.#count, from + BATCH)
    let to = from
    while (to < most && this.#due <= now) {
      to += 1
      this.#due += exchange.call.pace()
    }
    exchange.served = to
    if (!this.#usageEach) return this.#encoded.events(this.#head, from, to)
    const units = exchange.answer.units.slice(from, to)
    return units.map((unit, index) => this.#withUsage(this.#encoder.event(unit), from + index + 1)).join('')
  }

  #withUsage(text: string, served: number): string {
    const usage = JSON.stringify(encodeUsage(this.#exchange.answer.usage(served)))
    return text.replace('"usage":null}\n\n', () => `"usage":${usage}}\n\n`)
  }

  readonly #wait = (): void => {
    const exchange = this.#exchange
    exchange.after(this.#due - exchange.now(), this.#play)
  }

  /** Half now, the rest a little later, cut wherever the middle is: inside an event, inside a character. */
  #drip(batch: string): void {
    const exchange = this.#exchange
    const bytes = Buffer.from(batch, 'utf8')
    const middle = bytes.length >> 1
    exchange.response.write(bytes.subarray(0, middle))
    exchange.after((exchange.call.behaviour.drip ?? 0) / 2, () => {
      if (!exchange.open) return
      exchange.response.write(bytes.subarray(middle))
      this.#wait()
    })
  }

  #end(batch: string): void {
    const exchange = this.#exchange
    const { response, answer, fault } = exchange
    switch (fault?.type) {
      case 'hang-between':
        if (batch !== '') response.write(batch)
        else exchange.flush()
        exchange.hang()
        return
      case 'disconnect':
        exchange.destroyAfter(batch)
        return
      case 'malformed':
        exchange.settleFault()
        response.end(
          `${batch}data: {"id":"${this.#options.identity.id}","choices":[{"index":0,"delta":{"conte\n\n`,
        )
        return
      case 'error-mid':
        exchange.settleFault()
        response.end(`${batch}data: ${JSON.stringify(ERROR_INSIDE)}\n\n`)
        return
      case 'no-finish':
        exchange.settleFault()
        response.end(batch + DONE)
        return
      default: {
        const finish = this.#encoder.finish({ reason: answer.finishReason, usage: answer.usage() })
        exchange.settle(fault ? `fault:${fault.type}` : 'completed')
        response.end(batch + (fault?.type === 'no-done' ? finish.slice(0, -DONE.length) : finish))
      }
    }
  }
}
