export * from './core/index.js'
export * from './engine/index.js'
export { parseRecipe } from './engine/recipe-schema.js'
export {
  defineConfig,
  type BreakerInput,
  type CacheInput,
  type ConfigInput,
  type DialectInput,
  type PriceInput,
  type ProviderInput,
  type RecipeConfig,
  type RetryInput,
  type TimeoutsInput,
} from './config/input.js'
export { mixture, type MixtureOptions } from './mixture.js'
