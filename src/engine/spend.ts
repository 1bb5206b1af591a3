import { MoaError, priceCall, textOf } from '../core/index.js'
import type { ChatRequest, Model, Price } from '../core/index.js'
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
 * included, plus what calls under way may still cost, against the limit.
 */
export class Spend {
  readonly #ledger: Ledger
  readonly #maxUsd: number | undefined
  #reserved = 0

  constructor(ledger: Ledger, maxUsd: number | undefined) {
    this.#ledger = ledger
    this.#maxUsd = maxUsd
  }

  /**
   * Sets aside what a call may cost.
   *
   * @returns gives the reservation back when the call has been settled
   * @throws {@link MoaError} `budget` when it is more than is left, or when the model's price is unknown
   */
  reserve(model: Model, request: ChatRequest): () => void {
    const limit = this.#maxUsd
    if (limit === undefined) return NOTHING_RESERVED
    if (model.price === undefined) {
      // A recipe in a slot keeps to the budget by itself.
      if (!model.id.includes('/')) return NOTHING_RESERVED
      throw unpriced(model.id)
    }
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
