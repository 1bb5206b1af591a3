import { compareCodePoints } from '../../../util/code-points.js'
import { roundDecimal } from '../../python/rounding.js'
import { shareOfElo } from '../../stats/bradley-terry.js'
import type { EloBounds } from './elo-v01.js'

/** A row of the v0.1 leaderboard. Figures are `null` where they have no finite value. */
export interface V01Row {
  readonly model: string
  /** Win rate against the baseline in percent, rounded to two decimals as published; so are its bounds. */
  readonly score: number | null
  readonly lower: number | null
  readonly upper: number | null
  readonly elo: number | null
  readonly elo_lower: number | null
  readonly elo_upper: number | null
  /** Mean answer length in whole tokens; 0 where it isn't known, as published. */
  readonly average_tokens: number
  /** The win rate in each resample, where asked for. */
  readonly results?: readonly (number | null)[]
}

export interface V01View {
  readonly baseline: string
  readonly tokens: ReadonlyMap<string, number>
  /** Keeps the resamples in the rows. Default false. */
  readonly keepResamples?: boolean
}

/** The leaderboard of Elo bounds, best first, equal scores by name. */
export function v01Leaderboard(table: readonly EloBounds[], view: V01View): V01Row[] {
  const { baseline, tokens, keepResamples = false } = view
  const anchor = table.find(({ model }) => model === baseline) as EloBounds
  const rows = table.map((bounds): V01Row => {
    const { model, elo, lower, upper } = bounds
    const own = model === baseline
    return {
      model,
      score: own ? 50 : winRate(elo, anchor.elo),
      lower: own ? 50 : winRate(lower, anchor.lower),
      upper: own ? 50 : winRate(upper, anchor.upper),
      elo: finite(elo),
      elo_lower: finite(lower),
      elo_upper: finite(upper),
      average_tokens: tokens.get(model) ?? 0,
      ...(keepResamples && {
        results: Array.from(bounds.draws, (draw, round) =>
          own ? 50 : winRate(draw, anchor.draws[round] as number),
        ),
      }),
    }
  })
  return rows
    .sort((a, b) => compareCodePoints(a.model, b.model))
    .sort((a, b) => (b.score ?? -1) - (a.score ?? -1))
}

function winRate(elo: number, baseline: number): number | null {
  const share = shareOfElo(elo - baseline)
  return Number.isNaN(share) ? null : roundDecimal(share * 100, 2)
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** The lines the published script prints; `elo` prints Elo points, cut to whole numbers. */
export function v01Lines(
  rows: readonly V01Row[],
  { elo = false }: { readonly elo?: boolean } = {},
): string[] {
  const shown = elo ? byWholeElo(rows) : rows
  return shown.map((row) => {
    const figures = elo
      ? [row.elo, row.elo_lower, row.elo_upper].map(whole)
      : [row.score, row.lower, row.upper]
    const [score = null, lower = null, upper = null] = figures
    const interval = `(${[lower, upper].map((bound) => difference(bound, score, elo)).join(', ')})`
    const tokens = `average #tokens: ${row.average_tokens}`
    return `${row.model.padEnd(30)} | score: ${centred(figure(score, elo), 5)} | 95% CI: ${centred(interval, 12)} | ${tokens}`
  })
}

/** By whole Elo points; equal ones keep the order of the exact ones. */
function byWholeElo(rows: readonly V01Row[]): V01Row[] {
  const exact = [...rows].sort((a, b) => eloRank(b, b.elo) - eloRank(a, a.elo) || 0)
  return exact.sort((a, b) => eloRank(b, whole(b.elo)) - eloRank(a, whole(a.elo)) || 0)
}

/** An infinite Elo ranks by the side it is infinite on; two of them (NaN apart) are equal. */
function eloRank({ score }: V01Row, elo: number | null): number {
  return elo ?? (score !== null && score > 50 ? Infinity : -Infinity)
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.trunc(value)
}

function difference(bound: number | null, score: number | null, elo: boolean): string {
  return bound === null || score === null ? 'nan' : figure(bound - score, elo)
}

/** One decimal, correctly rounded; always with its point. */
function figure(value: number | null, elo: boolean): string {
  if (value === null) return 'nan'
  if (elo) return String(value)
  const rounded = roundDecimal(value, 1)
  return Object.is(rounded, -0) ? '-0.0' : rounded.toFixed(1)
}

/** Centred as Python does: an odd blank goes to the right. */
function centred(text: string, width: number): string {
  const left = Math.max(0, Math.floor((width - text.length) / 2))
  return text.padStart(text.length + left).padEnd(width)
}
