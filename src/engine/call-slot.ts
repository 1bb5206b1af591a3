import { MoaError, NO_COST, NO_USAGE, abortInfo, costOf, errorInfo } from '../core/index.js'
import type { CallRecord, ChatRequest, Finish, Model, ModelEvent, StreamOptions } from '../core/index.js'
import { abortReason, linkedController, type Clock } from '../util/index.js'
import type { PlanSlot } from './plan.js'
import type { Run } from './run.js'

export interface SlotCall {
  readonly slot: PlanSlot
  readonly model: Model
  readonly request: ChatRequest
  readonly delivery: 'stream' | 'whole'
  readonly signal: AbortSignal
  /** Marks the second copy of a slow call. */
  readonly hedge?: boolean
}

/** How long a model may take to notice that its signal was aborted; then it is left behind. */
const ABANDON_AFTER_MS = 100

/** Events that show the model has begun to write; reasoning counts. */
const isToken = (event: ModelEvent): boolean =>
  event.type === 'answer-delta' || event.type === 'reasoning-delta' || event.type === 'tool-call-delta'

/** Takes an event; a promise makes the call wait before it goes on. */
export type EventSink = (event: ModelEvent) => Promise<void> | undefined

/**
 * Makes one call of a slot within the run's budget and the slot's own time limits and settles it in the ledger.
 *
 * @returns the finish event, which `sink` gets too
 * @throws like `Model.stream`; `timeout` or `stalled` when a limit is passed; `budget` when the call could cost
 *   more than is left, in which case it is not made
 */
export async function callSlot(run: Run, call: SlotCall, sink: EventSink): Promise<Finish> {
  const release = run.spend.reserve(call.model, call.request)
  try {
    return await settledCall(run, call, sink)
  } finally {
    release()
  }
}

async function settledCall(run: Run, call: SlotCall, sink: EventSink): Promise<Finish> {
  const { slot, model } = call
  const { ledger, clock } = run
  const link = linkedController(call.signal)
  const watch = new Watch(slot, clock, (error) => link.abort(error))
  const startedAt = clock.now()
  let settled = false
  let madeUp = false
  let finish: Finish | undefined
  let failure: unknown
  const settle = (record: CallRecord): void => {
    if (madeUp) return // Left behind and settled for it; what it reports now would count twice.
    settled = true
    ledger.settle(call.hedge === true ? { ...record, hedge: true } : record, slot.ref)
  }
  const options: StreamOptions = {
    signal: link.signal,
    slot: slot.ref,
    delivery: watch.needsTokens ? 'stream' : call.delivery,
    onCall: settle,
  }
  const read = async (): Promise<void> => {
    for await (const event of model.stream(call.request, options)) {
      // Also a model that ignores its signal is left at its next event.
      if (link.signal.aborted) throw abortReason(link.signal)
      if (isToken(event)) watch.token()
      if (event.type === 'finish') finish = event
      const wait = sink(event)
      if (wait) await wait
    }
  }
  const patience = new Patience(link.signal, clock)
  try {
    await Promise.race([read(), patience.lost])
    if (finish === undefined)
      throw new MoaError('incomplete_stream', `${model.id} ended its answer without a finish event.`)
    return finish
  } catch (error) {
    failure = error
    throw error
  } finally {
    watch.stop()
    patience.stop()
    // A model that keeps no books of its own still appears in the ledger.
    if (!settled) {
      settle(
        unreported({ model, startedAt, finish, failure, endedAt: clock.now(), hungUp: link.signal.aborted }),
      )
      madeUp = true
    }
    if (finish === undefined) link.abort()
    link.release()
  }
}

/** Gives up on a model that goes on after its signal was aborted. */
class Patience {
  /** Rejects some time after the abort; never resolves. */
  readonly lost: Promise<never>
  readonly #signal: AbortSignal
  #cancel: (() => void) | undefined
  #onAbort = (): void => {}

  constructor(signal: AbortSignal, clock: Clock) {
    this.#signal = signal
    this.lost = new Promise((_, reject) => {
      this.#onAbort = () => {
        this.#cancel = clock.after(ABANDON_AFTER_MS, () => reject(abortReason(signal)))
      }
      if (signal.aborted) this.#onAbort()
      else signal.addEventListener('abort', this.#onAbort, { once: true })
    })
  }

  stop(): void {
    this.#cancel?.()
    this.#signal.removeEventListener('abort', this.#onAbort)
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

/** The slot's time limits: whole call, first token, silence between tokens. */
class Watch {
  readonly #slot: PlanSlot
  readonly #clock: Clock
  readonly #fail: (error: MoaError) => void
  readonly #cancelWhole: (() => void) | undefined
  #cancelSilence: (() => void) | undefined
  #lastToken: number | undefined

  constructor(slot: PlanSlot, clock: Clock, fail: (error: MoaError) => void) {
    this.#slot = slot
    this.#clock = clock
    this.#fail = fail
    const { timeoutMs, firstTokenTimeoutMs } = slot.slot
    if (timeoutMs !== undefined)
      this.#cancelWhole = clock.after(timeoutMs, () =>
        fail(this.#error('timeout', `did not finish within ${timeoutMs} ms`)),
      )
    if (firstTokenTimeoutMs !== undefined)
      this.#cancelSilence = clock.after(firstTokenTimeoutMs, () =>
        fail(this.#error('stalled', `sent no token within ${firstTokenTimeoutMs} ms`)),
      )
  }

  get needsTokens(): boolean {
    return this.#slot.slot.firstTokenTimeoutMs !== undefined || this.#slot.slot.stallTimeoutMs !== undefined
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
      if (silence >= limit) this.#fail(this.#error('stalled', `fell silent for ${limit} ms in mid-answer`))
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
