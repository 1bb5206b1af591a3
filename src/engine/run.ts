import type {
  CallRecord,
  ChatRequest,
  Degradation,
  SlotRef,
  Finish,
  Model,
  StreamOptions,
} from '../core/index.js'
import type { Clock, Scope } from '../util/index.js'
import type { LatencyBook } from './latency.js'
import { Ledger } from './ledger.js'
import type { Outlet } from './outlet.js'
import type { Plan, PlanSlot } from './plan.js'
import type { Hedge } from './policy.js'
import { Spend } from './spend.js'

/** What runs need from outside, shared by all runs of a mixture. */
export interface RunTools {
  /** The model of an address in this recipe. */
  find(address: string): Model | undefined
  /** The model of a slot, found when the mixture was made. */
  model(slot: PlanSlot): Model
  /** The model of a slot's second copy. */
  hedgeModel(slot: PlanSlot, hedge: Hedge | undefined): Model
  readonly clock: Clock
  readonly latency: LatencyBook
}

/** What a run may cost in US dollars: the request's figure, else the recipe's. */
export function maxCostUsd(plan: Plan, { limits }: ChatRequest): number | undefined {
  return limits?.maxCostUsd ?? plan.budget?.maxCostUsd
}

/** What a run may be expected to take in milliseconds: the request's figure, else the recipe's. */
export function maxLatencyMs(plan: Plan, { limits }: ChatRequest): number | undefined {
  return limits?.maxLatencyMs ?? plan.budget?.maxLatencyMs
}

/** A slot that gave nothing. */
export interface SlotFailure {
  readonly slot: SlotRef
  readonly reason: string
}

/** Everything one run knows while it goes on. */
export class Run {
  readonly id: string
  readonly plan: Plan
  readonly request: ChatRequest
  readonly options: StreamOptions
  /** Over when the client leaves or the run has ended. */
  readonly scope: Scope
  readonly tools: RunTools
  readonly outlet: Outlet
  readonly ledger: Ledger
  readonly spend: Spend
  /** When the answer has to be there, in the clock's milliseconds. */
  readonly deadlineAt: number | undefined
  readonly #degradations: Degradation[] = []
  /** Slots that gave nothing and why, for the error of a run that comes to nothing. */
  readonly failures: SlotFailure[] = []

  constructor(init: {
    id: string
    plan: Plan
    request: ChatRequest
    options: StreamOptions
    scope: Scope
    tools: RunTools
    outlet: Outlet
  }) {
    this.id = init.id
    this.plan = init.plan
    this.request = init.request
    this.options = init.options
    this.scope = init.scope
    this.tools = init.tools
    this.outlet = init.outlet
    const deadlineMs = init.request.limits?.deadlineMs ?? init.plan.deadlineMs ?? Infinity
    const latencyMs = maxLatencyMs(init.plan, init.request) ?? Infinity
    const endMs = Math.min(deadlineMs, latencyMs)
    this.deadlineAt = endMs === Infinity ? undefined : init.tools.clock.now() + endMs
    this.ledger = new Ledger((call) => this.#settled(call))
    const maxUsd = maxCostUsd(init.plan, init.request)
    this.spend = new Spend(this.ledger, { maxUsd, around: init.options.allowance })
  }

  get clock(): Clock {
    return this.tools.clock
  }

  #settled(call: CallRecord): void {
    this.options.onCall?.(call)
    this.outlet.send({ type: 'call-settled', call })
  }

  /** Time left until the deadline, at least 0; `undefined` without one. */
  remainingMs(): number | undefined {
    return this.deadlineAt === undefined ? undefined : Math.max(0, this.deadlineAt - this.clock.now())
  }

  /**
   * A stage's share of the time that is left: equal parts for it and the calling stages after it, so that time
   * saved by one is there for the next.
   */
  stageBudgetMs(stage: number): number | undefined {
    const remaining = this.remainingMs()
    if (remaining === undefined) return undefined
    const waiting = this.plan.stages.slice(stage).filter(({ slots }) => slots.length > 0)
    return remaining / Math.max(1, waiting.length)
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
