import { MoaError } from './core/errors.js'
import { wrapModel, type Model, type StreamOptions } from './core/model.js'
import { openWorkspace, type Workspace } from './cli/workspace/open.js'
import { compile, modelsAsked, smallerRecipe, type Plan } from './engine/plan.js'
import type { RecipeInput } from './engine/recipe.js'
import { createMixture } from './engine/mixture.js'
import { parseRecipe } from './engine/recipe-schema.js'
import type { RunHistory } from './history/index.js'
import { deferredModel } from './engine/deferred-model.js'

export interface MixtureOptions {
  /** What a recipe without a name of its own is called in events and ledgers. Default `mixture`. */
  readonly name?: string
  /** Models by the names the recipe calls them. What is missing here is looked for in `resolve`, then configured. */
  readonly models?: Readonly<Record<string, Model>>
  /** Finds further models; returns `undefined` for those it does not know. */
  readonly resolve?: (model: string) => Model | undefined
  /** Configuration file to use in place of the one found upward from the working directory. */
  readonly config?: string
  /**
   * Keep every run in the history that `moa runs` shows, under this name. What is kept and how long is up to the
   * configuration. Default: keep none.
   */
  readonly history?: string
}

/**
 * Several models as one. `provider/model` and names of recipes are looked up as on the command line: keys from the
 * environment, the rest from the configuration file, both read when the first answer is asked for.
 *
 * @param recipe a recipe, or the name of one: shipped (`demo`, `paper-moa`, …) or of the configuration
 * @returns a model; every call of its `stream` is a run of its own
 * @throws {@link MoaError} `recipe_invalid` at once for a recipe that is wrong in itself; what can only be known later
 *   (models, keys, configuration) is thrown by the stream; `invalid_request` by `stream` without a signal
 *
 * @example
 * const model = mixture({ proposers: ['openai/gpt-5-mini', 'gemini/gemini-3.8-flash'], aggregator: 'openai/gpt-5.6' })
 * const { text } = await collect(model.stream({ messages: [{ role: 'user', content: 'Hi' }] }, { signal }))
 */
export function mixture(recipe: RecipeInput | string, options: MixtureOptions = {}): Model {
  const model = kept(unkept(recipe, options), options)
  return wrapModel(
    model,
    (request, streamOptions) => {
      checkSignal(streamOptions)
      return model.stream(request, streamOptions)
    },
    { passesScope: true },
  )
}

/** For programs without types, where the second argument is easily forgotten. */
function checkSignal(options: Partial<StreamOptions> | undefined): void {
  if (options?.signal instanceof AbortSignal) return
  throw new MoaError(
    'invalid_request',
    'stream(request, options): options.signal must be an AbortSignal, which ends the run and its calls; ' +
      'pass { signal: new AbortController().signal } where nothing does.',
  )
}

function kept(model: Model, { history: source, config }: MixtureOptions): Model {
  if (source === undefined) return model
  return deferredModel(model.id, async () => (await historyOf(config))?.observe(model, { source }) ?? model)
}

function unkept(recipe: RecipeInput | string, options: MixtureOptions): Model {
  const given = (name: string): Model | undefined =>
    options.models && Object.hasOwn(options.models, name) ? options.models[name] : options.resolve?.(name)
  if (typeof recipe === 'string') {
    return deferredModel(recipe, async (signal) => {
      const workspace = await workspaceOf(options.config)
      await workspace.prepare(recipe, signal)
      if (!options.models && !options.resolve) return workspace.model(recipe)
      return build(workspace, workspace.book.has(recipe) ? workspace.book.plan(recipe) : recipe, given)
    })
  }
  const name = options.name ?? 'mixture'
  const plan = compile(parseRecipe(recipe, name), name)
  const models = new Map(modelsAsked(plan).map((model) => [model, given(model)]))
  if ([...models.values()].every((model) => model !== undefined)) return assembled(plan, models)
  return deferredModel(name, async () =>
    build(await workspaceOf(options.config), plan, (model) => models.get(model)),
  )
}

async function build(
  workspace: Workspace,
  target: Plan | string,
  given: (name: string) => Model | undefined,
): Promise<Model> {
  if (typeof target === 'string') return given(target) ?? workspace.model(target)
  const models = new Map<string, Model | undefined>()
  for (const name of modelsAsked(target)) models.set(name, given(name) ?? (await workspace.model(name)))
  return assembled(target, models)
}

function assembled(plan: Plan, models: ReadonlyMap<string, Model | undefined>): Model {
  const find = (name: string): Model => models.get(name) as Model
  const [smaller] = smallerRecipe(plan.budget)
  return createMixture(plan, { resolve: find, ...(smaller !== undefined && { smaller: find(smaller) }) })
}

/** One workspace for each configuration, so that all mixtures share connections and limits. */
const workspaces = new Map<string | undefined, Promise<Workspace>>()

function workspaceOf(config: string | undefined): Promise<Workspace> {
  let workspace = workspaces.get(config)
  if (workspace === undefined) {
    workspace = openWorkspace({ config })
    workspaces.set(config, workspace)
    // A configuration that has been put right deserves another look.
    workspace.catch(() => workspaces.delete(config))
  }
  return workspace
}

/** One history for each configuration. */
const histories = new Map<string | undefined, Promise<RunHistory | undefined>>()

function historyOf(config: string | undefined): Promise<RunHistory | undefined> {
  let history = histories.get(config)
  if (history === undefined) {
    history = openHistoryOf(config)
    histories.set(config, history)
    history.catch(() => histories.delete(config))
  }
  return history
}

async function openHistoryOf(config: string | undefined): Promise<RunHistory | undefined> {
  const { settings } = await workspaceOf(config)
  if (settings.history.enabled === false) return undefined
  const { openHistory } = await import('./cli/workspace/history.js')
  // A program has no other place for what went wrong beside its answers.
  return openHistory(settings, { onProblem: ({ message }) => process.emitWarning(message) })
}
