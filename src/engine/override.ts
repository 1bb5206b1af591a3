import { MoaError } from '../core/index.js'
import type { InheritableField, PromptMode, RecipeInput, SlotInput, StageInput } from './recipe.js'

/** Changes to a recipe for one occasion: flags of a command, fields of a request. */
export interface RecipeOverrides {
  /** Takes the place of every panel. */
  readonly proposers?: readonly (string | SlotInput)[]
  /** Takes the place of the aggregator and of those that stand by for it. */
  readonly aggregator?: string
  readonly layers?: number
  readonly mode?: PromptMode
  /** Text of the reference template. */
  readonly template?: string
  /** Request fields that are to reach the proposers as well. */
  readonly inherit?: readonly InheritableField[]
}

/**
 * A recipe with some of it changed. What is not changed stays, stages that are spelled out included.
 *
 * @throws {@link MoaError} `recipe_invalid` for a number of layers where the stages are spelled out
 */
export function overrideRecipe(recipe: RecipeInput, overrides: RecipeOverrides): RecipeInput {
  const { layers, mode, template, inherit = [] } = overrides
  const { rounds: _, ...unrounded } = recipe
  const base = layers === undefined ? recipe : unrounded
  if (layers !== undefined && recipe.stages !== undefined)
    throw new MoaError(
      'recipe_invalid',
      'The number of layers can only be changed in a recipe with "proposers" and "aggregator"; this one spells out its stages.',
    )
  const changed: RecipeInput = {
    ...base,
    ...(recipe.stages === undefined ? shorthand(overrides) : { stages: staged(recipe.stages, overrides) }),
    ...(layers !== undefined && { layers }),
    ...(mode !== undefined && { mode }),
    ...(template !== undefined && { template }),
    ...(inherit.length > 0 && { inherit: [...new Set([...(recipe.inherit ?? []), ...inherit])] }),
  }
  if (mode !== 'native' || template !== undefined) return changed
  // Without its mode a template would be an error.
  const { template: __, ...native } = changed
  return native
}

function shorthand({ proposers, aggregator }: RecipeOverrides): Partial<RecipeInput> {
  return { ...(proposers && { proposers }), ...(aggregator !== undefined && { aggregator }) }
}

function staged(
  stages: readonly StageInput[],
  { proposers, aggregator }: RecipeOverrides,
): readonly StageInput[] {
  return stages.map((stage) => {
    if (stage.kind === 'propose') return proposers ? { ...stage, slots: proposers } : stage
    return aggregator === undefined ? stage : { ...stage, slots: [aggregator] }
  })
}
