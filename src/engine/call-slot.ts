import { MoaError, NO_COST, NO_USAGE, abortInfo, costOf, errorInfo, readEvents } from '../core/index.js'
import type {
  CallRecord,
  ChatRequest,
  EventReader,
  EventSink,
  EventStream,
  Finish,
  Model,
  ModelEvent,
  StreamOptions,
} from '../core/index.js'
import type { Clock, Scope } from '../util/index.js'
import type { PlanSlot } from './plan.js'
import type { Run } from './run.js'

export interface SlotCall {
  readonly slot: PlanSlot
  readonly model: Model
  readonly request: ChatRequest
  readonly delivery: 'stream' | 'whole'
  /** This call's own; it is over when the call is. */
  readonly scope: Scope
  /** Marks the second copy of a slow call. */
  readonly hedge?: boolean
}

/** Takes what a call of a slot gives. The last two must not throw; one of them comes, once. */
export interface SlotReader {
  event(event: ModelEvent): Promise<void> | undefined
  /** Told of every upstream call behind this one, as the ledger is. */
  record?(record: CallRecord): void
  /** The call has ended well; `event` had its finish event too. */
  done(finish: Finish): void
  /** It has failed like `Model.stream`, with `timeout` or `stalled` by its limits, or with `budget` before it began. */
  failed(error: unknown): void
}

/** How long a model may take to notice that its signal was aborted; then it is left behind. */
const ABANDON_AFTER_MS = 100

/** Events that show the model has begun to write; reasoning counts. */
const isToken = (event: ModelEvent): boolean =>
  event.type === 'answer-delta' || event.type === 'reasoning-delta' || event.type === 'tool-call-delta'

/**
 * Makes one call of a slot within the run's budget and the slot's own time limits and settles it in the ledger. A call
 * that could cost more than is left is not made.
 */
export function readSlot(run: Run, call: SlotCall, reader: SlotReader): void {
  new RunningCall(run, call, reader).begin()
}

/**
 * {@link readSlot} as a promise.
 *
 * @returns the finish event, which `sink` gets too
 * @throws like `Model.stream`; `timeout`, `stalled` and `budget` as in {@link SlotReader.failed}
 */
export function callSlot(run: Run, call: SlotCall, sink: EventSink): Promise<Finish> {
  return new Promise((done, failed) => readSlot(run, call, { event: sink, done, failed }))
}

const endless = (model: Model): MoaError =>
  new MoaError('incomplete_stream', `${model.id} ended its answer without a finish event.`)

/** Whether nobody was asked: the model is left alone for now, or is a recording that holds no such answer. */
const isNotMade = (error: unknown): boolean =>
  error instanceof MoaError && (error.code === 'circuit_open' || error.code === 'not_found')

/**
 * One call while it goes on. An object with callbacks instead of async functions, because hundreds of these wait for
 * their models at a time, and a waiting async function keeps its whole frame.
 */
class RunningCall implements EventReader {
  readonly #run: Run
  readonly #call: SlotCall
  readonly #reader: SlotReader
  readonly #watch: Watch | undefined
  readonly #startedAt: number
  #release: () => void = () => {}
  #settled = false
  #madeUp = false
  #over = false
  #finish: Finish | undefined
  #cancelPatience: (() => void) | undefined
  /** A model that goes on regardless of its signal is left behind after a while. */
  readonly #onAbort = (): void => {
    if (!this.#over)
      this.#cancelPatience = this.#run.clock.after(ABANDON_AFTER_MS, () => this.fail(this.#call.scope.reason))
  }

  constructor(run: Run, call: SlotCall, reader: SlotReader) {
    this.#run = run
    this.#call = call
    this.#reader = reader
    this.#watch = hasLimits(call.slot) ? new Watch(call.slot, run.clock, call.scope) : undefined
    this.#startedAt = run.clock.now()
  }

  begin(): void {
    const { model, request, scope } = this.#call
    try {
      this.#release = this.#run.spend.reserve(model, request)
    } catch (error) {
      this.#settled = true // Not made, so nothing to settle.
      this.fail(error)
      return
    }
    scope.onAbort(this.#onAbort)
    let events: EventStream
    try {
      events = model.stream(request, this.#options())
    } catch (error) {
      this.fail(error)
      return
    }
    readEvents(events, this)
  }

  /** For the model alone. */
  end(): void {
    const finish = this.#finish
    if (finish === undefined) this.fail(endless(this.#call.model))
    else if (this.#end(undefined)) {
      this.#disclose(finish)
      this.#reader.done(finish)
    }
  }

  /** Where a recipe in the slot falls short, so does the run. */
  #disclose({ degraded = [] }: Finish): void {
    const { ref } = this.#call.slot
    for (const { code, message } of degraded)
      this.#run.degrade({ code, message: `${ref.name}: ${message}`, slot: ref })
  }

  /** For the model alone. */
  fail(error: unknown): void {
    if (this.#end(error)) this.#reader.failed(error)
  }

  #options(): StreamOptions {
    const { model, slot, scope, delivery } = this.#call
    const { id: runId, options } = this.#run
    const wanted = this.#watch?.needsTokens === true ? 'stream' : delivery
    const onCall = (record: CallRecord): void => this.#settle(record)
    const { ref } = slot
    const made =
      model.scoped === true
        ? { signal: options.signal, scope, delivery: wanted, runId, slot: ref, onCall }
        : { signal: scope.signal, delivery: wanted, runId, slot: ref, onCall }
    if (options.cache !== undefined) Object.assign(made, { cache: options.cache })
    return this.#run.spend.limited ? Object.assign(made, { allowance: this.#run.spend }) : made
  }

  /** For the model alone. */
  event(event: ModelEvent): Promise<void> | undefined {
    // Also a model that ignores its signal is left at its next event.
    this.#call.scope.throwIfAborted()
    if (this.#watch?.needsTokens === true && isToken(event)) this.#watch.token()
    if (event.type === 'finish') this.#finish = event
    return this.#reader.event(event)
  }

  #settle(record: CallRecord): void {
    if (this.#madeUp) return // Left behind and settled for it; what it reports now would count twice.
    this.#settled = true
    const { hedge, slot } = this.#call
    this.#reader.record?.(record)
    this.#run.ledger.settle(hedge === true ? { ...record, hedge: true } : record, slot.ref)
  }

  /** Cleans up, once. False when that was done before. */
  #end(failure: unknown): boolean {
    if (this.#over) return false
    this.#over = true
    const { model, scope } = this.#call
    this.#watch?.stop()
    scope.forget(this.#onAbort)
    this.#cancelPatience?.()
    // A model that keeps no books of its own still appears in the ledger; a call that was never made does not.
    if (!this.#settled && model.keepsBooks !== true && !isNotMade(failure)) {
      const ended = { startedAt: this.#startedAt, endedAt: this.#run.clock.now(), hungUp: scope.aborted }
      this.#settle(unreported({ model, finish: this.#finish, failure, ...ended }))
      this.#madeUp = true
    }
    if (this.#finish === undefined) scope.abort()
    scope.release()
    this.#release()
    return true
  }
}

function unreported(call: {
  model: Model
  startedAt: number
  endedAt: number
  finish: Finish | undefined
  failure: unknown
  hungUp: boolean
}): CallRecord {
  const { model, startedAt, endedAt, finish, failure, hungUp } = call
  const [provider = '', ...name] = model.id.split('/')
  const usage = finish?.usage ?? NO_USAGE
  const cost = finish?.cost ?? (finish ? costOf(null) : NO_COST)
  return {
    id: `call_${globalThis.crypto.randomUUID()}`,
    provider,
    model: name.join('/') || provider,
    attempt: 1,
    outcome: finish !== undefined ? 'completed' : hungUp || failure === undefined ? 'aborted' : 'failed',
    ...(finish !== undefined && { finishReason: finish.reason }),
    ...(failure !== undefined && { error: hungUp ? abortInfo(failure) : errorInfo(failure) }),
    usage,
    usageSource: finish === undefined ? 'none' : 'reported',
    costUsd: cost.usd,
    startedAt,
    durationMs: endedAt - startedAt,
  }
}

const hasLimits = ({ slot }: PlanSlot): boolean =>
  slot.timeoutMs !== undefined || slot.firstTokenTimeoutMs !== undefined || slot.stallTimeoutMs !== undefined

/** The slot's time limits: whole call, first token, silence between tokens. */
class Watch {
  readonly #slot: PlanSlot
  readonly #clock: Clock
  readonly #scope: Scope
  /** True when a limit needs to see tokens, so that the call has to stream. */
  readonly needsTokens: boolean
  readonly #cancelWhole: (() => void) | undefined
  #cancelSilence: (() => void) | undefined
  #lastToken: number | undefined

  constructor(slot: PlanSlot, clock: Clock, scope: Scope) {
    this.#slot = slot
    this.#clock = clock
    this.#scope = scope
    const { timeoutMs, firstTokenTimeoutMs, stallTimeoutMs } = slot.slot
    this.needsTokens = firstTokenTimeoutMs !== undefined || stallTimeoutMs !== undefined
    if (timeoutMs !== undefined)
      this.#cancelWhole = clock.after(timeoutMs, () =>
        scope.abort(this.#error('timeout', `did not finish within ${timeoutMs} ms`)),
      )
    if (firstTokenTimeoutMs !== undefined)
      this.#cancelSilence = clock.after(firstTokenTimeoutMs, () =>
        scope.abort(this.#error('stalled', `sent no token within ${firstTokenTimeoutMs} ms`)),
      )
  }

  token(): void {
    const limit = this.#slot.slot.stallTimeoutMs
    const first = this.#lastToken === undefined
    if (first) {
      this.#cancelSilence?.()
      this.#cancelSilence = undefined
    }
    if (limit === undefined && !first) return
    this.#lastToken = this.#clock.now()
    if (first && limit !== undefined) this.#armStall(limit, limit)
  }

  /** One timer that looks again when tokens came meanwhile, instead of one timer for each token. */
  #armStall(delay: number, limit: number): void {
    this.#cancelSilence = this.#clock.after(delay, () => {
      const silence = this.#clock.now() - (this.#lastToken ?? 0)
      if (silence >= limit)
        this.#scope.abort(this.#error('stalled', `fell silent for ${limit} ms in mid-answer`))
      else this.#armStall(limit - silence, limit)
    })
  }

  stop(): void {
    this.#cancelWhole?.()
    this.#cancelSilence?.()
  }

  #error(code: 'timeout' | 'stalled', what: string): MoaError {
    return new MoaError(code, `${this.#slot.ref.name} ${what}.`, { retryable: true })
  }
}
