import type { BreakerStatus, ChatRequest, Model, RunLimits, Sampling } from '../core/index.js'

/** Changes to a recipe for one request. */
export interface RecipeChanges {
  /** Takes the place of every panel. */
  readonly proposers?: readonly string[]
  /** Takes the place of the aggregator. */
  readonly aggregator?: string
  readonly layers?: number
  readonly mode?: 'native' | 'together'
  /** Request fields that are to reach the proposers as well. */
  readonly inherit?: readonly (keyof Sampling)[]
}

/** A model as pickers see it. */
export interface CatalogEntry {
  readonly id: string
  readonly kind: 'recipe' | 'model'
  readonly description?: string
}

/** What answers under a name. */
export interface Target {
  readonly model: Model
  readonly kind: 'recipe' | 'model'
  /** What the recipe itself allows; a request may ask for less. */
  readonly limits?: RunLimits
  /** Simulated models take part, so that no answer is a real one; every reply says so. Default false. */
  readonly simulated?: boolean
  /** What an answer would cost, in US dollars; `null` when a price is unknown. */
  estimateUsd(request: ChatRequest): number | null
}

/** Everything that can be asked, as it was configured at one moment. */
export interface Catalog {
  /** Recipes first, then single models; told from memory. */
  readonly entries: readonly CatalogEntry[]
  /**
   * Finds what answers under a name, listed or not.
   *
   * @param changes for recipes only
   * @throws {@link MoaError} `model_not_found`, `recipe_not_found`, `recipe_invalid`, `provider_not_found`, `key_missing`
   */
  resolve(name: string, changes?: RecipeChanges): Target | Promise<Target>
  /** How the circuit breakers before the upstreams stand. */
  breakers?(): readonly BreakerStatus[]
  /** Calls that wait right now for a limit of their provider. */
  waiting?(): number
}
