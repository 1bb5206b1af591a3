import { MoaError, toMoaError } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import type { ChatRequest } from '../../core/request.js'
import { OWN_RECIPE_NAMES, withTemplate } from '../../config/recipes.js'
import { estimateRun } from '../../engine/estimate.js'
import { overrideRecipe } from '../../engine/override.js'
import { modelsAsked, type Plan } from '../../engine/plan.js'
import { callCost } from '../../engine/spend.js'
import type { Catalog, CatalogEntry, RecipeChanges, Target } from '../../gateway/index.js'
import { didYouMean } from '../../util/suggest.js'
import type { Workspace } from '../workspace/open.js'

/**
 * What a gateway serves of an installation: every recipe that can answer, the default one first, then the single models
 * they are made of and those the configuration names. Other models of configured providers answer without being listed.
 */
export async function workspaceCatalog(workspace: Workspace): Promise<Catalog> {
  const recipes = await listedRecipes(workspace)
  const models = await listedModels(workspace, recipes)
  const entries: readonly CatalogEntry[] = [...recipes, ...models]
  return {
    entries,
    resolve: (name, changes) => resolve(workspace, { name, changes, entries }),
    breakers: () => workspace.providers.breakers(),
    waiting: () => workspace.providers.waiting(),
  }
}

async function listedRecipes(workspace: Workspace): Promise<CatalogEntry[]> {
  const { book, settings, defaultRecipe } = workspace
  const names = [defaultRecipe, ...settings.writtenRecipes, ...book.names()]
  const known = [...new Set(names)].filter((name) => book.has(name))
  const usable = await Promise.all(
    known.map(async (name) => ((await canAnswer(workspace, name)) ? name : '')),
  )
  const real = usable.some((name) => name !== '' && !workspace.simulated(name))
  return usable
    .filter((name) => name !== '' && (!real || !isShippedSimulation(workspace, name)))
    .map((name) => {
      const description = book.plan(name).description
      const label = workspace.simulated(name) && !description.startsWith('Simulated') ? 'Simulated. ' : ''
      return { id: name, kind: 'recipe', description: (label + description).trimEnd() }
    })
}

/** A demonstration is of no use where real models answer, unless somebody asked for it. */
function isShippedSimulation(workspace: Workspace, name: string): boolean {
  const { settings, defaultRecipe } = workspace
  return workspace.simulated(name) && name !== defaultRecipe && !settings.writtenRecipes.includes(name)
}

async function canAnswer(workspace: Workspace, name: string): Promise<boolean> {
  try {
    await workspace.model(name)
    return true
  } catch {
    return false // A key, a template or a provider is missing; `moa recipes check` tells which.
  }
}

async function listedModels(workspace: Workspace, recipes: readonly CatalogEntry[]): Promise<CatalogEntry[]> {
  const { book, settings, own } = workspace
  const asked = recipes.flatMap(({ id }) => modelsAsked(book.plan(id)))
  const names = [
    ...(settings.gateway.list ?? []),
    ...(own?.proposers ?? []),
    ...(own ? [own.aggregator] : []),
    ...asked,
    ...Object.keys(settings.models),
  ].filter((name) => !book.has(name))
  const unique = [...new Set(names)]
  const usable = await Promise.all(unique.map((name) => canAnswer(workspace, name)))
  return unique
    .filter((_, index) => usable[index] === true)
    .map((id) => ({ id, kind: kindOf(workspace, id) }))
}

const addressOf = ({ settings }: Workspace, name: string): string =>
  Object.hasOwn(settings.models, name) ? (settings.models[name] as string) : name

const kindOf = (workspace: Workspace, name: string): CatalogEntry['kind'] =>
  workspace.book.has(addressOf(workspace, name)) ? 'recipe' : 'model'

interface Wanted {
  readonly name: string
  readonly changes: RecipeChanges | undefined
  readonly entries: readonly CatalogEntry[]
}

async function resolve(workspace: Workspace, { name, changes, entries }: Wanted): Promise<Target> {
  const address = addressOf(workspace, name)
  if (workspace.book.has(address)) return changedRecipe(workspace, address, changes)
  // Says what is missing, where it is a recipe over models that nobody has chosen yet.
  if (OWN_RECIPE_NAMES.includes(address)) workspace.book.resolve(address)
  if (!address.includes('/'))
    throw new MoaError(
      'model_not_found',
      `There is no model "${name.slice(0, 100)}".${didYouMean(
        name,
        entries.map(({ id }) => id),
      )} GET /v1/models lists them.`,
      { param: 'model' },
    )
  checkUnchanged(name, changes)
  const model = await workspace.model(address)
  return {
    model,
    kind: 'model',
    simulated: workspace.simulated(address),
    estimateUsd: (request) => (model.price === undefined ? null : callCost(model.price, request)),
  }
}

/** @throws {@link MoaError} that names `moa` when it is about what a request has changed */
async function changedRecipe(
  workspace: Workspace,
  name: string,
  changes: RecipeChanges | undefined,
): Promise<Target> {
  try {
    return await recipeTarget(workspace, planOf(workspace, name, changes))
  } catch (thrown) {
    if (changes === undefined) throw thrown
    const error = toMoaError(thrown)
    throw new MoaError(error.code, error.message, { cause: error, param: error.param ?? 'moa' })
  }
}

function planOf(workspace: Workspace, name: string, changes: RecipeChanges | undefined): Plan {
  const { book, settings } = workspace
  if (changes === undefined) return book.plan(name)
  const changed = withTemplate(overrideRecipe(book.recipe(name), changes), settings.dataFolder)
  return book.compile(changed, `${name}*`)
}

async function recipeTarget(workspace: Workspace, plan: Plan): Promise<Target> {
  const { deadlineMs, budget } = plan
  // A recipe of the book is one model for all; a changed one is its own.
  const inBook = workspace.book.has(plan.name)
  return {
    model: await workspace.model(inBook ? plan.name : plan),
    kind: 'recipe',
    simulated: workspace.simulated(plan),
    limits: {
      ...(deadlineMs !== undefined && { deadlineMs }),
      ...(budget?.maxLatencyMs !== undefined && { maxLatencyMs: budget.maxLatencyMs }),
      ...(budget?.maxCostUsd !== undefined && { maxCostUsd: budget.maxCostUsd }),
    },
    estimateUsd: (request) => estimate(workspace, plan, request),
  }
}

function estimate({ book }: Workspace, plan: Plan, request: ChatRequest): number | null {
  const find = (address: string): Model | undefined => book.resolve(address)
  const { usd, unpriced } = estimateRun(plan, request, find)
  return unpriced.length > 0 ? null : usd
}

const SINGLE: readonly (keyof RecipeChanges)[] = ['proposers', 'aggregator', 'layers', 'mode']

/** @throws {@link MoaError} `invalid_request` for a change that only a recipe can have */
function checkUnchanged(name: string, changes: RecipeChanges | undefined): void {
  const useless = SINGLE.find((field) => changes?.[field] !== undefined)
  if (useless === undefined) return
  throw new MoaError(
    'invalid_request',
    `moa.${useless}: changes a recipe, but "${name}" is a single model; ask for a recipe.`,
    { param: `moa.${useless}` },
  )
}
