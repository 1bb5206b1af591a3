import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MoaError } from '../core/errors.js'
import type { RecipeInput } from '../engine/recipe.js'
import { ownRecipes } from '../engine/shipped.js'
import type { RecipeConfig } from './input.js'

/** Recipes that exist only once there are models to make them of. */
export const OWN_RECIPE_NAMES: readonly string[] = Object.keys(
  ownRecipes({ proposers: ['any/model'], aggregator: 'any/model' }),
)

/** Where the template of mode `together` is looked for when a recipe names none. */
export const TEMPLATE_NAME = 'synthesis-template.txt'

/** Fields of the shorthand, and what else a field takes the place of. */
const SHORTHAND = ['proposers', 'aggregator', 'layers', 'rounds'] as const
const REPLACES: Readonly<Record<string, readonly string[]>> = {
  stages: SHORTHAND,
  proposers: ['stages'],
  aggregator: ['stages'],
  layers: ['stages', 'rounds'],
  rounds: ['stages', 'layers'],
}

/**
 * A recipe with everything of the recipe it extends, and of the one that extends, and so on.
 *
 * @param find another recipe by name, shipped ones included
 * @throws {@link MoaError} `recipe_invalid` for a recipe that extends itself, `recipe_not_found` with the missing
 *   name as `param`
 */
export function extendRecipe(
  name: string,
  recipe: RecipeConfig,
  find: (name: string) => RecipeConfig | undefined,
): RecipeInput {
  const path = [name]
  const chain: RecipeConfig[] = [recipe]
  for (let current = recipe; current.extends !== undefined;) {
    const next = current.extends
    if (path.includes(next))
      throw new MoaError('recipe_invalid', `recipe "${name}" extends itself: ${[...path, next].join(' → ')}.`)
    const base = find(next)
    if (base === undefined)
      throw new MoaError('recipe_not_found', `recipe "${name}" extends "${next}", which is not there.`, {
        param: next,
      })
    path.push(next)
    chain.push(base)
    current = base
  }
  const merged: Record<string, unknown> = {}
  for (const layer of chain.reverse()) {
    for (const key of Object.keys(layer)) for (const gone of REPLACES[key] ?? []) delete merged[gone]
    // A template without its mode would be an error.
    if (layer.mode === 'native') delete merged['template']
    Object.assign(merged, layer)
    // What describes the recipe below is not true of this one.
    if (layer.extends !== undefined && layer.description === undefined)
      merged['description'] = changedFrom(layer.extends, layer)
  }
  const { extends: _, ...result } = merged
  return result
}

function changedFrom(base: string, recipe: RecipeConfig): string {
  const changed = Object.keys(recipe).filter((key) => key !== 'extends')
  return changed.length === 0 ? `The same as ${base}.` : `Like ${base}, but for: ${changed.join(', ')}.`
}

/** Recipes of mode `together` that name no template get the one of the data folder, if it is there. */
export function withTemplate(recipe: RecipeInput, dataFolder: string): RecipeInput {
  if (recipe.mode !== 'together' || recipe.template !== undefined) return recipe
  try {
    return { ...recipe, template: readFileSync(join(dataFolder, TEMPLATE_NAME), 'utf8') }
  } catch {
    return recipe // The engine says what is missing when the recipe is used.
  }
}
