import { bootstrapIntervals, mean, type BootstrapOptions, type Interval } from '../../../stats/index.js'
import type { JudgeColumn } from './analyse-judges.js'
import type { Ballot } from './ballot.js'
import { estimateVotes, voteDistance } from './estimate.js'
import type { Gold, GoldPair } from './gold.js'
import type { ListDetection } from './list-detection.js'
import { correlate, type WinRates } from './rank-models.js'
import { tasteOn } from './style.js'

/** Columns that are resampled; price, time and counts are not. */
export type JudgeIntervals = Readonly<Partial<Record<JudgeColumn, Interval>>>

type Statistic = (counts: Uint32Array) => number

export interface IntervalContext {
  readonly gold: Gold
  readonly lists: ListDetection
  readonly humans: Ballot
  /** Models that are ranked. */
  readonly models: readonly string[]
  readonly bootstrap: BootstrapOptions
}

/** Bootstrap intervals over pairs of every figure that rests on votes. */
export function judgeIntervals(ballot: Ballot, context: IntervalContext): JudgeIntervals {
  const { gold, bootstrap } = context
  const statistics = statisticsOf(ballot, context)
  const found = bootstrapIntervals(gold.pairs.length, Object.values(statistics), bootstrap)
  const named = Object.keys(statistics).map((column, place) => [column, found[place] as Interval] as const)
  return Object.fromEntries(named.filter(([, { low }]) => !Number.isNaN(low)))
}

function statisticsOf(
  ballot: Ballot,
  { gold, lists, humans, models }: IntervalContext,
): Partial<Record<JudgeColumn, Statistic>> {
  const { pairs } = gold
  const human = ballot === humans
  const several = ballot.votes.length > 1
  const targets = pairs.map((pair) => estimateVotes(pair.votes))
  const votesOn = (place: number): number[] => ballot.votes.map((votes) => votes[place] as number)
  const againstOthers = againstOthersOf(ballot, pairs.length)
  // A person's vote is held against those of the other people.
  const agreement = human
    ? againstOthers
    : ballot.votes.map((votes) =>
        targets.map((target, place) => voteDistance(votes[place] as number, target)),
      )
  const bias = targets.map((target, place) => voteDistance(estimateVotes(votesOn(place)), target))
  const tastes = pairs.map((_, place) => tasteOn(ballot, place, { gold, lists }))
  const [error, spread, offset] = [meanOf(agreement), meanOf(againstOthers), meanOf([bias])]
  const longer = meanOf([tastes.map((taste) => taste.longer)])
  const listed = meanOf([tastes.map((taste) => taste.listed)])
  const [judged, voted] = [rateOf(ballot, { gold, models }), rateOf(humans, { gold, models })]
  const like =
    (rank: 'spearman' | 'pearson'): Statistic =>
    (counts) =>
      correlate(judged(counts), voted(counts))[rank] ?? NaN
  return {
    'Human agreement': (counts) => 100 * (1 - error(counts)),
    ...(models.length > 1 &&
      !human && { 'Spearman corr.': like('spearman'), 'Pearson corr.': like('pearson') }),
    ...(several && !human && { Bias: (counts) => 100 * offset(counts) }),
    ...(several && { Variance: (counts) => 100 * spread(counts) }),
    'Proba. prefer longer': longer,
    'Proba. prefer lists': listed,
    'Proba. prefer 1': (counts) => 2 - pooledMean(ballot.votes, counts),
  }
}

/** Distance of each vote to the judge's other votes on the pair, where at most one is missing. */
function againstOthersOf({ votes: lists }: Ballot, pairs: number): number[][] {
  return lists.map((votes, left) =>
    Array.from({ length: pairs }, (_, place) => {
      const all = lists.map((list) => list[place] as number)
      if (all.filter((vote) => !Number.isNaN(vote)).length < lists.length - 1) return NaN
      return voteDistance(votes[place] as number, estimateVotes(all.toSpliced(left, 1)))
    }),
  )
}

/** Mean over lists of the mean over the pairs that were drawn. */
const meanOf =
  (lists: readonly (readonly number[])[]): Statistic =>
  (counts) =>
    mean(lists.map((list) => pooledMean([list], counts)))

/** Mean over the pairs that were drawn and all lists; what is missing is left out. */
function pooledMean(lists: readonly ArrayLike<number>[], counts: Uint32Array): number {
  let [total, drawn] = [0, 0]
  for (const list of lists)
    for (let place = 0; place < list.length; place += 1) {
      const value = list[place] as number
      if (Number.isNaN(value)) continue
      const count = counts[place] as number
      total += count * value
      drawn += count
    }
  return total / drawn
}

/** Win rate of each model among the pairs that were drawn. */
function rateOf(
  ballot: Ballot,
  { gold, models }: Pick<IntervalContext, 'gold' | 'models'>,
): (counts: Uint32Array) => WinRates {
  const places = new Map(models.map((model) => [model, [] as number[]]))
  gold.pairs.forEach(({ generators }: GoldPair, place) => {
    for (const generator of generators) places.get(generator)?.push(place)
  })
  const sums = gold.pairs.map((_, place) => castOn(ballot, place))
  return (counts) => {
    const rates: Record<string, number> = {}
    for (const [model, own] of places) {
      let [total, drawn] = [0, 0]
      for (const place of own) {
        const [sum, cast] = sums[place] as readonly [number, number]
        total += (counts[place] as number) * sum
        drawn += (counts[place] as number) * cast
      }
      if (drawn > 0) rates[model] = 100 * (total / drawn - 1)
    }
    return rates
  }
}

function castOn({ votes }: Ballot, place: number): readonly [sum: number, cast: number] {
  const cast = votes.map((list) => list[place] as number).filter((vote) => !Number.isNaN(vote))
  return [cast.reduce((sum, vote) => sum + vote, 0), cast.length]
}
