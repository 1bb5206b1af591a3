import { fitLogistic } from './logistic.js'
import { sparseRows } from './logistic-loss.js'

/** Games between two contestants, from the first one's point of view. */
export interface Games {
  readonly first: string
  readonly second: string
  readonly wins: number
  readonly losses: number
  readonly ties: number
}

/** Elo points: 400 for a tenfold chance of winning. */
const POINTS = 400

/** The Elo difference at which the stronger side wins this share of games; infinite for 0 and 1. */
export function eloOfShare(share: number): number {
  return POINTS * Math.log10(share / (1 - share))
}

/** The share of games won at this Elo difference. */
export function shareOfElo(difference: number): number {
  return 1 / (1 + 10 ** (-difference / POINTS))
}

/** Share of points won, ties half; NaN without games. */
export function winShare({ wins, losses, ties }: Omit<Games, 'first' | 'second'>): number {
  return (wins + ties / 2) / (wins + losses + ties)
}

export interface BradleyTerryFit {
  /** Elo of every contestant relative to the anchor, which has 0. Infinite where a side won or lost everything. */
  readonly elo: ReadonlyMap<string, number>
  /** False when the games determine no finite ratings that could be reached. */
  readonly converged: boolean
}

/**
 * Maximum likelihood Bradley-Terry ratings, a tie as half a win for each side. Exact in closed form when every
 * game involves the anchor, because each contestant's rating then depends on its own games only; otherwise found by
 * Newton steps.
 */
export function fitBradleyTerry(games: readonly Games[], anchor: string): BradleyTerryFit {
  if (games.every(({ first, second }) => (first === anchor) !== (second === anchor)))
    return fitStar(games, anchor)
  const names = [...new Set(games.flatMap(({ first, second }) => [first, second]))]
  const free = names.filter((name) => name !== anchor)
  const columns = new Map(free.map((name, index) => [name, index]))
  const indices = new Int32Array(2 * games.length)
  const values = new Float64Array(2 * games.length)
  for (const [row, { first, second }] of games.entries()) {
    for (const [k, name] of [first, second].entries()) {
      const column = columns.get(name)
      indices[2 * row + k] = column ?? 0
      values[2 * row + k] = column === undefined ? 0 : k === 0 ? 1 : -1
    }
  }
  const { coefficients, converged } = fitLogistic({
    rows: sparseRows({ width: 2, columns: free.length, indices, values }),
    trials: games.map(({ wins, losses, ties }) => wins + losses + ties),
    wins: games.map(({ wins, ties }) => wins + ties / 2),
  })
  const elo = new Map([[anchor, 0]])
  for (const [index, name] of free.entries())
    elo.set(name, ((coefficients[index] as number) * POINTS) / Math.LN10)
  return { elo, converged }
}

function fitStar(games: readonly Games[], anchor: string): BradleyTerryFit {
  const records = new Map<string, { wins: number; losses: number; ties: number }>()
  for (const { first, second, wins, losses, ties } of games) {
    const name = first === anchor ? second : first
    const record = records.get(name) ?? { wins: 0, losses: 0, ties: 0 }
    record.wins += first === anchor ? losses : wins
    record.losses += first === anchor ? wins : losses
    record.ties += ties
    records.set(name, record)
  }
  const elo = new Map([[anchor, 0]])
  for (const [name, record] of records) elo.set(name, eloOfShare(winShare(record)))
  return { elo, converged: [...elo.values()].every(Number.isFinite) }
}
