import { MoaError, errorInfo } from '../core/index.js'
import type { Model, Proposal } from '../core/index.js'
import { Limiter, Scope } from '../util/index.js'
import type { PlanSlot, PlanStageOf } from './plan.js'
import type { ResolvedPolicy } from './policy.js'
import type { Run } from './run.js'

/**
 * Asks for one attempt's proposal. The outcome hears of it once, maybe at once.
 */
export type Ask = (attempt: Attempt, outcome: Outcome) => void

/** Where attempts end up. */
export interface Outcome {
  proposed(attempt: Attempt, proposal: Proposal): void
  failed(attempt: Attempt, error: unknown): void
}

/** One call of a slot: `copy` 0 is the call itself, 1 its hedge. */
export interface Attempt {
  readonly turn: Turn
  readonly model: Model
  /** The attempt's own. */
  readonly scope: Scope
  readonly copy: 0 | 1
}

/**
 * A panel at work under its straggler policy: all slots in parallel, no more waiting once the quorum is there and
 * the grace is over, second copies of slow calls, and an end when the stage's share of the deadline is spent.
 *
 * Callbacks instead of promises: thousands of slots may be waiting at a time, and what is kept of each is what garbage
 * collection has to look at.
 */
export class Panel implements Outcome {
  readonly #run: Run
  readonly #policy: ResolvedPolicy
  readonly #slots: readonly PlanSlot[]
  readonly #ask: Ask
  readonly #limiter: Limiter | undefined
  readonly #turns: Turn[] = []
  #usable = 0
  #failed = 0
  /** Turns with calls that are not settled yet. */
  #open = 0
  #dropping = false
  #cancelGrace: (() => void) | undefined
  #finish: () => void = () => {}

  constructor(run: Run, stage: PlanStageOf<'propose'>, ask: Ask) {
    this.#run = run
    this.#policy = stage.policy
    this.#slots = stage.slots
    this.#ask = ask
    const { concurrency } = stage.policy
    this.#limiter = concurrency < stage.slots.length ? new Limiter(concurrency) : undefined
  }

  /**
   * The usable proposals in slot order. Every call has ended and is settled when this resolves.
   *
   * @param budgetMs time for the whole panel; `undefined` when the run has no deadline
   */
  async gather(budgetMs: number | undefined): Promise<Proposal[]> {
    const { clock, scope } = this.#run
    const cancelDeadline =
      budgetMs === undefined ? undefined : clock.after(budgetMs, () => this.#drop('deadline'))
    await new Promise<void>((resolve) => {
      this.#finish = resolve
      this.#begin()
    })
    cancelDeadline?.()
    this.#cancelGrace?.()
    scope.throwIfAborted()
    const proposals: Proposal[] = []
    for (const { proposal } of this.#turns) if (proposal) proposals.push(proposal)
    return proposals
  }

  #begin(): void {
    this.#open = this.#slots.length
    for (const slot of this.#slots) this.#turns.push(new Turn(slot, new Scope(this.#run.scope)))
    for (const turn of this.#turns) this.#take(turn)
  }

  /** Ends the turns that are still going on. */
  #drop(why: 'quorum' | 'deadline'): void {
    this.#dropping = true
    for (const turn of this.#turns) {
      if (turn.over) continue
      turn.dropped ??= why
      turn.scope.abort(new MoaError('aborted', `${turn.slot.ref.name} was dropped (${why}).`))
    }
  }

  /** One slot from its start to its end. */
  #take(turn: Turn): void {
    turn.startedAt = this.#run.clock.now()
    if (this.#limiter === undefined) {
      this.#start(turn)
      return
    }
    this.#limiter.acquire(turn.scope).then(
      (leave) => {
        turn.leave = leave
        turn.startedAt = this.#run.clock.now()
        this.#start(turn)
      },
      (error: unknown) => {
        this.#lose(turn, error)
        this.#close(turn)
      },
    )
  }

  #start(turn: Turn): void {
    this.#run.outlet.send({ type: 'proposal-start', slot: turn.slot.ref })
    const delay = this.#hedgeDelay(turn.slot)
    if (delay !== undefined) turn.cancelHedge = this.#run.clock.after(delay, () => this.#try(turn, 1))
    this.#try(turn, 0)
  }

  #try(turn: Turn, copy: 0 | 1): void {
    if (copy === 1) {
      turn.hedged = true
      turn.cancelHedge?.()
    }
    turn.open += 1
    const { tools } = this.#run
    const { hedge } = this.#policy
    const model = copy === 1 ? tools.hedgeModel(turn.slot, hedge) : tools.model(turn.slot)
    // Two copies end one by one, a single call with its turn.
    const scope = hedge ? new Scope(turn.scope) : turn.scope
    this.#ask({ turn, model, scope, copy }, this)
  }

  /** The first usable proposal of a call and its hedge counts; the other is aborted. */
  proposed({ turn }: Attempt, proposal: Proposal): void {
    turn.open -= 1
    if (!turn.over) {
      turn.proposal = proposal
      this.#usable += 1
      this.#run.outlet.send({ type: 'proposal-end', proposal })
      this.#end(turn)
    }
    this.#close(turn)
  }

  failed({ turn }: Attempt, error: unknown): void {
    turn.open -= 1
    if (!turn.over) {
      const { hedge } = this.#policy
      // A call that failed on its own needs no second copy of the same kind; another model may do better.
      if (!turn.hedged && hedge?.model !== undefined && !turn.scope.aborted) this.#try(turn, 1)
      else if (turn.open === 0) this.#lose(turn, error)
    }
    this.#close(turn)
  }

  #lose(turn: Turn, error: unknown): void {
    this.#failed += 1
    if (!this.#run.scope.aborted) this.#tellWhy(turn, error, this.#run.clock.now() - turn.startedAt)
    this.#end(turn)
  }

  /** The turn has its result; a slower copy may still have to be settled. */
  #end(turn: Turn): void {
    turn.over = true
    turn.cancelHedge?.()
    // A call that has ended on its own needs no signal; its copies do.
    if (this.#policy.hedge) turn.scope.abort()
    else turn.scope.release()
    this.#run.tools.latency.share(turn.slot.ref.name, turn.proposal !== undefined)
    this.#check()
  }

  /** All calls of the turn are settled. */
  #close(turn: Turn): void {
    if (!turn.over || turn.open > 0 || turn.closed) return
    turn.closed = true
    turn.leave?.()
    this.#open -= 1
    if (this.#open === 0) this.#finish()
  }

  #tellWhy(turn: Turn, error: unknown, durationMs: number): void {
    const { outlet } = this.#run
    const { ref } = turn.slot
    if (turn.dropped === undefined) {
      const info = errorInfo(error)
      outlet.send({ type: 'proposal-failed', slot: ref, error: info, durationMs })
      this.#run.failures.push({ slot: ref, reason: info.message })
      const code = info.code === 'budget' ? 'budget' : 'proposer-failed'
      this.#run.degrade({ code, message: `${ref.name}: ${info.message}`, slot: ref })
      return
    }
    const late = turn.dropped === 'deadline'
    const reason = late
      ? 'not finished when its share of the deadline was over'
      : 'not finished within the grace time'
    outlet.send({ type: 'proposal-dropped', slot: ref, reason, durationMs })
    this.#run.failures.push({ slot: ref, reason })
    // The quorum is what the recipe asks for; a deadline is not.
    if (late) this.#run.degrade({ code: 'deadline', message: `${ref.name}: ${reason}.`, slot: ref })
  }

  /** Looks whether the panel may stop waiting. */
  #check(): void {
    const size = this.#slots.length
    if (this.#dropping || this.#usable + this.#failed === size) return
    // Failed slots can't make a quorum unreachable: then everybody who is left is waited for.
    const needed = Math.min(this.#policy.quorum, size - this.#failed)
    if (this.#usable < needed || this.#cancelGrace) return
    if (this.#policy.graceMs === 0) this.#drop('quorum')
    else this.#cancelGrace = this.#run.clock.after(this.#policy.graceMs, () => this.#drop('quorum'))
  }

  /** When to start the second copy; `undefined` while too little is known of the model's usual time. */
  #hedgeDelay({ slot }: PlanSlot): number | undefined {
    const { hedge } = this.#policy
    if (hedge?.afterMs !== undefined) return hedge.afterMs
    if (hedge?.percentile === undefined) return undefined
    const usual = this.#run.tools.latency.percentile(slot.model, hedge.percentile)
    // Slower than, not as slow as: models of constant speed would hedge every call.
    return usual === undefined ? undefined : usual + 1
  }
}

/** One slot of a panel while its proposal is awaited. */
export class Turn {
  readonly slot: PlanSlot
  readonly scope: Scope
  startedAt = 0
  /** Calls that are not settled yet. */
  open = 0
  hedged = false
  cancelHedge: (() => void) | undefined
  /** Gives back the turn's place where only so many calls run at a time. */
  leave: (() => void) | undefined
  /** It has a proposal, or none is to be had. */
  over = false
  closed = false
  proposal: Proposal | undefined
  dropped: 'quorum' | 'deadline' | undefined

  constructor(slot: PlanSlot, scope: Scope) {
    this.slot = slot
    this.scope = scope
  }
}
