import { compareCodePoints } from '../../../util/code-points.js'
import { roundDecimal } from '../../python/rounding.js'

/** A row of the v2.0 leaderboard. Figures are `null` where they have no value. */
export interface V2Row {
  readonly model: string
  /** Win rate against the baseline, 0 to 1, with the bounds of its 90 % interval. */
  readonly score: number | null
  readonly lower: number | null
  readonly upper: number | null
  /** The same as printed: percent and percent points with one decimal. */
  readonly score_percent: number | null
  readonly interval_percent: string
  /** Mean over the entries themselves, without resampling. */
  readonly point_mean?: number
  readonly entries?: number
}

/** Figures of a row before printing; NaN for none. */
export interface V2Figures {
  readonly model: string
  readonly score: number
  readonly lower: number
  readonly upper: number
  readonly point_mean?: number
  readonly entries?: number
}

/** The leaderboard, best first; equal scores in the order given. */
export function v2Leaderboard(figures: readonly V2Figures[]): V2Row[] {
  return figures
    .map(({ model, score, lower, upper, ...rest }) => ({
      model,
      score: known(score),
      lower: known(lower),
      upper: known(upper),
      score_percent: known(roundDecimal(score * 100, 1)),
      interval_percent: `(-${points(score - lower)} / +${points(upper - score)})`,
      ...rest,
    }))
    .sort((a, b) => (b.score ?? -1) - (a.score ?? -1))
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

function points(difference: number): string {
  if (Number.isNaN(difference)) return 'nan'
  const rounded = roundDecimal(difference * 100, 1)
  return Object.is(rounded, -0) ? '-0.0' : rounded.toFixed(1)
}

/** By name, as the published tables are before they are sorted by score. */
export function byModel(a: { readonly model: string }, b: { readonly model: string }): number {
  return compareCodePoints(a.model, b.model)
}
