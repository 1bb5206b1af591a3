import { MoaError } from '../../core/index.js'
import type { Clock } from '../../util/index.js'
import type { KeyRecord } from './key-store.js'
import { periodsOf, type SpendStore } from './spend-store.js'

/** Money set aside for one run. */
export interface Reservation {
  /** The most the run may cost; absent when nothing limits it. */
  readonly leftUsd?: number
  /** Books what it did cost and gives the rest back. */
  settle(usd: number): void
}

/** Budgets of keys: what is spent in the store, what runs under way may still cost in this process. */
export class Budgets {
  readonly #store: SpendStore
  readonly #clock: Clock
  readonly #reserved = new Map<string, number>()

  constructor(store: SpendStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * Sets aside what a run is expected to cost.
   *
   * @param estimateUsd `null` when nobody knows the price, which a key with a budget can't be charged for
   * @throws {@link MoaError} `budget` when it is more than is left; `overloaded` when nobody can say how much is left
   */
  async reserve(key: KeyRecord, estimateUsd: () => number | null): Promise<Reservation> {
    const { id, dailyBudgetUsd, monthlyBudgetUsd } = key
    if (dailyBudgetUsd === undefined && monthlyBudgetUsd === undefined)
      return { settle: (usd) => this.#book(id, usd) }
    const estimate = estimateUsd()
    if (estimate === null)
      throw new MoaError(
        'budget',
        'This key has a budget, but the price of a model is unknown; whoever runs the gateway can state it under "prices".',
      )
    const { day, month } = periodsOf(this.#clock.now())
    const left = Math.min(
      await this.#left(id, dailyBudgetUsd, day),
      await this.#left(id, monthlyBudgetUsd, month),
    )
    if (left <= 0 || estimate > left) throw exhausted({ key, estimate, left })
    this.#reserved.set(id, (this.#reserved.get(id) ?? 0) + estimate)
    let open = true
    return {
      leftUsd: left,
      settle: (usd) => {
        if (!open) return
        open = false
        this.#release(id, estimate)
        this.#book(id, usd)
      },
    }
  }

  async #left(id: string, budget: number | undefined, period: string): Promise<number> {
    if (budget === undefined) return Infinity
    const spent = await this.#store.spent(id, period).catch((cause: unknown) => {
      throw new MoaError('overloaded', UNKNOWN_SPENDING, { retryable: true, retryAfterMs: 2_000, cause })
    })
    return budget - spent - (this.#reserved.get(id) ?? 0)
  }

  #release(id: string, usd: number): void {
    const rest = (this.#reserved.get(id) ?? 0) - usd
    if (rest > 1e-12) this.#reserved.set(id, rest)
    else this.#reserved.delete(id)
  }

  #book(id: string, usd: number): void {
    if (usd <= 0) return
    const { day, month } = periodsOf(this.#clock.now())
    // Accounting must not fail a request that is already answered; a store that is gone shows in its own log.
    this.#store.add(id, usd, [day, month]).catch(() => {})
  }
}

const UNKNOWN_SPENDING =
  'This key has a budget, and what it has spent can’t be looked up right now; ask again in a moment.'

function exhausted({ key, estimate, left }: { key: KeyRecord; estimate: number; left: number }): MoaError {
  const budgets = [
    ...(key.dailyBudgetUsd === undefined ? [] : [`${dollars(key.dailyBudgetUsd)} a day`]),
    ...(key.monthlyBudgetUsd === undefined ? [] : [`${dollars(key.monthlyBudgetUsd)} a month`]),
  ].join(' and ')
  const state =
    left <= 0
      ? 'nothing is left of it'
      : `${dollars(left)} of it is left, and this request may cost ${dollars(estimate)}`
  return new MoaError('budget', `This key has a budget of ${budgets} (UTC); ${state}.`)
}

const dollars = (usd: number): string =>
  usd === 0 || usd >= 1 ? `$${usd.toFixed(2)}` : `$${usd.toPrecision(2)}`
