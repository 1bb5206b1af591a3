import { MoaError } from '../core/errors.js'
import type { Model } from '../core/model.js'
import type { ChatRequest, RunLimits } from '../core/request.js'
import type { Message } from '../core/message.js'
import { withTemplate } from '../config/recipes.js'
import { overrideRecipe, type RecipeOverrides } from '../engine/override.js'
import type { Plan } from '../engine/plan.js'
import type { PromptMode, RecipeInput } from '../engine/recipe.js'
import { readTextFile } from './input.js'
import type { Workspace } from './workspace/open.js'

/** Flags that choose a recipe and change it for this once. */
export interface RecipeFlags {
  readonly recipe?: string
  readonly proposer?: readonly string[]
  readonly aggregator?: string
  readonly layers?: number
  readonly mode?: PromptMode
  readonly template?: string
  readonly temperature?: number
  readonly maxTokens?: number
  readonly seed?: number
  /** Seconds for the whole answer. */
  readonly deadline?: number
  /** US dollars for the whole answer. */
  readonly maxCost?: number
  /** Seconds the whole answer may be expected to take. */
  readonly maxLatency?: number
  readonly config?: string
}

/** What the flags name. */
export interface Choice {
  /** A recipe's name, with `*` when flags changed it, or `provider/model`. */
  readonly name: string
  /** Absent for a single model. */
  readonly plan?: Plan
  /** What the plan was compiled from. */
  readonly definition?: RecipeInput
  /** Simulated models take part: the answer is not a real one. */
  readonly simulated: boolean
}

/** What is going to answer. */
export interface Selection extends Choice {
  readonly model: Model
}

/**
 * Finds what the flags name and can answer: a recipe, changed as the flags say, or a single model.
 *
 * @throws {@link MoaError} what {@link choose} throws; `provider_not_found`, `key_missing` and the like
 */
export async function select(workspace: Workspace, flags: RecipeFlags): Promise<Selection> {
  const choice = choose(workspace, flags)
  return { ...choice, model: await workspace.model(choice.plan ?? choice.name, choice.definition) }
}

/**
 * Finds what the flags name, without finding the models behind it.
 *
 * @throws {@link MoaError} `recipe_not_found`, `recipe_invalid`, `usage`
 */
export function choose(workspace: Workspace, flags: RecipeFlags): Choice {
  const name = flags.recipe ?? workspace.defaultRecipe
  const { book, settings } = workspace
  const renamed = Object.hasOwn(settings.models, name)
  if (!book.has(name) && (renamed || name.includes('/'))) return chooseModel(workspace, name, flags)
  const overrides = overridesOf(workspace, flags)
  if (Object.keys(overrides).length === 0) {
    const plan = book.plan(name)
    return { name, plan, definition: book.recipe(name), simulated: workspace.simulated(plan) }
  }
  const definition = withTemplate(override(book.recipe(name), overrides, name), settings.dataFolder)
  const plan = book.compile(definition, `${name}*`)
  return { name: plan.name, plan, definition, simulated: workspace.simulated(plan) }
}

function chooseModel(workspace: Workspace, name: string, flags: RecipeFlags): Choice {
  const useless = (['proposer', 'aggregator', 'layers', 'mode', 'template'] as const).find(
    (flag) => flags[flag] !== undefined,
  )
  if (useless !== undefined)
    throw new MoaError(
      'usage',
      `--${useless} changes a recipe, but "${name}" is a single model; name a recipe with --recipe.`,
    )
  return { name, simulated: workspace.simulated(name) }
}

function override(recipe: RecipeInput, overrides: RecipeOverrides, name: string): RecipeInput {
  try {
    return overrideRecipe(recipe, overrides)
  } catch (error) {
    if (!(error instanceof MoaError)) throw error
    throw new MoaError(error.code, `recipe "${name}": ${error.message}`, { cause: error })
  }
}

function overridesOf(workspace: Workspace, flags: RecipeFlags): RecipeOverrides {
  const { proposer, layers, mode, template, temperature, seed } = flags
  const aggregator = flags.aggregator ?? impliedAggregator(workspace, flags)
  // On the command line these are about the whole run, not about its last call.
  const inherit = [
    ...(temperature === undefined ? [] : ['temperature' as const]),
    ...(seed === undefined ? [] : ['seed' as const]),
  ]
  return {
    ...(proposer && { proposers: proposer }),
    ...(aggregator !== undefined && { aggregator }),
    ...(layers !== undefined && { layers }),
    ...(mode !== undefined && { mode }),
    ...(template !== undefined && { template: readTextFile(template) }),
    ...(inherit.length > 0 && { inherit }),
  }
}

/** Real proposers are not to be summed up by a simulated model that nobody asked for. */
function impliedAggregator(workspace: Workspace, { recipe, proposer }: RecipeFlags): string | undefined {
  if (recipe !== undefined || proposer === undefined || !workspace.simulated(workspace.defaultRecipe))
    return undefined
  return proposer.find((model) => !workspace.simulated(model))
}

/** The request that a question and flags make. */
export function requestOf(messages: readonly Message[], flags: RecipeFlags): ChatRequest {
  const { temperature, maxTokens, seed, deadline, maxCost, maxLatency } = flags
  const limits: RunLimits = {
    ...(deadline !== undefined && { deadlineMs: Math.round(deadline * 1000) }),
    ...(maxCost !== undefined && { maxCostUsd: maxCost }),
    ...(maxLatency !== undefined && { maxLatencyMs: Math.round(maxLatency * 1000) }),
  }
  return {
    messages,
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(seed !== undefined && { seed }),
    ...(Object.keys(limits).length > 0 && { limits }),
  }
}
