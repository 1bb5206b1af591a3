import { textOf } from '../core/message.js'
import type { ExplainedCall } from '../engine/explain.js'
import { estimatePromptTokens, estimateTokens } from '../util/tokens.js'

/** US dollars per million tokens. */
export interface CallPrice {
  readonly input: number
  readonly output: number
}

/** The most one call can come to: prompt tokens are an estimate, answer tokens the limit. */
export interface CallCeiling {
  readonly inputTokens: number
  /** `undefined` where nothing limits the answer. */
  readonly outputTokens: number | undefined
  readonly usd: number | null
}

export interface Ceiling {
  readonly calls: readonly CallCeiling[]
  /** `null` when a price or a limit is missing. */
  readonly usd: number | null
  /** Why there is no sum. */
  readonly reasons: readonly string[]
}

/**
 * What an undisturbed run can cost at most: every answer as long as its limit allows, in the next layer's prompts
 * too. Retries and standby aggregators come on top. Images and files are not counted.
 */
export function priceCeiling(
  calls: readonly ExplainedCall[],
  priceOf: (model: string) => CallPrice | null,
): Ceiling {
  const reasons = new Set<string>()
  const results: CallCeiling[] = []
  let sum: number | null = 0
  for (const call of calls) {
    const before = calls.filter(({ slot }) => slot.stage === call.slot.stage - 1)
    const ceiling = ceilingOf(call, before, priceOf(call.slot.model))
    results.push(ceiling)
    if (call.standby) continue
    if (priceOf(call.slot.model) === null) reasons.add(`no price is known for ${call.slot.model}`)
    if (call.request.maxTokens === undefined) reasons.add(`${call.slot.name} has no maxTokens`)
    sum = sum === null || ceiling.usd === null ? null : sum + ceiling.usd
  }
  return { calls: results, usd: sum, reasons: [...reasons] }
}

function ceilingOf(
  call: ExplainedCall,
  before: readonly ExplainedCall[],
  price: CallPrice | null,
): CallCeiling {
  const texts = call.request.messages.map(({ content }) => textOf(content))
  // Placeholders stand where the answers of the layer before will be.
  const placeholders = before.reduce((tokens, { slot }) => tokens + estimateTokens(slot.name), 0)
  const limits = before.map(({ request }) => request.maxTokens)
  const known = limits.every((limit) => limit !== undefined)
  const answers = limits.reduce<number>((tokens, limit) => tokens + (limit ?? 0), 0)
  const inputTokens = estimatePromptTokens(texts) + Math.max(0, answers - placeholders)
  const outputTokens = call.request.maxTokens
  const usd =
    price === null || outputTokens === undefined || !known
      ? null
      : (inputTokens * price.input + outputTokens * price.output) / 1_000_000
  return { inputTokens, outputTokens, usd }
}
