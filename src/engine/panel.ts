import { MoaError, errorInfo } from '../core/index.js'
import type { Model, Proposal } from '../core/index.js'
import { Limiter, Scope } from '../util/index.js'
import type { PlanSlot, PlanStageOf } from './plan.js'
import type { ResolvedPolicy } from './policy.js'
import type { Run } from './run.js'

/** One try of a slot: its proposal, or an error. `copy` 0 is the call itself, 1 its hedge. */
export type Ask = (slot: PlanSlot, attempt: Attempt) => Promise<Proposal>

export interface Attempt {
  readonly model: Model
  /** The attempt's own. */
  readonly scope: Scope
  readonly copy: 0 | 1
}

/**
 * A panel at work under its straggler policy: all slots in parallel, no more waiting once the quorum is there and
 * the grace is over, second copies of slow calls, and an end when the stage's share of the deadline is spent.
 */
export class Panel {
  readonly #run: Run
  readonly #policy: ResolvedPolicy
  readonly #slots: readonly PlanSlot[]
  readonly #ask: Ask
  readonly #limiter: Limiter | undefined
  readonly #turns: Turn[] = []
  #usable = 0
  #failed = 0
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
    const enough = new Promise<void>((resolve) => (this.#finish = resolve))
    scope.onAbort(this.#finish)
    const cancelDeadline =
      budgetMs === undefined ? undefined : clock.after(budgetMs, () => this.#drop('deadline'))
    const tasks = this.#slots.map((slot) => {
      const turn = new Turn(slot, new Scope(scope))
      this.#turns.push(turn)
      return this.#take(turn)
    })
    try {
      await enough
      this.#drop('quorum')
      await Promise.all(tasks)
    } finally {
      scope.forget(this.#finish)
      cancelDeadline?.()
      this.#cancelGrace?.()
    }
    scope.throwIfAborted()
    return this.#turns.flatMap(({ proposal }) => (proposal ? [proposal] : []))
  }

  /** Ends the turns that are still going on. */
  #drop(why: 'quorum' | 'deadline'): void {
    for (const turn of this.#turns) {
      if (turn.over) continue
      turn.dropped ??= why
      turn.scope.abort(new MoaError('aborted', `${turn.slot.ref.name} was dropped (${why}).`))
    }
    this.#finish()
  }

  /** One slot from its start to its end; never rejects. */
  #take(turn: Turn): Promise<void> {
    turn.startedAt = this.#run.clock.now()
    const place = this.#limiter?.acquire(turn.scope)
    const answer = place ? place.then((release) => this.#begin(turn, release)) : this.#begin(turn)
    return answer.then(
      (proposal) => this.#done(turn, proposal),
      (error: unknown) => this.#failedWith(turn, error),
    )
  }

  #begin(turn: Turn, release?: () => void): Promise<Proposal> {
    turn.leave = release
    turn.startedAt = this.#run.clock.now()
    this.#run.outlet.send({ type: 'proposal-start', slot: turn.slot.ref })
    return this.#fastest(turn)
  }

  #done(turn: Turn, proposal: Proposal): Promise<void> {
    turn.proposal = proposal
    this.#usable += 1
    this.#run.outlet.send({ type: 'proposal-end', proposal })
    return this.#end(turn)
  }

  #failedWith(turn: Turn, error: unknown): Promise<void> {
    this.#failed += 1
    if (!this.#run.scope.aborted) this.#tellWhy(turn, error, this.#run.clock.now() - turn.startedAt)
    return this.#end(turn)
  }

  /** The turn is over when its calls are settled, the slower copy's too. */
  async #end(turn: Turn): Promise<void> {
    turn.over = true
    // A call that has ended on its own needs no signal; its copies do.
    if (this.#policy.hedge) turn.scope.abort()
    else turn.scope.release()
    this.#run.tools.latency.share(turn.slot.ref.name, turn.proposal !== undefined)
    this.#check()
    await Promise.allSettled(turn.attempts)
    turn.leave?.()
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
    if (this.#usable + this.#failed === size) {
      this.#finish()
      return
    }
    // Failed slots can't make a quorum unreachable: then everybody who is left is waited for.
    const needed = Math.min(this.#policy.quorum, size - this.#failed)
    if (this.#usable < needed || this.#cancelGrace) return
    if (this.#policy.graceMs === 0) this.#drop('quorum')
    else this.#cancelGrace = this.#run.clock.after(this.#policy.graceMs, () => this.#drop('quorum'))
  }

  /** The first usable proposal of a call and its hedge; the other is aborted. */
  #fastest(turn: Turn): Promise<Proposal> {
    const { hedge } = this.#policy
    if (hedge === undefined) return this.#try(turn, 0)
    return new Promise((resolve, reject) => {
      let open = 1
      let hedged = false
      const settle = (attempt: Promise<Proposal>): void => {
        attempt.then(
          (proposal) => {
            cancel?.()
            resolve(proposal)
            turn.scope.abort() // The slower copy.
          },
          (error: unknown) => {
            open -= 1
            // A call that failed on its own needs no second copy of the same kind; another model may do better.
            if (!hedged && hedge.model !== undefined && !turn.scope.aborted) start()
            else if (open === 0) {
              cancel?.()
              reject(error)
            }
          },
        )
      }
      const start = (): void => {
        if (hedged) return
        hedged = true
        open += 1
        cancel?.()
        settle(this.#try(turn, 1))
      }
      const delay = this.#hedgeDelay(turn.slot)
      const cancel = delay === undefined ? undefined : this.#run.clock.after(delay, start)
      settle(this.#try(turn, 0))
    })
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

  #try(turn: Turn, copy: 0 | 1): Promise<Proposal> {
    let attempt: Promise<Proposal>
    try {
      attempt = this.#attempt(turn, copy)
    } catch (error) {
      attempt = Promise.reject(error) // A request that could not be put together fails its slot only.
    }
    turn.attempts.push(attempt)
    return attempt
  }

  #attempt(turn: Turn, copy: 0 | 1): Promise<Proposal> {
    const { tools } = this.#run
    const model = copy === 1 ? tools.hedgeModel(turn.slot, this.#policy.hedge) : tools.model(turn.slot)
    // Two copies end one by one, a single call with its turn.
    const scope = this.#policy.hedge ? new Scope(turn.scope) : turn.scope
    return this.#ask(turn.slot, { model, scope, copy })
  }
}

class Turn {
  readonly slot: PlanSlot
  readonly scope: Scope
  readonly attempts: Promise<Proposal>[] = []
  startedAt = 0
  /** Gives back the turn's place where only so many calls run at a time. */
  leave: (() => void) | undefined
  over = false
  proposal: Proposal | undefined
  dropped: 'quorum' | 'deadline' | undefined

  constructor(slot: PlanSlot, scope: Scope) {
    this.slot = slot
    this.scope = scope
  }
}
