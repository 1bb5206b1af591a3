import { Collector, MoaError, errorInfo } from '../core/index.js'
import type { Result } from '../core/index.js'
import { Scope, type Clock } from '../util/index.js'
import { callSlot } from './call-slot.js'
import type { PlanSlot } from './plan.js'
import { composeForReader, type Composed } from './prompt/compose.js'
import type { Material } from './prompt/material.js'
import type { Task } from './prompt/native.js'
import type { Run } from './run.js'
import { unusable } from './usable.js'

export interface Consulted {
  readonly slot: PlanSlot
  readonly result: Result
  /** Which proposal stood under each number the model saw. */
  readonly order: readonly number[]
}

/**
 * Asks a model that works for the run, a judge or a critic, for a whole answer about the proposals.
 *
 * @param budgetMs time for the call; `undefined` without a deadline
 * @throws {@link MoaError} when it gives none, `deadline` when the time is over, the run's abort reason
 */
export async function consult(
  run: Run,
  slot: PlanSlot,
  ask: {
    readonly material: Material
    readonly task: Exclude<Task, 'aggregate'>
    readonly budgetMs?: number | undefined
  },
): Promise<Consulted> {
  const model = run.tools.model(slot)
  const composed: Composed = composeForReader(
    { plan: run.plan, slot, model, request: run.request, material: ask.material },
    ask.task,
  )
  for (const deviation of composed.deviations) run.degrade(deviation)
  const scope = new Scope(run.scope)
  const cancel =
    ask.budgetMs === undefined
      ? undefined
      : run.clock.after(ask.budgetMs, () =>
          scope.abort(new MoaError('deadline', `${slot.ref.name} used up its share of the deadline.`)),
        )
  const collector = new Collector()
  try {
    await callSlot(
      run,
      {
        slot,
        model,
        request: composed.request,
        delivery: 'whole',
        scope,
      },
      (event) => collector.add(event),
    )
  } finally {
    cancel?.()
  }
  const result = collector.result()
  const problem = unusable(result)
  if (problem) throw problem
  return { slot, result, order: composed.order }
}

/** How much is left of a time that begins now; `undefined` when there is no limit. */
export function countdown(clock: Clock, ms: number | undefined): () => number | undefined {
  const endsAt = clock.now() + (ms ?? 0)
  return () => (ms === undefined ? undefined : Math.max(0, endsAt - clock.now()))
}

/**
 * {@link consult} down a chain until one answers in a way `read` can use. All of the chain share the time.
 *
 * @param read what is made of an answer; `undefined` when it is of no use
 * @returns `undefined` when all have failed, disclosed as degraded
 */
export async function consultChain<T>(
  run: Run,
  slots: readonly PlanSlot[],
  ask: {
    readonly material: Material
    readonly task: 'rank' | 'critique'
    readonly budgetMs?: number | undefined
    readonly read: (answer: Consulted) => T | undefined
  },
): Promise<T | undefined> {
  const timeLeft = countdown(run.clock, ask.budgetMs)
  for (const slot of slots) {
    let reason = 'its answer could not be read'
    try {
      const value = ask.read(await consult(run, slot, { ...ask, budgetMs: timeLeft() }))
      if (value !== undefined) return value
    } catch (error) {
      if (run.scope.aborted) throw error
      reason = errorInfo(error).message
    }
    run.degrade({
      code: 'judge-failed',
      message: `${slot.ref.name}: ${reason}.`.replace('..', '.'),
      slot: slot.ref,
    })
  }
  return undefined
}
