import { MoaError, priceCall, textOf } from '../core/index.js'
import type { Allowance, ChatRequest, Model, Price } from '../core/index.js'
import { estimatePromptTokens } from '../util/index.js'
import type { Ledger } from './ledger.js'

/** Answer tokens assumed where nothing limits them: the median of common chat answers is a good deal below. */
export const TYPICAL_ANSWER_TOKENS = 600

/** About how many prompt tokens a request comes to. */
export function promptTokens(request: ChatRequest): number {
  return estimatePromptTokens(request.messages.map(({ content }) => textOf(content)))
}

/** What a call would cost if it used up its token limit, or a typical answer's tokens where it has none. */
export function callCost(price: Price, request: ChatRequest): number {
  return priceCall(price, {
    inputTokens: promptTokens(request),
    outputTokens: request.maxTokens ?? TYPICAL_ANSWER_TOKENS,
    cachedInputTokens: 0,
    reasoningTokens: 0,
  })
}

const NOTHING_RESERVED = (): void => {}

/**
 * Keeps a run within its budget: before every call it holds what is spent already, cancelled and repeated calls
 * included, plus what calls under way may still cost, against the limit. A recipe in a slot has its calls held against
 * the budget of the run around it one by one.
 */
export class Spend implements Allowance {
  readonly #ledger: Ledger
  readonly #maxUsd: number | undefined
  readonly #around: Allowance | undefined
  #reserved = 0

  /** @param limits.around the budget of the run that this one is part of */
  constructor(
    ledger: Ledger,
    limits: { readonly maxUsd: number | undefined; readonly around: Allowance | undefined },
  ) {
    this.#ledger = ledger
    this.#maxUsd = limits.maxUsd
    this.#around = limits.around
  }

  /** There is a budget to keep to. */
  get limited(): boolean {
    return this.#maxUsd !== undefined || this.#around !== undefined
  }

  reserve(model: Model, request: ChatRequest): () => void {
    if (!this.limited || isRecipe(model)) return NOTHING_RESERVED
    const giveBack = this.#reserveHere(model, request)
    try {
      const giveBackAround = this.#around?.reserve(model, request)
      if (giveBackAround === undefined) return giveBack
      return () => {
        giveBack()
        giveBackAround()
      }
    } catch (error) {
      giveBack()
      throw error
    }
  }

  #reserveHere(model: Model, request: ChatRequest): () => void {
    const limit = this.#maxUsd
    if (limit === undefined) return NOTHING_RESERVED
    if (model.price === undefined) throw unpriced(model.id)
    const cost = callCost(model.price, request)
    const spent = this.#ledger.totals().cost.usd ?? 0
    if (spent + this.#reserved + cost > limit)
      throw new MoaError(
        'budget',
        `A call of ${model.id} may cost ${dollars(cost)}, but of the budget of ${dollars(limit)} only ` +
          `${dollars(Math.max(0, limit - spent - this.#reserved))} are left.`,
      )
    this.#reserved += cost
    let open = true
    return () => {
      if (open) this.#reserved -= cost
      open = false
    }
  }
}

/** Recipes have no price of their own; their calls have. */
const isRecipe = (model: Model): boolean => model.price === undefined && !model.id.includes('/')

export function unpriced(model: string): MoaError {
  return new MoaError(
    'budget',
    `A budget is set, but the price of ${model} is unknown; state it under "prices" in the configuration.`,
  )
}

/** A sum of money as people read it: cents where they matter, more digits for less. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0'
  return usd >= 1 ? `$${usd.toFixed(2)}` : `$${usd.toPrecision(2)}`
}
