import { MoaError, textOf, type ChatRequest, type Usage } from '../../core/index.js'
import { estimatePromptTokens, estimateTokens } from '../../util/index.js'
import type { RecipeChanges, Target } from '../catalog.js'
import type { HeaderList } from '../http/exchange.js'
import type { Budgets } from './budgets.js'
import type { KeyRecord } from './key-store.js'
import type { RateLimits } from './rate-limits.js'

/** A run that may begin. */
export interface Admitted {
  /** What the client's limits have left. */
  readonly headers: HeaderList
  /** The most the run may cost, in US dollars. */
  readonly leftUsd?: number
  /** Books what the run came to. */
  settle(usage: Usage, usd: number): void
}

/** A run that somebody wants. */
export interface RunWish {
  readonly request: ChatRequest
  readonly target: Target
  /** Runs of the same key under way. */
  readonly running: number
}

const FREELY: Admitted = { headers: [], settle() {} }

/** About how many tokens a request's prompt comes to, tools included. */
export function promptTokens({ messages, tools }: ChatRequest): number {
  const texts = messages.map((message) => {
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
    return textOf(message.content) + calls.map((call) => call.name + call.arguments).join('')
  })
  return estimatePromptTokens(texts) + (tools === undefined ? 0 : estimateTokens(JSON.stringify(tools)))
}

/** Decides whether a key may have a run, and books what it came to. */
export class Admission {
  readonly #rates: RateLimits
  readonly #budgets: Budgets

  constructor(rates: RateLimits, budgets: Budgets) {
    this.#rates = rates
    this.#budgets = budgets
  }

  /**
   * @param key absent: no keys are in use
   * @throws {@link MoaError} `rate_limited`, `budget`, `payload_too_large`
   */
  admit(key: KeyRecord | undefined, wish: RunWish): Admitted | Promise<Admitted> {
    return key === undefined ? FREELY : this.#admitKey(key, wish)
  }

  async #admitKey(key: KeyRecord, { request, target, running }: RunWish): Promise<Admitted> {
    if (key.concurrentRuns !== undefined && running >= key.concurrentRuns)
      throw new MoaError(
        'rate_limited',
        `This key may have ${key.concurrentRuns} answers at a time; wait for one to end.`,
        {
          retryable: true,
        },
      )
    const reservation = await this.#budgets.reserve(key, () => target.estimateUsd(request))
    try {
      const tokens = key.tokensPerMinute === undefined ? 0 : promptTokens(request)
      const rate = await this.#rates.admit(key, tokens)
      return {
        headers: rate.headers,
        ...(reservation.leftUsd !== undefined && { leftUsd: reservation.leftUsd }),
        settle(usage, usd) {
          rate.settle(usage.inputTokens + usage.outputTokens)
          reservation.settle(usd)
        },
      }
    } catch (error) {
      reservation.settle(0)
      throw error
    }
  }
}

/**
 * Keeps a key to its recipes and models, also to those that a request puts into a recipe.
 *
 * @throws {@link MoaError} `forbidden`
 */
export function checkAllowed(
  key: KeyRecord | undefined,
  name: string,
  changes: RecipeChanges | undefined,
): void {
  if (key?.models === undefined) return
  const added = [
    ...(changes?.proposers ?? []),
    ...(changes?.aggregator === undefined ? [] : [changes.aggregator]),
  ]
  const wrong = [name, ...added].find((wanted) => !mayUse(key, wanted))
  if (wrong === undefined) return
  throw new MoaError(
    'forbidden',
    `This key may not use "${wrong.slice(0, 80)}"; it may use: ${key.models.join(', ')}.`,
    {
      param: wrong === name ? 'model' : 'moa',
    },
  )
}

export function mayUse({ models }: Pick<KeyRecord, 'models'>, name: string): boolean {
  return (
    models === undefined ||
    models.some((allowed) =>
      allowed.endsWith('*') ? name.startsWith(allowed.slice(0, -1)) : allowed === name,
    )
  )
}
