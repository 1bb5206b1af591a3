import { NOTES } from '../notes.js'
import { MoaError } from '../../../../core/index.js'
import type { ProblemLog } from '../../../problems.js'
import { pairKey } from '../judge/batches.js'
import type { HumanVote, Pair } from '../read/votes.js'
import { codePointLength } from '../../../python/text.js'
import { containsList, type ListDetection } from './list-detection.js'

/** Human votes per pair that the analysis rests on. */
export const HUMAN_VOTES = 4

/** Dollars and seconds a person's vote took. */
export const HUMAN_PRICE = 0.3
export const HUMAN_TIME = (9.2 * 60) / 15

/** A pair with the first four human votes in the order of the file. */
export interface GoldPair extends Pair {
  readonly votes: readonly number[]
  /** Models whose output this pair compares, counted in the correlations; empty outside the eval split. */
  readonly generators: readonly string[]
  readonly lengths: readonly [number, number]
}

/** What people think of the pairs, and what of it can be looked up. */
export class Gold {
  /** In the order of first appearance. */
  readonly pairs: readonly GoldPair[]
  /**
   * Per seed, the pairs in the order a judge gets them: that of their first, second, third and fourth votes in the file.
   * It decides who shares a prompt where several pairs do.
   */
  readonly orders: readonly (readonly GoldPair[])[]
  readonly #places: ReadonlyMap<string, number>
  readonly #lists: readonly Map<ListDetection, readonly [boolean, boolean]>[]

  /** @param keys the pair of each vote in the file, as {@link pairKey} gives it. */
  constructor(pairs: readonly GoldPair[], keys: readonly string[]) {
    this.pairs = pairs
    this.#places = new Map(pairs.map((pair, place) => [pairKey(pair), place]))
    const orders: GoldPair[][] = Array.from({ length: HUMAN_VOTES }, () => [])
    const counts = new Map<string, number>()
    for (const key of keys) {
      const number = counts.get(key) ?? 0
      counts.set(key, number + 1)
      const pair = pairs[this.#places.get(key) ?? -1]
      if (pair) orders[number]?.push(pair)
    }
    this.orders = orders
    this.#lists = pairs.map(() => new Map())
  }

  /** Place of a pair, or -1. */
  placeOf(pair: Pair): number {
    return this.#places.get(pairKey(pair)) ?? -1
  }

  /** Whether the outputs of a pair have lists. */
  lists(place: number, detection: ListDetection): readonly [boolean, boolean] {
    const known = this.#lists[place]?.get(detection)
    if (known) return known
    const { output_1, output_2 } = this.pairs[place] as GoldPair
    const found = [containsList(output_1, detection), containsList(output_2, detection)] as const
    this.#lists[place]?.set(detection, found)
    return found
  }
}

/**
 * Gathers the human votes: pairs in the order of the file, the first four votes of each.
 *
 * @param annotations one vote per pair and model, which say whose output a pair compares; for the correlations.
 * @throws MoaError `data_invalid` when no pair has four votes.
 */
export function gatherGold(
  crossAnnotations: readonly HumanVote[],
  options: { annotations?: readonly HumanVote[]; log: ProblemLog },
): Gold {
  const { annotations = [], log } = options
  const keys = crossAnnotations.map(pairKey)
  const votes = new Map<string, HumanVote[]>()
  crossAnnotations.forEach((vote, row) => append(votes, keys[row] as string, vote))
  const generators = new Map<string, string[]>()
  for (const vote of annotations) {
    if (vote.generator !== undefined) append(generators, pairKey(vote), vote.generator)
  }
  const pairs: GoldPair[] = []
  let number = -1
  for (const [key, all] of votes) {
    number += 1
    const first = all[0] as HumanVote
    if (all.length < HUMAN_VOTES) {
      log.add(...NOTES.fewVotes, { id: `pair ${number} with ${all.length} votes` })
      continue
    }
    pairs.push({
      instruction: first.instruction,
      output_1: first.output_1,
      output_2: first.output_2,
      votes: all.slice(0, HUMAN_VOTES).map((vote) => vote.preference),
      generators: first.datasplit === 'eval' ? (generators.get(key) ?? []) : [],
      lengths: [codePointLength(first.output_1), codePointLength(first.output_2)],
    })
  }
  if (pairs.length > 0) return new Gold(pairs, keys)
  throw new MoaError(
    'data_invalid',
    `Human cross-annotations: expected pairs with ${HUMAN_VOTES} votes each, but none of the ${votes.size} pairs has that many; pass the file with several votes per pair.`,
  )
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
