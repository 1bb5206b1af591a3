import { MoaError } from '../core/index.js'
import type {
  ChatRequest,
  Degradation,
  EventReader,
  EventStream,
  Model,
  ModelEvent,
  StreamOptions,
} from '../core/index.js'
import { Scope, systemClock, type Clock } from '../util/index.js'
import { estimateRun, type Estimating } from './estimate.js'
import { expectedLatency } from './expected-latency.js'
import { LatencyBook } from './latency.js'
import { Outlet } from './outlet.js'
import type { Plan, PlanStage } from './plan.js'
import { missingTemplate } from './prompt/compose.js'
import { NO_MATERIAL, type Material } from './prompt/material.js'
import { Run, maxCostUsd, maxLatencyMs, type RunTools } from './run.js'
import { dollars, unpriced } from './spend.js'
import { critique } from './stages/critique.js'
import { gate } from './stages/gate.js'
import { pick } from './stages/pick.js'
import { propose } from './stages/propose.js'
import { rank } from './stages/rank.js'
import type { StageResult, StageRunner } from './stages/stage.js'
import { synthesize } from './stages/synthesize.js'
import { vote } from './stages/vote.js'
import { checkWriter, discloseTools } from './writer-only.js'

const STAGES: { readonly [Kind in PlanStage['kind']]: StageRunner<Kind> } = {
  propose,
  rank,
  vote,
  gate,
  critique,
  synthesize,
  pick,
}

export interface MixtureOptions {
  /** Finds the model of an address; throws when there is none. Called once for each slot, here and now. */
  readonly resolve: (model: string) => Model
  readonly clock?: Clock
  /** Runs instead when a run would exceed the recipe's budget; see `budget.over`. */
  readonly smaller?: Model
  /** What is known of the models' speed; share one among mixtures. Default: a new one. */
  readonly latency?: LatencyBook
  /** Default: random. */
  readonly newRunId?: () => string
}

/** A mixture, seen as a model; one that is a slot of another is asked what its calls come to. */
export interface Mixture extends Model, Estimating {}

/**
 * A plan as a {@link Model}: proposers in parallel, layer after layer, then the aggregator's answer as a stream.
 *
 * @throws {@link MoaError} whatever `resolve` throws; `template_missing` for mode `together` without a template
 */
export function createMixture(plan: Plan, options: MixtureOptions): Mixture {
  if (plan.mode === 'together' && plan.template === undefined) throw missingTemplate(plan.name)
  const models = new Map<string, Model>()
  const find = (address: string): void => {
    if (!models.has(address)) models.set(address, options.resolve(address))
  }
  for (const stage of plan.stages) {
    for (const { slot } of stage.slots) find(slot.model)
    if (stage.kind === 'propose' && stage.policy.hedge?.model !== undefined) find(stage.policy.hedge.model)
  }
  const tools: RunTools = {
    find: (address) => models.get(address),
    model: ({ slot }) => models.get(slot.model) as Model,
    hedgeModel: ({ slot }, hedge) => models.get(hedge?.model ?? slot.model) as Model,
    clock: options.clock ?? systemClock,
    latency: options.latency ?? new LatencyBook(),
  }
  const newRunId = options.newRunId ?? (() => `run_${globalThis.crypto.randomUUID()}`)
  const { smaller } = options
  const shared: Shared = { plan, tools, newRunId, ...(smaller && { smaller }) }
  return {
    id: plan.name,
    keepsBooks: true,
    scoped: true,
    estimate: (request) => estimateRun(plan, request, (address) => models.get(address)),
    stream: (request, streamOptions) => new RunStream(shared, request, streamOptions),
  }
}

/** What all runs of a mixture have in common. */
interface Shared {
  readonly plan: Plan
  readonly tools: RunTools
  readonly newRunId: () => string
  readonly smaller?: Model
}

/**
 * One run, seen by its reader. The run starts with the first `next()` and goes on by itself; leaving early aborts
 * every call and waits until they are settled.
 */
class RunStream implements EventStream, AsyncIterator<ModelEvent, undefined> {
  readonly #shared: Shared
  readonly #request: ChatRequest
  readonly #options: StreamOptions
  readonly #outlet = new Outlet(() => this.#scope?.abort())
  #scope: Scope | undefined
  #running: Promise<void> | undefined

  constructor(shared: Shared, request: ChatRequest, options: StreamOptions) {
    this.#shared = shared
    this.#request = request
    this.#options = options
  }

  next(): Promise<IteratorResult<ModelEvent, undefined>> {
    this.#running ??= this.#start()
    return this.#outlet.next() as Promise<IteratorResult<ModelEvent, undefined>>
  }

  read(reader: EventReader): void {
    const running = (this.#running ??= this.#start())
    // Every call is settled when the reader hears of the end.
    this.#outlet.read({
      event: (event) => reader.event(event),
      end: () => void running.then(() => reader.end()),
      fail: (error) => void running.then(() => reader.fail(error)),
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async return(): Promise<IteratorResult<ModelEvent, undefined>> {
    // A run that has not begun never does.
    this.#running ??= Promise.resolve()
    await this.#outlet.return()
    await this.#running
    return { value: undefined, done: true }
  }

  async #start(): Promise<void> {
    const work = Scope.of(this.#options.scope ?? this.#options.signal)
    const scope = (this.#scope = new Scope(work))
    try {
      await this.#execute(scope)
      this.#outlet.end()
    } catch (error) {
      this.#outlet.fail(work.aborted ? work.reason : error)
    } finally {
      scope.abort()
    }
  }

  async #execute(scope: Scope): Promise<void> {
    const { plan, tools, newRunId } = this.#shared
    const request = this.#request
    const options = this.#options
    scope.throwIfAborted()
    if (request.messages.length === 0)
      throw new MoaError('invalid_request', 'The request has no messages; send at least one.')
    checkWriter(plan, request)
    const id = options.runId ?? newRunId()
    const run = new Run({ id, plan, request, options, scope, tools, outlet: this.#outlet })
    const stages = plan.stages.map(({ kind, slots }) => ({ kind, slots: slots.map(({ ref }) => ref) }))
    run.outlet.send({
      type: 'run-start',
      runId: id,
      recipe: plan.name,
      recipeHash: plan.hash,
      stages,
    })
    for (const note of plan.notes) run.degrade(note)
    discloseTools(run)
    const excess = overCost(run) ?? overLatency(run)
    if (excess === undefined) await runStages(run)
    else await this.#runSmaller(run, excess)
  }

  /** Hands the request to the smaller recipe, disclosed. */
  async #runSmaller(run: Run, excess: MoaError): Promise<void> {
    const { smaller } = this.#shared
    const request = this.#request
    const options = this.#options
    if (smaller === undefined) throw excess
    const degradation: Degradation = {
      code: excess.code === 'budget' ? 'budget' : 'deadline',
      message: `${excess.message} Recipe "${smaller.id}" answers instead.`,
    }
    this.#outlet.send({ type: 'degraded', degradation })
    const { over: _, ...budget } = run.plan.budget ?? {}
    const limits = { ...budget, ...request.limits }
    for await (const event of smaller.stream(
      { ...request, limits },
      { ...options, signal: run.scope.signal },
    )) {
      if (event.type === 'run-start') continue
      const wait = this.#outlet.sendAnswer(
        event.type === 'finish' ? { ...event, degraded: [degradation, ...(event.degraded ?? [])] } : event,
      )
      if (wait) await wait
    }
  }
}

/** Why a run must not begin as planned, if it is too slow for its budget by what is known of its models. */
function overLatency(run: Run): MoaError | undefined {
  const allowedMs = maxLatencyMs(run.plan, run.request)
  if (allowedMs === undefined) return undefined
  const expectedMs = expectedLatency(run.plan, run.tools.latency)
  if (expectedMs === undefined || expectedMs <= allowedMs) return undefined
  return new MoaError(
    'deadline',
    `Recipe "${run.plan.name}" is expected to take ${seconds(expectedMs)} or more, over the ${seconds(allowedMs)} it may take.`,
  )
}

const seconds = (ms: number): string => `${(ms / 1000).toPrecision(2)} s`

/** Why a run must not begin as planned, if it is too dear for its budget. */
function overCost(run: Run): MoaError | undefined {
  const allowedUsd = maxCostUsd(run.plan, run.request)
  if (allowedUsd === undefined) return undefined
  const estimate = estimateRun(run.plan, run.request, (address) => run.tools.find(address))
  const [unknown] = estimate.unpriced.filter((model) => model.includes('/'))
  if (unknown !== undefined) throw unpriced(unknown)
  if (estimate.usd === null || estimate.usd <= allowedUsd) return undefined
  return new MoaError(
    'budget',
    `Recipe "${run.plan.name}" is estimated at ${dollars(estimate.usd)} for this request, ` +
      `over its budget of ${dollars(allowedUsd)}.`,
  )
}

async function runStages(run: Run): Promise<void> {
  let material: Material = NO_MATERIAL
  for (const stage of run.plan.stages) {
    const startedAt = run.clock.now()
    run.outlet.send({ type: 'stage-start', stage: stage.index, kind: stage.kind })
    const result = await runStage(run, stage, material)
    if ('answered' in result) return
    if (result.proposals.length === 0 && material.proposals.length > 0) {
      run.degrade({
        code: 'no-proposals',
        message: `Stage ${stage.index + 1} gave no usable proposal; those of the stage before it are used.`,
      })
    } else {
      material = result
    }
    run.outlet.send({
      type: 'stage-end',
      stage: stage.index,
      kind: stage.kind,
      proposals: result.proposals.length,
      durationMs: run.clock.now() - startedAt,
    })
  }
}

function runStage<Kind extends PlanStage['kind']>(
  run: Run,
  stage: PlanStage & { kind: Kind },
  material: Material,
): Promise<StageResult> {
  const runner = STAGES[stage.kind] as unknown as (
    run: Run,
    stage: PlanStage,
    material: Material,
  ) => Promise<StageResult>
  return runner(run, stage, material)
}
