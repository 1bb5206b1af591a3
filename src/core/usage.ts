/** Tokens of one call or of several summed. */
export interface Usage {
  /** Prompt tokens, cached ones included. */
  readonly inputTokens: number
  /** Answer tokens, reasoning included. */
  readonly outputTokens: number
  /** The part of `inputTokens` the provider read from its prefix cache. */
  readonly cachedInputTokens: number
  /** The part of `outputTokens` spent on reasoning. */
  readonly reasoningTokens: number
}

/** Money, in US dollars. */
export interface Cost {
  /** Sum over the priced calls; `null` when no call had a price. A lower bound while `unpricedCalls` > 0. */
  readonly usd: number | null
  /** How many calls have no known price. */
  readonly unpricedCalls: number
}

export const NO_USAGE: Usage = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  reasoningTokens: 0,
})

export const NO_COST: Cost = Object.freeze({ usd: null, unpricedCalls: 0 })

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  }
}

export function addCost(a: Cost, b: Cost): Cost {
  return {
    usd: a.usd === null ? b.usd : b.usd === null ? a.usd : a.usd + b.usd,
    unpricedCalls: a.unpricedCalls + b.unpricedCalls,
  }
}

/** The cost of one call from its price; `null` says the price is unknown. */
export function costOf(usd: number | null): Cost {
  return usd === null ? { usd: null, unpricedCalls: 1 } : { usd, unpricedCalls: 0 }
}

/**
 * What a call adds to the bill. One that reached no model costs nothing, whatever its price would have been; one that
 * was answered from the cache costs what its record says.
 */
export function costOfCall(call: {
  readonly usageSource: 'reported' | 'estimated' | 'none'
  readonly costUsd: number | null
  readonly replayedFrom?: string
}): Cost {
  return call.usageSource === 'none' && call.replayedFrom !== 'cache' ? NO_COST : costOf(call.costUsd)
}

/** What a model costs, in US dollars per million tokens. */
export interface Price {
  readonly input: number
  /** For prompt tokens read from the provider's cache; the input price when absent. */
  readonly cachedInput?: number
  readonly output: number
  /** The day the figures were read, `YYYY-MM-DD`; absent for the user's own. */
  readonly date?: string
  /** Where they were read; absent for the user's own. */
  readonly source?: string
}

/** The cost of a call in US dollars. */
export function priceCall(price: Price, usage: Usage): number {
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens)
  const dollars =
    (usage.inputTokens - cached) * price.input +
    cached * (price.cachedInput ?? price.input) +
    usage.outputTokens * price.output
  return dollars / 1_000_000
}
