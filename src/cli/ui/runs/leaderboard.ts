import { fitBradleyTerry, type Games } from '../../../eval/stats/bradley-terry.js'
import type { Standing, Vote } from './types.js'

/** One vote: who stood where, and who was preferred. */
export interface Ballot {
  readonly first: string
  readonly second: string
  readonly vote: Vote
  readonly blind: boolean
}

/** Where the average of the ratings is put. */
const CENTRE = 1000
/** Half a win for each side of every pair that has met: a perfect record has no finite rating otherwise. */
const PRIOR_TIES = 1

/** Everybody who was ever compared, the strongest first: Bradley-Terry ratings, a tie as half a win. */
export function standingsOf(ballots: readonly Ballot[]): Standing[] {
  const names = [...new Set(ballots.flatMap(({ first, second }) => [first, second]))]
  const ratings = ratingsOf(gamesOf(ballots), names)
  return names
    .map((name): Standing => {
      const own = ballots.filter(({ first, second }) => first === name || second === name)
      const ties = own.filter(({ vote }) => vote === 'tie').length
      const wins = own.filter(({ first, vote }) => vote === (first === name ? 'a' : 'b')).length
      return { name, rating: ratings.get(name) ?? null, wins, ties, losses: own.length - ties - wins }
    })
    .sort((a, b) => (b.rating ?? -Infinity) - (a.rating ?? -Infinity) || b.wins - a.wins)
}

function gamesOf(ballots: readonly Ballot[]): Games[] {
  const pairs = new Map<
    string,
    { first: string; second: string; wins: number; losses: number; ties: number }
  >()
  for (const { first, second, vote } of ballots) {
    const swapped = first > second
    const [one, other] = swapped ? [second, first] : [first, second]
    const key = JSON.stringify([one, other])
    const pair = pairs.get(key) ?? { first: one, second: other, wins: 0, losses: 0, ties: PRIOR_TIES }
    if (vote === 'tie') pair.ties += 1
    else if ((vote === 'a') !== swapped) pair.wins += 1
    else pair.losses += 1
    pairs.set(key, pair)
  }
  return [...pairs.values()]
}

function ratingsOf(games: readonly Games[], names: readonly string[]): ReadonlyMap<string, number> {
  const [anchor] = names
  if (anchor === undefined || !areConnected(games, names)) return new Map()
  const { elo, converged } = fitBradleyTerry(games, anchor)
  if (!converged) return new Map()
  const mean = names.reduce((sum, name) => sum + (elo.get(name) ?? 0), 0) / names.length
  return new Map(names.map((name) => [name, Math.round(CENTRE + (elo.get(name) ?? 0) - mean)]))
}

/** Strengths of groups that never met can't be compared. */
function areConnected(games: readonly Games[], names: readonly string[]): boolean {
  const reached = new Set(names.slice(0, 1))
  for (let before = 0; before !== reached.size;) {
    before = reached.size
    for (const { first, second } of games)
      if (reached.has(first) || reached.has(second)) {
        reached.add(first)
        reached.add(second)
      }
  }
  return reached.size === names.length
}
