import type { Price } from '../core/index.js'
import { SIM_PROVIDER } from './known.js'
import { PRICE_TABLE } from './price-table.js'

/** The user's own prices, by `provider/model`. */
export type PriceOverrides = Readonly<Record<string, Price>>

const FREE = { input: 0, cachedInput: 0, output: 0 }
const SIMULATED: Price = { ...FREE, source: 'simulated: nothing is billed' }
const LOCAL: Price = { ...FREE, source: 'local server: no charge per call' }

/**
 * The price of a model, or `null` when it is unknown: the user's own figure, else the table's. Names with a date at
 * their end (`gpt-5-2025-08-07`) have the price of the name without it. Simulated models and models on the user's
 * own machine cost 0 per call by definition, electricity not counted.
 */
export function priceOf(
  provider: string,
  model: string,
  options: { readonly overrides?: PriceOverrides; readonly local?: boolean } = {},
): Price | null {
  const own = options.overrides?.[`${provider}/${model}`]
  if (own !== undefined) return own
  if (provider === SIM_PROVIDER) return SIMULATED
  if (options.local === true) return LOCAL
  return tablePrice(provider, model) ?? tablePrice(provider, withoutDate(model))
}

/** `gpt-5` of `gpt-5-2025-08-07`. */
export const withoutDate = (model: string): string => model.replace(/-(\d{4}-\d{2}-\d{2}|20\d{6})$/, '')

function tablePrice(provider: string, model: string): Price | null {
  const lists = Object.hasOwn(PRICE_TABLE, provider) ? PRICE_TABLE[provider] : undefined
  for (const { date, source, models } of lists ?? []) {
    const figures = Object.hasOwn(models, model) ? models[model] : undefined
    if (figures === undefined) continue
    const [input, cachedInput, output] = figures
    return { input, ...(cachedInput !== null && { cachedInput }), output, date, source }
  }
  return null
}
