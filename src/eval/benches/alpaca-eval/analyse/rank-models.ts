import { pearson, spearman } from '../../../stats/index.js'
import { winRate } from '../score/win-rate.js'
import type { Ballot } from './ballot.js'
import { HUMAN_VOTES, type Gold } from './gold.js'

/** Models with no more human votes than this don't take part. */
const FEWEST_VOTES = 100

/** A model's win rate in percent, by name. */
export type WinRates = Readonly<Record<string, number>>

/** Win rate of each model with enough human votes, by a judge's votes of all seeds on the eval split. */
export function winRatesOf(ballot: Ballot, gold: Gold): WinRates {
  const votes = new Map<string, number[]>()
  const humanVotes = new Map<string, number>()
  gold.pairs.forEach(({ generators }, place) => {
    for (const generator of generators) {
      const list = votes.get(generator) ?? []
      for (const seed of ballot.votes) list.push(seed[place] as number)
      votes.set(generator, list)
      humanVotes.set(generator, (humanVotes.get(generator) ?? 0) + HUMAN_VOTES)
    }
  })
  const rates: Record<string, number> = {}
  for (const [generator, list] of votes) {
    const rate = (humanVotes.get(generator) ?? 0) > FEWEST_VOTES ? winRate(list) : null
    if (rate) rates[generator] = rate.win_rate
  }
  return rates
}

/** How like two rankings of models are; null below two common models or without spread. */
export function correlate(a: WinRates, b: WinRates): { spearman: number | null; pearson: number | null } {
  const common = Object.keys(b).filter((name) => Object.hasOwn(a, name))
  const [left, right] = [common.map((name) => a[name] as number), common.map((name) => b[name] as number)]
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
  return { spearman: orNull(spearman(left, right)), pearson: orNull(pearson(left, right)) }
}
