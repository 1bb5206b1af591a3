import { MoaError } from '../core/index.js'
import type { ChatRequest, Model, ModelEvent, Proposal, StreamOptions } from '../core/index.js'
import {
  abortReason,
  linkedController,
  systemClock,
  type Clock,
  type LinkedController,
} from '../util/index.js'
import { Outlet } from './outlet.js'
import type { Plan, PlanSlot } from './plan.js'
import { missingTemplate } from './prompt/compose.js'
import { Run, type RunTools } from './run.js'
import { propose } from './stages/propose.js'
import type { StageRunner } from './stages/stage.js'
import { synthesize } from './stages/synthesize.js'

const STAGES: Record<Plan['stages'][number]['kind'], StageRunner> = { propose, synthesize }

export interface MixtureOptions {
  /** Finds the model of an address; throws when there is none. Called once for each slot, here and now. */
  readonly resolve: (model: string) => Model
  readonly clock?: Clock
  /** Default: random. */
  readonly newRunId?: () => string
}

/**
 * A plan as a {@link Model}: proposers in parallel, layer after layer, then the aggregator's answer as a stream.
 *
 * @throws {@link MoaError} whatever `resolve` throws; `template_missing` for mode `together` without a template
 */
export function createMixture(plan: Plan, options: MixtureOptions): Model {
  if (plan.mode === 'together' && plan.template === undefined) throw missingTemplate(plan.name)
  const models = new Map<PlanSlot, Model>()
  for (const stage of plan.stages) {
    for (const slot of stage.slots) models.set(slot, options.resolve(slot.slot.model))
  }
  const tools: RunTools = {
    model: (slot) => models.get(slot) as Model,
    clock: options.clock ?? systemClock,
  }
  const newRunId = options.newRunId ?? (() => `run_${globalThis.crypto.randomUUID()}`)
  return {
    id: plan.name,
    stream: (request, streamOptions) => ({
      [Symbol.asyncIterator]: () => new RunStream({ plan, request, options: streamOptions, tools, newRunId }),
    }),
  }
}

interface RunStreamInit {
  readonly plan: Plan
  readonly request: ChatRequest
  readonly options: StreamOptions
  readonly tools: RunTools
  readonly newRunId: () => string
}

/**
 * One run, seen by its reader. The run starts with the first `next()` and goes on by itself; leaving early aborts
 * every call and waits until they are settled.
 */
class RunStream implements AsyncIterator<ModelEvent, undefined> {
  readonly #init: RunStreamInit
  readonly #outlet = new Outlet(() => this.#link?.abort())
  #link: LinkedController | undefined
  #running: Promise<void> | undefined

  constructor(init: RunStreamInit) {
    this.#init = init
  }

  next(): Promise<IteratorResult<ModelEvent, undefined>> {
    this.#running ??= this.#start()
    return this.#outlet.next() as Promise<IteratorResult<ModelEvent, undefined>>
  }

  async return(): Promise<IteratorResult<ModelEvent, undefined>> {
    await this.#outlet.return()
    await this.#running
    return { value: undefined, done: true }
  }

  async #start(): Promise<void> {
    const { signal } = this.#init.options
    const link = (this.#link = linkedController(signal))
    try {
      await this.#execute(link.signal)
      this.#outlet.end()
    } catch (error) {
      this.#outlet.fail(signal.aborted ? abortReason(signal) : error)
    } finally {
      link.abort()
      link.release()
    }
  }

  async #execute(signal: AbortSignal): Promise<void> {
    const { plan, request, options, tools, newRunId } = this.#init
    signal.throwIfAborted()
    if (request.messages.length === 0)
      throw new MoaError('invalid_request', 'The request has no messages; send at least one.')
    const run = new Run({ plan, request, options, signal, tools, outlet: this.#outlet })
    const stages = plan.stages.map(({ kind, slots }) => ({ kind, slots: slots.map(({ ref }) => ref) }))
    run.outlet.send({
      type: 'run-start',
      runId: newRunId(),
      recipe: plan.name,
      recipeHash: plan.hash,
      stages,
    })
    for (const note of plan.notes) run.degrade(note)
    await runStages(run)
  }
}

async function runStages(run: Run): Promise<void> {
  let proposals: readonly Proposal[] = []
  for (const [index, stage] of run.plan.stages.entries()) {
    const startedAt = run.clock.now()
    run.outlet.send({ type: 'stage-start', stage: index, kind: stage.kind })
    const result = await STAGES[stage.kind](run, stage, proposals)
    if ('answered' in result) return
    if (result.proposals.length === 0 && proposals.length > 0) {
      run.degrade({
        code: 'no-proposals',
        message: `Stage ${index + 1} gave no usable proposal; those of the stage before it are used.`,
      })
    } else {
      proposals = result.proposals
    }
    run.outlet.send({
      type: 'stage-end',
      stage: index,
      kind: stage.kind,
      proposals: result.proposals.length,
      durationMs: run.clock.now() - startedAt,
    })
  }
}
