import {
  Collector,
  ERROR_TABLE,
  MoaError,
  deliver,
  toMoaError,
  type ChatRequest,
  type ModelEvent,
  type StreamOptions,
} from '../../core/index.js'
import { Scope } from '../../util/index.js'
import type { DecodedRequest } from '../../wire/index.js'
import type { Target } from '../catalog.js'
import { disclosure } from './disclosure.js'
import { JSON_TYPE, publicError, retryHeaders } from '../http/error-reply.js'
import type { HeaderList, ReplySink } from '../http/exchange.js'
import { Account } from './account.js'
import type { MoaOptions } from './moa-field.js'
import { ProgressNarrator } from '../../wire/index.js'
import { StreamWriter } from './stream-writer.js'
import type { Reply, Surface } from './surface.js'
import { ticksOf, type Heartbeat } from './heartbeat.js'
import type { GatewaySettings } from '../settings.js'
import type { RunObserver } from './observer.js'

/** Everything one run needs. */
export interface RunInit {
  readonly requestId: string
  readonly surface: Pick<Surface, 'error' | 'name'>
  readonly decoded: Pick<DecodedRequest, 'model' | 'stream' | 'ignored'>
  readonly reply: Reply
  readonly request: ChatRequest
  readonly options: MoaOptions
  readonly target: Target
  readonly settings: GatewaySettings
  readonly heartbeat: Heartbeat
  readonly observer: RunObserver | undefined
  /** The observer wants the proposals' text while it is being written. */
  readonly liveProposals?: boolean
  /** What the run is to be called; absent: the model says. */
  readonly runId?: string
  /** Headers that are known before the run. */
  readonly headers: HeaderList
}

/** How a run ended, for ledgers, metrics and logs. */
export interface RunOutcome {
  readonly status: number
  readonly error?: MoaError
  readonly account: Account
  /** Milliseconds from the start of the run to the first piece of the answer. */
  readonly firstTokenMs?: number
  readonly durationMs: number
}

const STREAM_HEADERS: HeaderList = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-cache',
  'x-accel-buffering',
  'no',
]
const JSON_HEADERS: HeaderList = [...JSON_TYPE, 'cache-control', 'no-store']

/** Work that nothing but its own scope ends. */
const NEVER = new AbortController().signal

/** One answer on its way from a model to a client. */
export class Run {
  readonly account: Account
  readonly #init: RunInit
  readonly #scope = new Scope()
  readonly #startedAt = performance.now()
  #firstTokenMs: number | undefined
  #answering = false

  constructor(init: RunInit) {
    this.#init = init
    this.account = new Account({ trace: init.options.trace, simulated: init.target.simulated === true })
  }

  /** Ends the run early: every upstream call is closed, and a client that is still there is told why. */
  abort(reason: MoaError): void {
    this.#scope.abort(reason)
  }

  /** Runs the model and sends its answer. Never rejects: failures are told to the client and stand in the outcome. */
  async run(sink: ReplySink): Promise<RunOutcome> {
    const error = this.#init.decoded.stream ? await this.#stream(sink) : await this.#whole(sink)
    return {
      status: error === undefined ? 200 : ERROR_TABLE[error.code].status,
      ...(error && { error }),
      account: this.account,
      ...(this.#firstTokenMs !== undefined && { firstTokenMs: this.#firstTokenMs }),
      durationMs: performance.now() - this.#startedAt,
    }
  }

  async #whole(sink: ReplySink): Promise<MoaError | undefined> {
    const { reply, options } = this.#init
    const collector = new Collector()
    try {
      await this.#read('whole', (event) => {
        collector.add(event)
        return undefined
      })
      const result = collector.result()
      if (result.finishReason === 'error') throw this.#brokenOff()
      const usage = this.account.usageOf(options.usage)
      const shown = usage === result.usage ? result : { ...result, usage }
      const body = reply.whole(shown, { moa: this.account.report(options.usage) })
      sink.send({ status: 200, headers: [...JSON_HEADERS, ...this.#headers()], body })
      return undefined
    } catch (thrown) {
      return this.#refuse(sink, this.#errorOf(thrown))
    }
  }

  async #stream(sink: ReplySink): Promise<MoaError | undefined> {
    const { reply, options, settings, target, heartbeat } = this.#init
    const encoder = reply.stream()
    const writer = new StreamWriter({
      sink,
      encoder,
      heartbeat,
      keepAliveTicks: ticksOf(settings.keepAliveMs),
      unreadTicks: ticksOf(settings.unreadMs),
      onUnread: () => sink.destroy(),
      headers: () => [...STREAM_HEADERS, ...this.#headers()],
    })
    const begin = (): void => writer.begin()
    // A mixture begins at once, unless it refuses in the same breath. A single model gets a moment to refuse.
    const hold = target.kind === 'model' ? setTimeout(begin, settings.holdMs) : undefined
    const narrator =
      target.kind === 'recipe' && options.progress !== false
        ? new ProgressNarrator(options.progress === 'proposals')
        : undefined
    try {
      await this.#read('stream', (event) => {
        switch (event.type) {
          case 'answer-delta':
          case 'tool-call-delta':
          case 'refusal-delta':
            this.#answering = true
            writer.begin()
            return writer.push(encoder.event(event))
          case 'reasoning-delta':
            writer.begin()
            return writer.push(encoder.event(event))
          case 'run-start':
            setImmediate(begin)
            break
          default:
        }
        // Once the answer has begun, thinking is over.
        const words = this.#answering ? undefined : narrator?.tell(event)
        if (!words) return undefined
        writer.begin()
        return writer.push(encoder.reasoning(words))
      })
      const { finish } = this.account
      if (finish === undefined)
        throw new MoaError('incomplete_stream', 'The answer ended without a finish event.')
      if (finish.reason === 'error') throw this.#brokenOff()
      const usage = this.account.usageOf(options.usage)
      writer.begin()
      writer.end(
        encoder.finish({
          reason: finish.reason,
          usage,
          extension: { moa: this.account.report(options.usage) },
        }),
      )
      return undefined
    } catch (thrown) {
      const error = this.#errorOf(thrown)
      if (writer.begun && error.code !== 'aborted')
        writer.fail(publicError(error, this.#init.requestId), this.#billed())
      else {
        writer.abandon()
        this.#refuse(sink, error)
      }
      return error
    } finally {
      clearTimeout(hold)
    }
  }

  /** Reads the model's events: the account notes them all, the sink decides what the client sees. */
  #read(delivery: 'stream' | 'whole', sink: (event: ModelEvent) => Promise<void> | undefined): Promise<void> {
    const { target, request, observer } = this.#init
    const { account } = this
    const events = target.model.stream(request, this.#streamOptions(delivery))
    return deliver(events, (event) => {
      switch (event.type) {
        case 'answer-delta':
        case 'tool-call-delta':
        case 'reasoning-delta':
        case 'refusal-delta':
          this.#firstTokenMs ??= performance.now() - this.#startedAt
          observer?.answer?.(event)
          break
        default:
          account.note(event)
          observer?.event(event)
      }
      return sink(event)
    })
  }

  #streamOptions(delivery: 'stream' | 'whole'): StreamOptions {
    const { target, observer, liveProposals = false, runId, options } = this.#init
    const cache = options.cache === 'use' ? undefined : options.cache
    const { account } = this
    const scope = this.#scope
    const scoped = target.model.scoped === true
    return {
      signal: scoped ? NEVER : scope.signal,
      ...(scoped && { scope }),
      delivery,
      liveProposals,
      ...(runId !== undefined && { runId }),
      ...(cache && { cache }),
      onCall(call) {
        account.calls.push(call)
        observer?.call(call)
      },
    }
  }

  /** An abort that nobody here asked for is a fault of the model, and somebody waits for an answer. */
  #errorOf(thrown: unknown): MoaError {
    const error = toMoaError(thrown)
    if (error.code !== 'aborted' || this.#scope.aborted) return error
    return new MoaError('internal', 'The model gave up by itself.', { cause: thrown })
  }

  /** Nobody waits for an answer that was aborted. */
  #refuse(sink: ReplySink, error: MoaError): MoaError {
    if (error.code === 'aborted') return error
    const { surface, requestId } = this.#init
    const shown = publicError(error, requestId)
    sink.send({
      status: ERROR_TABLE[error.code].status,
      headers: [...JSON_HEADERS, ...retryHeaders(shown), ...this.#headers()],
      body: JSON.stringify({ ...(surface.error(shown, requestId) as object), ...this.#billed() }),
    })
    return error
  }

  /** What a run that failed has cost all the same. */
  #billed(): Readonly<Record<string, unknown>> {
    return this.account.calls.length === 0 ? {} : { moa: this.account.report(this.#init.options.usage) }
  }

  #headers(): HeaderList {
    const { decoded, headers, target } = this.#init
    return [
      ...headers,
      ...(target.simulated === true ? ['x-moa-simulated', 'true'] : []),
      ...disclosure(decoded.ignored, this.account.degraded),
    ]
  }

  #brokenOff(): MoaError {
    const why = this.account.degraded.findLast(({ code }) => code === 'answer-broken-off')?.message
    return new MoaError('incomplete_stream', why ?? 'The answer broke off and could not be continued.')
  }
}
