import type { ChatRequest, Degradation, Finish, Model, StreamOptions } from '../core/index.js'
import type { Clock } from '../util/index.js'
import { Ledger } from './ledger.js'
import type { Outlet } from './outlet.js'
import type { Plan, PlanSlot } from './plan.js'

/** What a run needs from outside. */
export interface RunTools {
  /** The model of a slot, found when the mixture was made. */
  model(slot: PlanSlot): Model
  readonly clock: Clock
}

/** Everything one run knows while it goes on. */
export class Run {
  readonly plan: Plan
  readonly request: ChatRequest
  readonly options: StreamOptions
  readonly signal: AbortSignal
  readonly tools: RunTools
  readonly outlet: Outlet
  readonly ledger: Ledger
  readonly #degradations: Degradation[] = []

  constructor(init: {
    plan: Plan
    request: ChatRequest
    options: StreamOptions
    signal: AbortSignal
    tools: RunTools
    outlet: Outlet
  }) {
    this.plan = init.plan
    this.request = init.request
    this.options = init.options
    this.signal = init.signal
    this.tools = init.tools
    this.outlet = init.outlet
    this.ledger = new Ledger((call) => {
      this.options.onCall?.(call)
      this.outlet.send({ type: 'call-settled', call })
    })
  }

  get clock(): Clock {
    return this.tools.clock
  }

  /** Notes and tells that the run falls short of its recipe. */
  degrade(degradation: Degradation): void {
    this.#degradations.push(degradation)
    this.outlet.send({ type: 'degraded', degradation })
  }

  /** Ends the answer. The bill is that of the whole run. */
  finish(finish: Pick<Finish, 'reason' | 'systemFingerprint'>): void {
    this.outlet.send({
      type: 'finish',
      reason: finish.reason,
      ...this.ledger.totals(),
      ...(finish.systemFingerprint !== undefined && { systemFingerprint: finish.systemFingerprint }),
      ...(this.#degradations.length > 0 && { degraded: [...this.#degradations] }),
    })
  }
}
