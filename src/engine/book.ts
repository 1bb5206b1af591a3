import { MoaError } from '../core/index.js'
import type { Model } from '../core/index.js'
import { didYouMean, type Clock } from '../util/index.js'
import { LatencyBook } from './latency.js'
import { createMixture } from './mixture.js'
import { compile, modelsAsked, withInnerPlans, type Plan } from './plan.js'
import type { RecipeInput } from './recipe.js'

export interface BookOptions {
  readonly recipes: Readonly<Record<string, RecipeInput>>
  /** Other names for models: what a recipe says → the address to use. For hosted names that have retired. */
  readonly modelMap?: Readonly<Record<string, string>>
  /** Finds a provider's model by its address; throws `model_not_found` and the like. */
  readonly model: (address: string) => Model
  /** Why there is no recipe of a name, where more can be said than that. */
  readonly absent?: (name: string) => string | undefined
  readonly clock?: Clock
}

/**
 * All recipes of an installation by name, and the models behind them. Recipes may use one another as slots; a
 * recipe that ends up in itself is refused.
 */
export class RecipeBook {
  /** What all mixtures of this book have learned about their models' speed. */
  readonly latency = new LatencyBook()
  readonly #options: BookOptions
  readonly #plans = new Map<string, Plan>()
  readonly #mixtures = new Map<string, Model>()
  /** Recipes being built right now, outermost first. */
  readonly #building: string[] = []
  /** Recipes whose plans are being made right now, outermost first. */
  readonly #compiling: string[] = []

  constructor(options: BookOptions) {
    this.#options = options
  }

  names(): string[] {
    return Object.keys(this.#options.recipes)
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#options.recipes, name)
  }

  /** @throws {@link MoaError} `recipe_not_found` */
  recipe(name: string): RecipeInput {
    const recipe = this.has(name) ? this.#options.recipes[name] : undefined
    if (recipe === undefined)
      throw new MoaError(
        'recipe_not_found',
        this.#options.absent?.(name) ??
          `There is no recipe "${name}".${didYouMean(name, this.names())} \`moa recipes\` lists them.`,
      )
    return recipe
  }

  /** @throws {@link MoaError} `recipe_not_found`, `recipe_invalid` */
  plan(name: string): Plan {
    let plan = this.#plans.get(name)
    if (plan === undefined) {
      plan = this.compile(this.recipe(name), name)
      this.#plans.set(name, plan)
    }
    return plan
  }

  /**
   * The plan of a recipe that need not be in the book, with what recipes in its slots come to.
   *
   * @throws {@link MoaError} `recipe_invalid`
   */
  compile(recipe: RecipeInput, name: string): Plan {
    const plan = compile(recipe, name)
    this.#compiling.push(name)
    try {
      return withInnerPlans(plan, this.#innerPlans(plan))
    } finally {
      this.#compiling.pop()
    }
  }

  #innerPlans(plan: Plan): Map<string, Plan> {
    const inner = new Map<string, Plan>()
    for (const model of modelsAsked(plan)) {
      const address = this.#options.modelMap?.[model] ?? model
      // One that contains itself is refused elsewhere.
      if (this.has(address) && !this.#compiling.includes(address)) inner.set(model, this.plan(address))
    }
    return inner
  }

  /**
   * The model of a name: a recipe's, or `provider/model`. The same name gives the same model.
   *
   * @throws {@link MoaError} `recipe_invalid` for a recipe that contains itself; whatever finding models throws
   */
  resolve(name: string): Model {
    const address = this.#options.modelMap?.[name] ?? name
    if (!this.has(address)) {
      if (!address.includes('/')) this.recipe(address)
      return this.#options.model(address)
    }
    let model = this.#mixtures.get(address)
    if (model === undefined) {
      model = this.mixture(this.plan(address))
      this.#mixtures.set(address, model)
    }
    return model
  }

  /** A mixture of a plan that need not be in the book; its slots are looked up here. */
  mixture(plan: Plan): Model {
    const from = this.#building.indexOf(plan.name)
    if (from !== -1) {
      const path = [...this.#building.slice(from), plan.name].join(' → ')
      throw new MoaError('recipe_invalid', `Recipe "${plan.name}" contains itself: ${path}.`)
    }
    this.#building.push(plan.name)
    try {
      const { clock } = this.#options
      const over = plan.budget?.over
      return createMixture(plan, {
        resolve: (name) => this.resolve(name),
        latency: this.latency,
        ...(clock && { clock }),
        ...(over !== undefined && over !== 'refuse' && { smaller: this.resolve(over) }),
      })
    } finally {
      this.#building.pop()
    }
  }

  /**
   * Looks for mistakes in a recipe without finding its models.
   *
   * @throws {@link MoaError} `recipe_invalid`, `recipe_not_found`
   */
  check(name: string, path: readonly string[] = []): void {
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' → ')
      throw new MoaError('recipe_invalid', `Recipe "${name}" contains itself: ${cycle}.`)
    }
    for (const model of modelsAsked(this.plan(name))) {
      const address = this.#options.modelMap?.[model] ?? model
      if (this.has(address) || !address.includes('/')) this.check(address, [...path, name])
    }
  }
}
