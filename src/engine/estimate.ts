import type { ChatRequest, Model, Price, SlotRef } from '../core/index.js'
import { priceCall } from '../core/index.js'
import { estimateTokens } from '../util/index.js'
import { explain, placeholderText, type ExplainedCall } from './explain.js'
import type { Plan } from './plan.js'
import { TYPICAL_ANSWER_TOKENS, promptTokens } from './spend.js'

/** What one call of a run would come to. */
export interface CallEstimate {
  /** Of a call inside a recipe that is a slot: that slot. */
  readonly slot: SlotRef
  /** Address of the model that is asked. */
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  /** Most tokens the answer may have; absent when nothing limits them. */
  readonly limit?: number
  /** US dollars; `null` when the model's price is unknown. */
  readonly usd: number | null
}

/** What a run would come to, before any call is made. */
export interface RunEstimate {
  /** Every call of an undisturbed run, those of recipes in slots included. */
  readonly calls: readonly CallEstimate[]
  readonly inputTokens: number
  readonly outputTokens: number
  /** Expected cost in US dollars of the calls whose price is known; `null` when none is. */
  readonly usd: number | null
  /**
   * What it can cost at most without retries and hedges, every answer as long as its limit, in later prompts too;
   * `null` when some answer has no token limit or price.
   */
  readonly ceilingUsd: number | null
  /** Prices the figures are made of, with date and source, by model. */
  readonly prices: Readonly<Record<string, Price>>
  /** Models without a known price. */
  readonly unpriced: readonly string[]
  /** Slots whose answers have no token limit. */
  readonly unlimited: readonly string[]
}

/** A model that makes several calls for one answer and knows what they come to. */
export interface Estimating {
  estimate(request: ChatRequest): RunEstimate
}

/**
 * Estimates tokens and cost of an undisturbed run. Answers are taken to be typical in length
 * ({@link TYPICAL_ANSWER_TOKENS}) or as long as their limit, whichever is shorter; every later prompt contains the
 * answers before it.
 */
export function estimateRun(
  plan: Plan,
  request: ChatRequest,
  model: (address: string) => (Model & Partial<Estimating>) | undefined,
): RunEstimate {
  const sum = new Sum()
  for (const call of explain(plan, request, model)) {
    const inner = model(call.slot.model)?.estimate?.(call.request)
    if (inner) sum.addRecipe(call, inner)
    else sum.addCall(call, model(call.slot.model)?.price)
  }
  return sum.result()
}

class Sum {
  readonly #calls: CallEstimate[] = []
  readonly #prices: Record<string, Price> = {}
  readonly #unpriced = new Set<string>()
  readonly #unlimited = new Set<string>()
  /** Lengths of answers so far, by slot. */
  readonly #typical = new Map<string, number>()
  readonly #most = new Map<string, number>()
  #ceilingUsd: number | null = 0

  addCall(call: ExplainedCall, price: Price | undefined): void {
    const { slot, times } = call
    const limit = call.request.maxTokens
    const outputTokens = this.#answer(call, limit)
    if (call.standby) return
    const own = promptTokens(call.request)
    const inputTokens = own + answersShown(call, this.#typical)
    if (price === undefined) this.#unpriced.add(slot.model)
    else this.#prices[slot.model] = price
    if (limit === undefined) this.#unlimited.add(slot.name)
    const usd = costOf(price, inputTokens, outputTokens)
    const { model } = slot
    this.#add({ slot, model, inputTokens, outputTokens, usd, ...(limit !== undefined && { limit }) }, times)
    this.#raise(
      limit === undefined ? null : costOf(price, own + answersShown(call, this.#most), limit),
      times,
    )
  }

  /** The calls of a recipe in a slot; whatever that slot is shown, each of them is. */
  addRecipe(call: ExplainedCall, inner: RunEstimate): void {
    const { slot, times } = call
    const limits = inner.calls.map(({ limit }) => limit)
    const longest = limits.includes(undefined) ? undefined : Math.max(0, ...(limits as number[]))
    this.#answer(call, call.request.maxTokens ?? longest)
    if (call.standby) return
    const shown = answersShown(call, this.#typical)
    const mostShown = answersShown(call, this.#most)
    let ceiling = inner.ceilingUsd
    for (const estimate of inner.calls) {
      const price = inner.prices[estimate.model]
      const more = costOf(price, shown, 0)
      const usd = estimate.usd === null || more === null ? null : estimate.usd + more
      this.#add({ ...estimate, slot, inputTokens: estimate.inputTokens + shown, usd }, times)
      const most = costOf(price, mostShown, 0)
      ceiling = ceiling === null || most === null ? null : ceiling + most
    }
    Object.assign(this.#prices, inner.prices)
    for (const name of inner.unpriced) this.#unpriced.add(name)
    for (const name of inner.unlimited) this.#unlimited.add(`${slot.name} › ${name}`)
    this.#raise(ceiling, times)
  }

  result(): RunEstimate {
    const calls = this.#calls
    const priced = calls.flatMap(({ usd }) => (usd === null ? [] : [usd]))
    return {
      calls,
      inputTokens: calls.reduce((sum, call) => sum + call.inputTokens, 0),
      outputTokens: calls.reduce((sum, call) => sum + call.outputTokens, 0),
      usd: priced.length === 0 ? null : priced.reduce((sum, usd) => sum + usd, 0),
      ceilingUsd: this.#ceilingUsd,
      prices: this.#prices,
      unpriced: [...this.#unpriced],
      unlimited: [...this.#unlimited],
    }
  }

  /** Notes how long an answer will be in later prompts. @returns tokens of a usual one */
  #answer({ slot }: ExplainedCall, limit: number | undefined): number {
    const usual = Math.min(limit ?? TYPICAL_ANSWER_TOKENS, TYPICAL_ANSWER_TOKENS)
    this.#typical.set(key(slot), usual)
    this.#most.set(key(slot), limit ?? 0)
    return usual
  }

  #add(estimate: CallEstimate, times: number): void {
    for (let time = 0; time < times; time += 1) this.#calls.push(estimate)
  }

  #raise(usd: number | null, times: number): void {
    this.#ceilingUsd = this.#ceilingUsd === null || usd === null ? null : this.#ceilingUsd + usd * times
  }
}

const costOf = (price: Price | undefined, inputTokens: number, outputTokens: number): number | null =>
  price === undefined
    ? null
    : priceCall(price, { inputTokens, outputTokens, cachedInputTokens: 0, reasoningTokens: 0 })

const key = (slot: SlotRef): string => `${slot.stage}.${slot.index}`

/** Tokens of the answers that stand as placeholders in a prompt, the placeholders' own taken off. */
function answersShown({ shown }: ExplainedCall, answers: ReadonlyMap<string, number>): number {
  let tokens = 0
  for (const slot of shown)
    tokens += Math.max(0, (answers.get(key(slot)) ?? 0) - estimateTokens(placeholderText(slot)))
  return tokens
}
