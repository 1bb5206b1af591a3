import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { toMoaError } from '../core/errors.js'
import { didYouMean } from '../util/suggest.js'
import { compile } from '../engine/plan.js'
import type { RecipeInput } from '../engine/recipe.js'
import { expandPath } from './host.js'
import type { RecipeConfig } from './input.js'
import type { WrittenRecipe } from './merge.js'
import { located } from './read.js'
import { OWN_RECIPE_NAMES, extendRecipe } from './recipes.js'
import { configError, problemLine, type Problem } from './source.js'

export interface AssembledRecipes {
  readonly recipes: Readonly<Record<string, RecipeInput>>
  /** One line for each recipe that had to be left out. */
  readonly warnings: readonly string[]
}

/**
 * Recipes of configuration files with `extends` worked out and templates read, each checked by itself.
 *
 * @param options.others recipes that come from elsewhere
 * @throws {@link MoaError} `config_invalid` with one line for each mistake
 */
export function assembleRecipes(
  written: readonly WrittenRecipe[],
  options: { readonly others: Readonly<Record<string, RecipeInput>>; readonly home: string },
): AssembledRecipes {
  const problems: Problem[] = []
  const texts = new Map<string, RecipeConfig>()
  for (const entry of written) texts.set(entry.name, readTemplate(entry, options.home, problems))
  const find = (name: string): RecipeConfig | undefined => texts.get(name) ?? options.others[name]
  const recipes: Record<string, RecipeInput> = {}
  const warnings: string[] = []
  for (const { name, file } of written) {
    try {
      const recipe = extendRecipe(name, texts.get(name) as RecipeConfig, find)
      compile(recipe, name)
      recipes[name] = recipe
    } catch (error) {
      const { code, param, message } = toMoaError(error)
      const path = ['recipes', name]
      const place = { file: file.source.file, place: file.source.place(path, 'key'), path }
      if (code === 'recipe_not_found' && OWN_RECIPE_NAMES.includes(param ?? '')) {
        const why = `left out: it extends "${param}", and there are no models to make that of.`
        warnings.push(problemLine({ ...place, message: why }))
        continue
      }
      const guess =
        code === 'recipe_not_found'
          ? didYouMean(param ?? '', Object.keys({ ...options.others, ...recipes }))
          : ''
      problems.push({ ...place, message: message.replace(/^recipe "[^"]*":? /, '') + guess })
    }
  }
  if (problems.length > 0) throw configError(problems)
  return { recipes, warnings }
}

/** The recipe with its template's text in place of the file's name. */
function readTemplate(
  { name, recipe, file: { source } }: WrittenRecipe,
  home: string,
  problems: Problem[],
): RecipeConfig {
  if (recipe.template === undefined) return recipe
  const path = expandPath(recipe.template, { home, folder: dirname(source.file) })
  try {
    return { ...recipe, template: readFileSync(path, 'utf8') }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error)
    const message = `cannot read the template ${path}: ${why}.`
    problems.push(located(source, { path: ['recipes', name, 'template'], message }))
    return recipe
  }
}
