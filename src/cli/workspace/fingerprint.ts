import { modelsAsked, type Plan } from '../../engine/plan.js'
import { canonicalJson, sha256Hex } from '../../util/hash.js'
import type { Workspace } from './open.js'

type Names = Pick<Workspace, 'book' | 'settings'>

/** Changes when what a name stands for does: a recipe's calls and rules, those of recipes inside it, a model's address. */
export function fingerprintOf(names: Names, target: string): string {
  const { book, settings } = names
  const address = settings.models[target] ?? target
  if (!book.has(address)) return address
  const plan = book.plan(address)
  const inner = modelsAsked(plan).map((model) => fingerprintOf(names, model))
  return `recipe:${sha256Hex(canonicalJson([plan.hash, inner])).slice(0, 32)}`
}

/** What the recipes inside a plan come to, as {@link fingerprintOf} tells it: a plan's own hash knows their names only. */
export function innerRecipes(names: Names, plan: Plan): Readonly<Record<string, string>> {
  const { book, settings } = names
  const recipes = modelsAsked(plan).filter((name) => book.has(settings.models[name] ?? name))
  return Object.fromEntries(recipes.map((name) => [name, fingerprintOf(names, name)]))
}
