import type { ChatRequest, Model, Price, SlotRef } from '../core/index.js'
import { priceCall } from '../core/index.js'
import { estimateTokens } from '../util/index.js'
import { explain, placeholderText, type ExplainedCall } from './explain.js'
import type { Plan } from './plan.js'
import { TYPICAL_ANSWER_TOKENS, promptTokens } from './spend.js'

/** What one call of a run would come to. */
export interface CallEstimate {
  readonly slot: SlotRef
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars; `null` when the model's price is unknown. */
  readonly usd: number | null
}

/** What a run would come to, before any call is made. */
export interface RunEstimate {
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

/**
 * Estimates tokens and cost of an undisturbed run. Answers are taken to be typical in length
 * ({@link TYPICAL_ANSWER_TOKENS}) or as long as their limit, whichever is shorter; every later prompt contains the
 * answers before it.
 */
export function estimateRun(
  plan: Plan,
  request: ChatRequest,
  model: (address: string) => Model | undefined,
): RunEstimate {
  const calls: CallEstimate[] = []
  const prices: Record<string, Price> = {}
  const unpriced = new Set<string>()
  const unlimited = new Set<string>()
  const typical = new Map<string, number>()
  const most = new Map<string, number>()
  let ceiling: number | null = 0
  for (const call of explain(plan, request, model)) {
    const limit = call.request.maxTokens
    const outputTokens = Math.min(limit ?? TYPICAL_ANSWER_TOKENS, TYPICAL_ANSWER_TOKENS)
    typical.set(key(call.slot), outputTokens)
    most.set(key(call.slot), limit ?? 0)
    if (call.standby) continue
    const own = promptTokens(call.request)
    const inputTokens = own + answersShown(call, typical)
    const price = model(call.slot.model)?.price
    if (price === undefined) unpriced.add(call.slot.model)
    else prices[call.slot.model] = price
    if (limit === undefined) unlimited.add(call.slot.name)
    const cost = (input: number, output: number): number | null =>
      price === undefined
        ? null
        : priceCall(price, {
            inputTokens: input,
            outputTokens: output,
            cachedInputTokens: 0,
            reasoningTokens: 0,
          })
    const estimate = { slot: call.slot, inputTokens, outputTokens, usd: cost(inputTokens, outputTokens) }
    for (let time = 0; time < call.times; time += 1) calls.push(estimate)
    const usd = limit === undefined ? null : cost(own + answersShown(call, most), limit)
    ceiling = ceiling === null || usd === null ? null : ceiling + usd * call.times
  }
  const priced = calls.flatMap(({ usd }) => (usd === null ? [] : [usd]))
  return {
    calls,
    inputTokens: calls.reduce((sum, call) => sum + call.inputTokens, 0),
    outputTokens: calls.reduce((sum, call) => sum + call.outputTokens, 0),
    usd: priced.length === 0 ? null : priced.reduce((sum, usd) => sum + usd, 0),
    ceilingUsd: ceiling,
    prices,
    unpriced: [...unpriced],
    unlimited: [...unlimited],
  }
}

const key = (slot: SlotRef): string => `${slot.stage}.${slot.index}`

/** Tokens of the answers that stand as placeholders in a prompt, the placeholders' own taken off. */
function answersShown({ shown }: ExplainedCall, answers: ReadonlyMap<string, number>): number {
  let tokens = 0
  for (const slot of shown)
    tokens += Math.max(0, (answers.get(key(slot)) ?? 0) - estimateTokens(placeholderText(slot)))
  return tokens
}
