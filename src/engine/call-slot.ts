import { MoaError, NO_COST, NO_USAGE, abortInfo, costOf, deliver, errorInfo } from '../core/index.js'
import type {
  CallRecord,
  ChatRequest,
  EventSink,
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

/** How long a model may take to notice that its signal was aborted; then it is left behind. */
const ABANDON_AFTER_MS = 100

/** Events that show the model has begun to write; reasoning counts. */
const isToken = (event: ModelEvent): boolean =>
  event.type === 'answer-delta' || event.type === 'reasoning-delta' || event.type === 'tool-call-delta'

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
  const { slot, model, scope } = call
  const { ledger, clock } = run
  const watch = new Watch(slot, clock, scope)
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
    signal: scope.signal,
    runId: run.id,
    slot: slot.ref,
    delivery: watch.needsTokens ? 'stream' : call.delivery,
    onCall: settle,
  }
  const events = model.stream(call.request, options)
  const read = deliver(events, (event) => {
    // Also a model that ignores its signal is left at its next event.
    scope.throwIfAborted()
    if (watch.needsTokens && isToken(event)) watch.token()
    if (event.type === 'finish') finish = event
    return sink(event)
  })
  try {
    await untilAbandoned(read, scope, clock)
    if (finish === undefined)
      throw new MoaError('incomplete_stream', `${model.id} ended its answer without a finish event.`)
    return finish
  } catch (error) {
    failure = error
    throw error
  } finally {
    watch.stop()
    // A model that keeps no books of its own still appears in the ledger; a call that was never made does not.
    if (!settled && !isNotMade(failure)) {
      settle(unreported({ model, startedAt, finish, failure, endedAt: clock.now(), hungUp: scope.aborted }))
      madeUp = true
    }
    if (finish === undefined) scope.abort()
    scope.release()
  }
}

const isNotMade = (error: unknown): boolean => error instanceof MoaError && error.code === 'circuit_open'

/** The work's own end, or the abort's reason when the work goes on regardless for too long. */
function untilAbandoned(work: Promise<void>, scope: Scope, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    let cancel: (() => void) | undefined
    const forget = scope.onAbort(() => {
      cancel = clock.after(ABANDON_AFTER_MS, () => reject(scope.reason))
    })
    const end = (): void => {
      forget()
      cancel?.()
    }
    work.then(
      () => {
        end()
        resolve()
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
  })
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
