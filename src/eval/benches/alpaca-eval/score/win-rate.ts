import { standardError, sum } from '../../../stats/summary.js'

/** How a contestant fares against the baseline, under the official names. Rates are percentages. */
export interface WinRate {
  readonly win_rate: number
  /** Null below two pairs. */
  readonly standard_error: number | null
  readonly n_wins: number
  readonly n_wins_base: number
  /** Preferences of exactly 1.5, or 0. */
  readonly n_draws: number
  readonly n_total: number
  /** Win rate of preferences rounded to 1 or 2, draws counting half. */
  readonly discrete_win_rate: number
}

/** Whether a number is a usable preference: 1 to 2, or 0 for equal. */
export function isPreference(value: number): boolean {
  return value === 0 || (value >= 1 && value <= 2)
}

/** Chance that the model's output is the better one, 0 to 1; NaN for a preference that is missing or out of range. */
export function winShare(preference: number): number {
  if (preference === 0) return 0.5
  return isPreference(preference) ? preference - 1 : NaN
}

/** Win shares of the usable preferences. */
export function winShares(preferences: Iterable<number>): Float64Array {
  return Float64Array.from([...preferences].filter(isPreference), winShare)
}

/** Win rate over the usable preferences; null when there is none. */
export function winRate(preferences: Iterable<number>): WinRate | null {
  const shares = winShares(preferences)
  const total = shares.length
  if (total === 0) return null
  const count = (test: (share: number) => boolean): number => shares.filter(test).length
  const wins = count((share) => share > 0.5)
  const draws = count((share) => share === 0.5)
  return {
    win_rate: (100 * sum(shares)) / total,
    standard_error: total > 1 ? 100 * standardError(shares) : null,
    n_wins: wins,
    n_wins_base: count((share) => share < 0.5),
    n_draws: draws,
    n_total: total,
    discrete_win_rate: (100 * (wins + draws / 2)) / total,
  }
}
