import { MoaError, toMoaError, type ErrorCode } from '../core/index.js'
import { canonicalJson } from '../util/index.js'
import type { Catalog, RecipeChanges, Target } from './catalog.js'

/** Names and changed recipes remembered at a time. */
const MOST = 500
const LONGEST_NAME = 256

/** What answers under each name, compiled once. Belongs to one catalog: a new catalog begins anew. */
export class Targets {
  readonly catalog: Catalog
  readonly #known = new Map<string, Target>()
  #users = 0
  #unused: (() => void) | undefined

  constructor(catalog: Catalog) {
    this.catalog = catalog
  }

  /** @throws {@link MoaError} as {@link Catalog.resolve} does */
  find(name: string, changes?: RecipeChanges): Target | Promise<Target> {
    if (name.length > LONGEST_NAME)
      throw new MoaError('model_not_found', `There is no model with a name of ${name.length} characters.`, {
        param: 'model',
      })
    const key = changes === undefined ? name : canonicalJson([name, changes])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const notFound = (error: unknown): never => {
      throw unavailable(error, changes)
    }
    let found: Target | Promise<Target>
    try {
      found = this.catalog.resolve(name, changes)
    } catch (error) {
      return notFound(error)
    }
    if (!(found instanceof Promise)) return this.#remember(key, found)
    return found.then((target) => this.#remember(key, target), notFound)
  }

  /** Says that a run uses this catalog; the returned function says that it is over. */
  use(): () => void {
    this.#users += 1
    return () => {
      this.#users -= 1
      if (this.#users === 0) this.#unused?.()
    }
  }

  /** Resolves when no run uses this catalog any more. */
  unused(): Promise<void> {
    return this.#users === 0 ? Promise.resolve() : new Promise((resolve) => (this.#unused = resolve))
  }

  #remember(key: string, target: Target): Target {
    if (this.#known.size >= MOST) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(key, target)
    return target
  }
}

const NOT_THERE: readonly ErrorCode[] = ['key_missing', 'provider_not_found', 'recipe_not_found']

/** What is missing in the configuration is, to a client, a model that is not there, or a wish that can't be met. */
function unavailable(thrown: unknown, changes: RecipeChanges | undefined): MoaError {
  const error = toMoaError(thrown)
  if (NOT_THERE.includes(error.code))
    return new MoaError('model_not_found', error.message, { cause: error, param: error.param ?? 'model' })
  if (error.code !== 'template_missing') return error
  // Where it would have to lie is for those who run the gateway.
  const wished = changes?.mode === 'together'
  return new MoaError(
    wished ? 'recipe_invalid' : 'model_not_found',
    `${wished ? 'moa.mode: "together"' : 'This recipe'} needs the reference template, which this gateway does not have` +
      `${wished ? '; use "native"' : ''}. Whoever runs it gets the template with \`moa data pull moa-template\`.`,
    { cause: error, param: wished ? 'moa.mode' : 'model' },
  )
}
