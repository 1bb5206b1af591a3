import { mean } from '../../../stats/index.js'
import type { Ballot } from './ballot.js'
import type { Gold, GoldPair } from './gold.js'
import type { ListDetection } from './list-detection.js'

/** Differences in length up to this many code points are not a matter of taste. */
const SIGNIFICANT_LENGTH = 30

/** What a judge likes beside quality, from its first vote on each pair. Shares are 0 to 1; null without cases. */
export interface StyleReport {
  /** Share of pairs of clearly different length where the longer output won. */
  readonly probability_prefer_longer: number | null
  /** How much longer the winners are, on average, relative to the losers. */
  readonly percentage_longer: number | null
  /** Share of pairs with a list on one side only where that side won. */
  readonly probability_prefer_list: number | null
  /** How much more often winners have lists, relative to the losers. */
  readonly percentage_list: number | null
}

/** Measures the taste for long outputs and for lists. A draw or a missing vote counts as no difference. */
export function styleOf(ballot: Ballot, options: { gold: Gold; lists: ListDetection }): StyleReport {
  const { gold, lists } = options
  const longer: number[] = []
  const gains: number[] = []
  const listed: number[] = []
  let [bestLists, worseLists] = [0, 0]
  ballot.first.forEach((_, place) => {
    const taste = tasteOn(ballot, place, options)
    const { best, worse } = taste
    const { lengths } = gold.pairs[place] as GoldPair
    const gain = lengths[best] - lengths[worse]
    if (!Number.isNaN(taste.longer)) longer.push(taste.longer)
    // 0 of 0 code points is left out; a winner over an empty output is infinitely longer, as in the original.
    if (lengths[worse] > 0 || gain !== 0) gains.push(gain / lengths[worse])
    if (!Number.isNaN(taste.listed)) listed.push(taste.listed)
    const found = gold.lists(place, lists)
    bestLists += Number(found[best])
    worseLists += Number(found[worse])
  })
  return {
    probability_prefer_longer: meanOrNull(longer),
    percentage_longer: meanOrNull(gains),
    probability_prefer_list: meanOrNull(listed),
    percentage_list: worseLists === 0 ? null : (bestLists - worseLists) / worseLists,
  }
}

/** What the first vote on one pair says about taste. */
export interface Taste {
  readonly best: 0 | 1
  readonly worse: 0 | 1
  /** Whether the longer output won; NaN where the lengths hardly differ. */
  readonly longer: number
  /** Whether the output with the list won; NaN where both or none has one. */
  readonly listed: number
}

/** The taste one pair shows. */
export function tasteOn(
  { first }: Ballot,
  place: number,
  { gold, lists }: { gold: Gold; lists: ListDetection },
): Taste {
  const vote = first[place] as number
  const best = vote >= 1 && vote < 1.5 ? 0 : 1
  const worse = vote > 1.5 && vote <= 2 ? 0 : 1
  const { lengths } = gold.pairs[place] as GoldPair
  const gain = lengths[best] - lengths[worse]
  const found = gold.lists(place, lists)
  return {
    best,
    worse,
    longer: Math.abs(gain) > SIGNIFICANT_LENGTH ? Number(gain > 0) : NaN,
    listed: found[best] === found[worse] ? NaN : Number(found[best]),
  }
}

function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values)
}
