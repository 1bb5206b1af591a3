import type { PlanStage } from '../../../engine/plan.js'

/** Whether recipes can be changed from pages, and if not, why. */
export interface WriteAccess {
  readonly allowed: boolean
  /** Where recipes that are new go; absent while there is no configuration file. */
  readonly file?: string
  readonly reason?: 'not-asked-for' | 'no-file' | 'not-yaml' | 'not-writable'
}

/** A recipe in the list. */
export interface ListedRecipe {
  readonly name: string
  readonly description: string
  readonly source: 'configuration' | 'shipped'
  /** It answers when none is named. */
  readonly default: boolean
  readonly simulated: boolean
  readonly mode: string
  readonly calls: number
  readonly depth: number
}

export interface RecipeList {
  readonly write: WriteAccess
  readonly recipes: readonly ListedRecipe[]
  /** Models to choose from: those in use and those the configuration names. */
  readonly models: readonly string[]
}

/** A place of a stage in the diagram. */
export interface DiagramSlot {
  readonly name: string
  readonly model: string
  /** Takes over only when the ones before it fail. */
  readonly standby: boolean
}

export interface DiagramStage {
  readonly kind: PlanStage['kind']
  readonly slots: readonly DiagramSlot[]
}

/** What a recipe comes to: how many calls, in which order, at what price. */
export interface RecipeOutline {
  readonly hash: string
  readonly mode: string
  readonly calls: number
  readonly depth: number
  readonly stages: readonly DiagramStage[]
  readonly estimate: {
    readonly inputTokens: number
    readonly outputTokens: number
    readonly usd: number | null
    readonly ceilingUsd: number | null
    readonly unpriced: readonly string[]
    readonly unlimited: readonly string[]
  }
}

/** One mistake, in the words of the command line. */
export interface RecipeProblem {
  readonly message: string
  /** In the recipe's own text, from 1; absent for what is wrong elsewhere. */
  readonly line?: number
  readonly column?: number
}

/** What was found out about a recipe's text. */
export interface RecipeCheck {
  /** Mistakes: with these it can't be saved. */
  readonly problems: readonly RecipeProblem[]
  /** What keeps the recipe from answering now: a key, a template. */
  readonly warnings: readonly string[]
  /** Absent while there are mistakes. */
  readonly outline?: RecipeOutline
}

/** One recipe with its text. */
export interface RecipeDocument {
  readonly name: string
  readonly source: ListedRecipe['source']
  /** The file it stands in. */
  readonly file?: string
  readonly text: string
  /** What the file was when it was read; saving takes it back. */
  readonly version?: string
  readonly check: RecipeCheck
}
