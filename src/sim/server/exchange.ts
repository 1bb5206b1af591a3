import type { ServerResponse } from 'node:http'
import type { Answer } from '../answer.js'
import { faultLabel, type Fault } from '../fault.js'
import type { SimCall } from '../simulation.js'
import { writePiece } from './http.js'
import type { OpenEntry, SimOutcome } from './log.js'
import type { TimerWheel, WheelTimer } from './timer-wheel.js'

/** What an answer over HTTP is made with. */
export interface ExchangeOptions {
  readonly response: ServerResponse
  readonly call: SimCall
  readonly answer: Answer
  readonly entry: OpenEntry
  readonly wheel: TimerWheel
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** True when it is not the client who closes connections. */
  readonly closing: () => boolean
}

/**
 * One request being answered: its connection, its timers and its line in the log. However it ends (served, fault,
 * client gone, server closed), `settle` is reached once and no timer is left behind.
 */
export class Exchange {
  readonly response: ServerResponse
  readonly call: SimCall
  readonly answer: Answer
  readonly now: () => number
  /** Pieces handed to the connection. */
  served = 0
  readonly #entry: OpenEntry
  readonly #wheel: TimerWheel
  readonly #closing: () => boolean
  #timer: WheelTimer | undefined
  #streamed = false
  #hanging = false
  #flushed = false

  constructor(options: ExchangeOptions) {
    this.response = options.response
    this.call = options.call
    this.answer = options.answer
    this.now = options.now
    this.#entry = options.entry
    this.#wheel = options.wheel
    this.#closing = options.closing
    this.response.on('close', () => this.#onClose())
  }

  get fault(): Fault | undefined {
    return this.call.fault
  }

  /** False once the request is settled: nothing more is to be written. */
  get open(): boolean {
    return !this.#entry.settled
  }

  /** Notes that pieces go out one by one. */
  streaming(): void {
    this.#streamed = true
  }

  /** Calls back after `ms`, at once when there is nothing to wait for, never after the end. */
  after(ms: number, callback: () => void): void {
    if (ms <= 0) callback()
    else this.#timer = this.#wheel.schedule(ms, callback)
  }

  /** Sends headers ahead of the body. */
  flush(): void {
    this.#flushed = true
    this.response.flushHeaders()
  }

  /** Writes a piece of the body and calls `next` once the connection takes more. */
  write(text: string, next: () => void): void {
    const { response } = this
    if (this.#flushed && response.socket) {
      if (writePiece(response, text)) next()
      else response.socket.once('drain', next)
      return
    }
    // The first piece goes out in one packet with the headers.
    this.#flushed = true
    if (response.write(text)) next()
    else response.once('drain', next)
  }

  settle(outcome: SimOutcome, clientLeft = false): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const { tokens, characters } = this.answer.served(this.served)
    const type = this.fault?.type
    // An error told instead of an answer is not billed, like a refusal.
    const unbilled = this.served === 0 && (type === 'malformed' || type === 'error-mid')
    this.#entry.settle({
      outcome,
      completionTokensServed: tokens,
      charactersServed: characters,
      chunksServed: this.#streamed ? this.served : 0,
      clientLeft,
      ...(unbilled && { promptTokens: 0 }),
    })
  }

  /** The fault has struck, and is that nothing happens any more. */
  hang(): void {
    this.#hanging = true
  }

  /** Ends with the fault's name as outcome. */
  settleFault(): void {
    if (this.fault) this.settle(`fault:${faultLabel(this.fault)}`)
  }

  /** Tears the connection down once everything written so far is on its way. */
  destroyAfter(text: string): void {
    this.settleFault()
    const { socket } = this.response
    if (text === '') socket?.destroy()
    else this.response.write(text, () => socket?.destroy())
  }

  #onClose(): void {
    if (!this.open) return
    const byClient = !this.#closing()
    if (this.#hanging && this.fault) this.settle(`fault:${faultLabel(this.fault)}`, byClient)
    else this.settle(byClient ? 'client-left' : 'server-closed', byClient)
  }
}
