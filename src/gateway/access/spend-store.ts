/** Money spent by each key, in US dollars, by day (`2026-11-23`) and month (`2026-11`) of UTC. */
export interface SpendStore {
  spent(keyId: string, period: string): Promise<number>
  /** Adds to several periods at once. */
  add(keyId: string, usd: number, periods: readonly string[]): Promise<void>
}

/** The day and the month a moment belongs to. */
export function periodsOf(now: number): {
  readonly day: string
  readonly month: string
  readonly dayEndsAt: number
} {
  const day = new Date(now).toISOString().slice(0, 10)
  return { day, month: day.slice(0, 7), dayEndsAt: Date.parse(day) + 86_400_000 }
}

/** Periods remembered for each key: this day and month, and those that are just over. */
const MOST_PERIODS = 4

/** Spending of this process alone; forgotten when it ends. */
export function memorySpendStore(): SpendStore {
  const keys = new Map<string, Map<string, number>>()
  return {
    spent: (keyId, period) => Promise.resolve(keys.get(keyId)?.get(period) ?? 0),
    add(keyId, usd, periods) {
      let sums = keys.get(keyId)
      if (sums === undefined) keys.set(keyId, (sums = new Map<string, number>()))
      for (const period of periods) sums.set(period, (sums.get(period) ?? 0) + usd)
      for (const period of [...sums.keys()].sort().slice(0, -MOST_PERIODS)) sums.delete(period)
      return Promise.resolve()
    },
  }
}
