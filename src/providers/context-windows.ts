import { CONTEXT_TABLE } from './context-table.js'
import { withoutDate } from './prices.js'

/** How much a model reads and writes in one call. */
export interface ContextWindow {
  /** Prompt and answer together, in tokens. */
  readonly contextTokens: number
  /** The prompt alone, where the provider limits it further. */
  readonly promptTokens?: number
  /** The day the figures were read, `YYYY-MM-DD`; absent for the user's own. */
  readonly date?: string
  /** Where they were read; absent for the user's own. */
  readonly source?: string
}

/** The user's own windows in tokens, by `provider/model`. */
export type ContextOverrides = Readonly<Record<string, number>>

/**
 * The context window of a model, or `undefined` when it is unknown: the user's own figure, else the table's. Names with
 * a date at their end have the window of the name without it.
 */
export function contextWindowOf(
  provider: string,
  model: string,
  overrides: ContextOverrides = {},
): ContextWindow | undefined {
  const address = `${provider}/${model}`
  const own = Object.hasOwn(overrides, address) ? overrides[address] : undefined
  if (own !== undefined) return { contextTokens: own }
  return tableWindow(provider, model) ?? tableWindow(provider, withoutDate(model))
}

function tableWindow(provider: string, model: string): ContextWindow | undefined {
  const list = Object.hasOwn(CONTEXT_TABLE, provider) ? CONTEXT_TABLE[provider] : undefined
  const window = list && Object.hasOwn(list.models, model) ? list.models[model] : undefined
  if (list === undefined || window === undefined) return undefined
  const { date, source } = list
  if (typeof window === 'number') return { contextTokens: window, date, source }
  const [contextTokens, promptTokens] = window
  return { contextTokens, promptTokens, date, source }
}
