import { withTemplate } from '../../config/recipes.js'
import { collect, type Result } from '../../core/collect.js'
import { MoaError } from '../../core/errors.js'
import type { SlotRef } from '../../core/call.js'
import { failedStream, type Model } from '../../core/model.js'
import type { ChatRequest } from '../../core/request.js'
import { RecipeBook } from '../../engine/book.js'
import { estimateRun } from '../../engine/estimate.js'
import { overrideRecipe, type RecipeOverrides } from '../../engine/override.js'
import type { Plan, PlanStage } from '../../engine/plan.js'
import type { RecipeInput } from '../../engine/recipe.js'
import { parseRecipe } from '../../engine/recipe-schema.js'
import { Replay, type Recording, type RunLine } from '../../record/index.js'
import { didYouMean } from '../../util/suggest.js'
import { withTemplatePlace, type Workspace } from '../workspace/open.js'

/** A run on which something is tried again. */
export interface Recorded {
  readonly recording: Recording
  readonly run: RunLine
  readonly workspace: Workspace
  /** What was recorded costs nothing now, and counts against no budget. Default false: it costs what it did cost. */
  readonly free?: boolean
}

/** What is to be different from the run. */
export interface Changes extends Pick<RecipeOverrides, 'aggregator' | 'mode' | 'template'> {
  /** Names of proposers whose answers are left out. */
  readonly without?: readonly string[]
  /** Ask the last stage again, also where the recording holds its answer. Default false. */
  readonly fresh?: boolean
}

/** A run's recipe with changes, over the proposals that were recorded. */
export interface Again {
  readonly plan: Plan
  readonly model: Model
  /** What the calls after the proposals would cost, in US dollars; `null` when a price is unknown. */
  readonly estimateUsd: (request: ChatRequest) => number | null
}

/**
 * Makes a model that answers a recorded run's request anew, from the same proposals and the same failures. Proposers are
 * never called; whoever reads their proposals is, unless the recording holds the answer to just this prompt.
 *
 * @throws {@link MoaError} `usage` for a run of a single model, or for a proposer that is not there; `recipe_invalid`
 */
export async function again(
  { recording, run, workspace, free = false }: Recorded,
  changes: Changes,
): Promise<Again> {
  const { without, fresh, ...overrides } = changes
  const definition = overrideRecipe(recipeOf(run), overrides)
  const changed = Object.keys(changes).length > 0
  const name = changed ? `${run.recipe.replace(/\*$/, '')}*` : run.recipe
  const plan = patient(workspace.book.compile(withTemplate(definition, workspace.settings.dataFolder), name))
  const gone = leftOut(plan, without ?? [])
  const live = await readers(plan, { run, workspace })
  const last = plan.stages.length - 1
  const replay = new Replay(recording, {
    proposals: { run: run.run, stages: plan.stages.filter(isPanel).map(({ index }) => index) },
    speed: Infinity,
    free,
    without: (slot) => gone.has(placeOf(slot)),
    ...(fresh === true && { fresh: ({ stage }: SlotRef) => stage === last }),
    live: (address) => live.get(address),
  })
  const book = new RecipeBook({
    recipes: (run.recipes ?? {}) as Readonly<Record<string, RecipeInput>>,
    modelMap: run.renames ?? {},
    model: (address) => replay.model(address),
  })
  try {
    return {
      plan,
      model: book.mixture(plan),
      estimateUsd: (request) => afterProposals(plan, request, (address) => book.resolve(address)),
    }
  } catch (error) {
    throw withTemplatePlace(error, workspace.settings.dataFolder)
  }
}

/** The whole answer of {@link again}. */
export async function answerAgain(
  recorded: Recorded,
  changes: Changes,
  signal: AbortSignal,
): Promise<Result> {
  const { model } = await again(recorded, changes)
  return collect(model.stream(recorded.run.request, { signal, delivery: 'whole' }))
}

/** Whether a run has proposals to go on with. */
export const hasProposals = (run: RunLine): boolean => run.definition !== undefined

function recipeOf(run: RunLine): RecipeInput {
  if (!hasProposals(run))
    throw new MoaError(
      'usage',
      `The recorded run is one of a single model, ${run.recipe}, so there are no proposals to go on with.`,
    )
  return parseRecipe(run.definition, run.recipe)
}

function afterProposals(
  plan: Plan,
  request: ChatRequest,
  find: (address: string) => Model | undefined,
): number | null {
  let usd = 0
  for (const call of estimateRun(plan, request, find).calls) {
    if (plan.stages.some((stage) => isPanel(stage) && stage.index === call.slot.stage)) continue
    if (call.usd === null) return null
    usd += call.usd
  }
  return usd
}

const isPanel = (stage: PlanStage): boolean => stage.kind === 'propose'

/** Whoever was there when it was recorded is waited for; whoever was not has failed already. */
function patient(plan: Plan): Plan {
  const stages = plan.stages.map((stage) => {
    if (stage.kind !== 'propose') return stage
    const all = stage.slots.length
    return { ...stage, policy: { quorum: all, graceMs: 0, concurrency: all } }
  })
  return { ...plan, stages }
}

const placeOf = ({ stage, index, model }: SlotRef): string => `${stage}.${index} ${model}`

function leftOut(plan: Plan, names: readonly string[]): ReadonlySet<string> {
  const panels = plan.stages.filter(isPanel).map(({ slots }) => slots.map(({ ref }) => ref))
  const proposers = panels.flat()
  for (const name of names)
    if (!proposers.some((slot) => isNamed(slot, name))) throw unknownProposer(name, proposers)
  const gone = proposers.filter((slot) => names.some((name) => isNamed(slot, name)))
  if (panels.some((panel) => panel.length > 0 && panel.every((slot) => gone.includes(slot))))
    throw new MoaError('usage', '--without leaves no proposer; leave at least one.')
  return new Set(gone.map(placeOf))
}

const isNamed = (slot: SlotRef, name: string): boolean => slot.name === name || slot.model === name

function unknownProposer(name: string, proposers: readonly SlotRef[]): MoaError {
  const names = [...new Set(proposers.map((slot) => slot.name))]
  return new MoaError(
    'usage',
    `There is no proposer "${name}" in the recorded run.${didYouMean(name, names)} There are: ${names.join(', ')}.`,
  )
}

/** Models that may be asked now: all that read proposals. One that can't be found fails when it is needed. */
async function readers(
  plan: Plan,
  { run, workspace }: Pick<Recorded, 'run' | 'workspace'>,
): Promise<ReadonlyMap<string, Model>> {
  const models = new Map<string, Model>()
  for (const { slot } of plan.stages.filter((stage) => !isPanel(stage)).flatMap(({ slots }) => slots)) {
    const address = run.renames?.[slot.model] ?? slot.model
    if (models.has(address) || Object.hasOwn(run.recipes ?? {}, address)) continue
    try {
      // Whatever it needs is there after that. The run as a whole is what the history may keep, not this call.
      await workspace.model(address)
      models.set(address, workspace.book.resolve(address))
    } catch (error) {
      models.set(address, failing(address, error))
    }
  }
  return models
}

const failing = (id: string, error: unknown): Model => ({
  id,
  stream: () => failedStream(error),
})
