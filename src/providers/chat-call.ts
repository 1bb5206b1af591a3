import {
  MoaError,
  abortInfo,
  costOf,
  errorInfo,
  type AnswerEvent,
  type CallOutcome,
  type CallRecord,
  type ChatRequest,
  type ErrorInfo,
  type EventReader,
  type EventStream,
  type Finish,
  type ModelEvent,
  type StreamOptions,
} from '../core/index.js'
import { EventQueue, Scope, abortReason, type Abortable, type QueueOwner } from '../util/index.js'
import { AnswerReader } from './answer-reader.js'
import type { CallContext } from './call-context.js'
import { recordCall } from './call-ledger.js'
import { timeoutError } from './timeouts.js'
import type { RequestControl, RequestHandler, ResponseHeaders } from './transport.js'
import { cleanError, refusalError, requestIdOf, transportError } from './upstream-failure.js'
import { Watchdog, type WatchdogOwner } from './watchdog.js'

const NO_HEADERS: ResponseHeaders = {}

type Phase = 'overall' | 'headers' | 'first-token' | 'stall' | 'refusal' | 'linger'

/** Events waiting for a slow reader at which the socket is paused. */
const HIGH_WATER = 256
/** How much of a refusal's body is read. */
const MAX_REFUSAL_BYTES = 64 * 1024
/** How long a refusal's body may take. */
const REFUSAL_MS = 5_000
/** How long a connection may stay open after the answer's end to become reusable. */
const LINGER_MS = 1_000
/** How long usage is waited for after the finish reason. */
const USAGE_MS = 5_000

/**
 * One HTTP request and its answer: the handler of the request on one side, the iterator of the answer's events on
 * the other, an event queue in between. Nothing happens before the first `next()`; however the call ends, it
 * settles once: abort listener gone, timer stopped, socket closed or given back, one record handed over.
 */
export class ChatCall
  implements
    AsyncIterableIterator<ModelEvent>,
    EventStream,
    RequestHandler,
    QueueOwner<ModelEvent>,
    WatchdogOwner<Phase>
{
  readonly highWater = HIGH_WATER
  readonly #context: CallContext
  readonly #request: ChatRequest
  readonly #options: StreamOptions
  readonly #whole: boolean
  readonly #onAbort = (): void => this.#abort(abortReason(this.#work))
  readonly #queue = new EventQueue<ModelEvent>(this)
  #state: 'new' | 'running' | 'settled' = 'new'
  #startedAt = 0
  #watchdog: Watchdog<Phase> | undefined
  #control: RequestControl | undefined
  /** The request has begun to be written to a socket. */
  #sent = false
  #status = 0
  #headers: ResponseHeaders = NO_HEADERS
  #reader: AnswerReader | undefined
  /** What the call ends with. */
  readonly #work: Abortable
  #scope: Scope | undefined
  #refusal: Buffer[] | undefined
  #refusalBytes = 0
  #received = ''
  #events = 0
  #firstTokenMs: number | undefined
  #paused = false
  /** The request is over, its answer may still be read. */
  #ended = false

  constructor(context: CallContext, request: ChatRequest, options: StreamOptions) {
    this.#context = context
    this.#request = request
    this.#options = options
    this.#work = options.scope ?? options.signal
    this.#whole = options.delivery === 'whole'
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    if (this.#state === 'new') this.#begin()
    return this.#queue.next()
  }

  /** The consumer has left: hangs up. */
  return(): Promise<IteratorResult<ModelEvent>> {
    if (this.#state === 'new') this.#state = 'settled'
    return this.#queue.return()
  }

  read(reader: EventReader): void {
    if (this.#state === 'new') this.#begin()
    this.#queue.read(reader)
  }

  /** For the queue alone: the call may be over before its last events are taken. */
  taken(): void {
    if (this.#work.aborted) throw abortReason(this.#work)
  }

  /** For the queue alone. */
  left(): void {
    this.#settle({ outcome: 'aborted' })
  }

  #begin(): void {
    const { clock, timeouts, transport, path, headers, encode } = this.#context
    let body: string
    try {
      if (this.#work.aborted) throw abortReason(this.#work)
      body = encode(this.#request, !this.#whole)
    } catch (error) {
      this.#state = 'settled'
      this.#queue.fail(error)
      return
    }
    this.#state = 'running'
    this.#startedAt = clock.now()
    this.#scope = Scope.of(this.#work)
    this.#scope.onAbort(this.#onAbort)
    this.#watchdog = new Watchdog<Phase>(this, { clock, overall: 'overall', ms: timeouts.overallMs })
    if (!this.#whole) {
      if (timeouts.headersMs < timeouts.firstTokenMs)
        this.#watchdog.enter('headers', this.#startedAt + timeouts.headersMs)
      else this.#awaitFirstToken()
    }
    this.#control = transport.send({ method: 'POST', path, headers, body }, this)
  }

  #awaitFirstToken(): void {
    this.#watchdog?.enter('first-token', this.#startedAt + this.#context.timeouts.firstTokenMs)
  }

  // The request's side.

  onStart(): void {
    this.#sent = true
  }

  onHeaders(status: number, headers: ResponseHeaders): void {
    this.#status = status
    this.#headers = headers
    if (status >= 300) {
      this.#refusal = []
      this.#watchdog?.enter('refusal', this.#context.clock.now() + REFUSAL_MS)
      return
    }
    if (!this.#whole) this.#awaitFirstToken()
    const { upstream, model } = this.#context
    const encoding = headers['content-encoding'] ?? 'identity'
    if (encoding !== 'identity') {
      this.#fail(compressed(upstream, encoding))
      return
    }
    this.#reader = new AnswerReader({
      upstream,
      model,
      contentType: headers['content-type'],
      emit: (event) => this.#emit(event),
    })
  }

  onData(chunk: Buffer): void {
    if (this.#state !== 'running') return
    if (this.#reader === undefined) {
      this.#holdRefusal(chunk)
      return
    }
    const before = this.#events
    try {
      this.#reader.feed(chunk)
    } catch (error) {
      this.#fail(error)
      return
    }
    if (this.#events !== before && this.#awaitsTokens())
      this.#watchdog?.extend(this.#context.clock.now() + this.#context.timeouts.stallMs)
    if (this.#reader.complete && this.#awaitsTokens()) this.#awaitUsage()
  }

  /** The answer is there; only its usage may still come, and some servers then keep the connection open. */
  #awaitUsage(): void {
    const { clock, timeouts } = this.#context
    this.#watchdog?.enter('stall', clock.now() + Math.min(timeouts.stallMs, USAGE_MS))
  }

  #awaitsTokens(): boolean {
    return this.#state === 'running' && !this.#paused && !this.#whole && this.#reader?.streaming === true
  }

  onEnd(): void {
    this.#ended = true
    this.#watchdog?.stop()
    if (this.#state !== 'running') return
    try {
      if (this.#reader === undefined) this.#refuse()
      else this.#reader.end()
    } catch (error) {
      this.#fail(error)
    }
  }

  onError(error: unknown): void {
    this.#ended = true
    this.#watchdog?.stop()
    if (this.#state !== 'running') return
    if (this.#refusal) this.#refuse()
    else if (this.#reader?.cutOff() !== true)
      this.#fail(transportError(error, { upstream: this.#context.upstream, answering: this.#status > 0 }))
  }

  // The answer's side.

  #emit(event: AnswerEvent): void {
    switch (event.type) {
      case 'answer-start':
        break
      case 'answer-delta':
      case 'reasoning-delta':
      case 'refusal-delta':
        this.#received += event.text
        this.#tokenCame()
        break
      case 'tool-call-delta':
        this.#received += event.arguments
        this.#tokenCame()
        break
      case 'finish':
        this.#finish(event)
        return
    }
    this.#queue.push(event)
  }

  #tokenCame(): void {
    this.#events += 1
    if (this.#events > 1 || this.#reader?.streaming !== true) return
    const { clock, timeouts } = this.#context
    const now = clock.now()
    this.#firstTokenMs = now - this.#startedAt
    if (!this.#whole) this.#watchdog?.enter('stall', now + timeouts.stallMs)
  }

  #finish(event: Finish): void {
    const call = this.#settle({ outcome: 'completed', finish: event })
    const { reason, systemFingerprint } = event
    if (call)
      this.#queue.push({
        type: 'finish',
        reason,
        usage: call.usage,
        cost: costOf(call.costUsd),
        ...(systemFingerprint !== undefined && { systemFingerprint }),
      })
    this.#queue.end()
  }

  /** The queue is full: the upstream has to wait. */
  pause(): void {
    if (this.#state !== 'running' || this.#ended) return
    this.#paused = true
    this.#control?.pause()
    if (!this.#whole) this.#watchdog?.extend(Infinity)
  }

  /** The queue has room again. */
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (this.#awaitsTokens())
      this.#watchdog?.enter('stall', this.#context.clock.now() + this.#context.timeouts.stallMs)
    this.#control?.resume()
  }

  // The ends.

  #holdRefusal(chunk: Buffer): void {
    this.#refusal?.push(chunk)
    this.#refusalBytes += chunk.length
    if (this.#refusalBytes >= MAX_REFUSAL_BYTES) this.#refuse()
  }

  #refuse(): void {
    const { upstream, clock, redact } = this.#context
    const body = redact(Buffer.concat(this.#refusal ?? []).toString('utf8'))
    this.#fail(
      refusalError({ status: this.#status, headers: this.#headers, body, now: clock.now(), upstream }),
    )
  }

  #abort(reason: unknown): void {
    this.#settle({ outcome: 'aborted', error: abortInfo(reason) })
    // What the reader has not seen yet, it doesn't want any more.
    this.#queue.abort(reason)
  }

  #fail(error: unknown): void {
    const { redact } = this.#context
    const clean = cleanError(error, { redact, requestId: requestIdOf(this.#headers) })
    this.#settle({ outcome: clean.code === 'aborted' ? 'aborted' : 'failed', error: errorInfo(clean) })
    this.#queue.fail(clean)
  }

  /** For the watchdog alone. */
  expired(phase: Phase): void {
    if (phase === 'linger' || this.#state !== 'running') this.#control?.abort()
    else if (phase === 'refusal') this.#refuse()
    else if (this.#reader?.cutOff() === true) this.#control?.abort()
    else this.#fail(timeoutError(phase, { ...this.#context, answering: this.#status > 0 }))
  }

  #settle(ending: { outcome: CallOutcome; finish?: Finish; error?: ErrorInfo }): CallRecord | undefined {
    if (this.#state === 'settled') return undefined
    this.#state = 'settled'
    this.#scope?.forget(this.#onAbort)
    const { clock, price, redact } = this.#context
    const now = clock.now()
    if (ending.outcome === 'completed') this.#linger(now)
    else {
      this.#watchdog?.stop()
      this.#control?.abort()
    }
    const requestId = requestIdOf(this.#headers)
    const call = recordCall(
      {
        provider: this.#context.provider,
        model: this.#context.model,
        request: this.#request,
        slot: this.#options.slot,
      },
      {
        outcome: ending.outcome,
        finishReason: ending.finish?.reason,
        error: ending.error,
        reported: this.#reader?.reported ?? { usage: undefined, costUsd: undefined },
        served: this.#wasServed(ending.outcome === 'failed' ? ending.error : undefined),
        received: this.#received,
        startedAt: this.#startedAt,
        firstTokenMs: this.#firstTokenMs,
        durationMs: now - this.#startedAt,
        requestId: requestId === undefined ? undefined : redact(requestId),
      },
      price,
    )
    this.#options.onCall?.(call)
    return call
  }

  /** Whether the model may have worked on this call; an error or nonsense in place of its first token denies it. */
  #wasServed(error: ErrorInfo | undefined): boolean {
    if (!this.#sent || this.#status >= 300) return false
    if (this.#events > 0 || error === undefined || this.#reader === undefined) return true
    return error.code === 'incomplete_stream' || isTimeout(error)
  }

  /** Waits a little for the end of the body, so that the connection can serve another call. */
  #linger(now: number): void {
    if (this.#ended) return
    this.#watchdog?.enter('linger', now + LINGER_MS)
    this.resume()
  }
}

const compressed = (upstream: string, encoding: string): MoaError =>
  new MoaError(
    'invalid_response',
    `${upstream} sent its answer compressed (${encoding.slice(0, 20)}) though it was asked not to.`,
  )

const isTimeout = (error: ErrorInfo): boolean => error.code === 'timeout' || error.code === 'stalled'
