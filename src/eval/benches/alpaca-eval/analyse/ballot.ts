import { NOTES } from '../notes.js'
import type { ProblemLog } from '../../../problems.js'
import type { JudgeVote } from '../read/votes.js'
import { HUMAN_PRICE, HUMAN_TIME, HUMAN_VOTES, type Gold } from './gold.js'

/** One judge's votes, in the places of the gold pairs. */
export interface Ballot {
  readonly name: string
  /** Per seed, the vote on each pair; NaN where it is missing. */
  readonly votes: readonly Float64Array[]
  /** The first vote on each pair, whatever its seed; NaN where it is missing. */
  readonly first: Float64Array
  /** Dollars and seconds per vote, where known. */
  readonly prices: readonly number[]
  readonly times: readonly number[]
}

/** Sorts a judge's votes by seed and pair; votes on other pairs and second votes of a seed are noted and left out. */
export function fillBallot(
  judge: { readonly name: string; readonly votes: readonly JudgeVote[] },
  options: { gold: Gold; log: ProblemLog },
): Ballot {
  const { gold, log } = options
  const pairs = gold.pairs.length
  const seeds = [...new Set(judge.votes.map((vote) => vote.seed))].sort((a, b) => a - b)
  const votes = seeds.map(() => new Float64Array(pairs).fill(NaN))
  const seen = seeds.map(() => new Uint8Array(pairs))
  const [prices, times]: [number[], number[]] = [[], []]
  judge.votes.forEach((vote, position) => {
    const place = gold.placeOf(vote)
    const row = seeds.indexOf(vote.seed)
    if (place < 0 || seen[row]?.[place] === 1) {
      const [code, message] = place < 0 ? NOTES.unknownPair : NOTES.repeatedVote
      log.add(code, message, { source: judge.name, row: position })
      return
    }
    ;(seen[row] as Uint8Array)[place] = 1
    ;(votes[row] as Float64Array)[place] = vote.preference === 0 ? 1.5 : vote.preference
    if (Number.isNaN(vote.preference)) log.add(...NOTES.failedReply, { source: judge.name, row: position })
    if (!Number.isNaN(vote.price)) prices.push(vote.price)
    if (!Number.isNaN(vote.time)) times.push(vote.time)
  })
  const first = new Float64Array(pairs).fill(NaN)
  for (const place of first.keys()) {
    const row = seen.findIndex((marks) => marks[place] === 1)
    first[place] = votes[row]?.[place] ?? NaN
  }
  return { name: judge.name, votes, first, prices, times }
}

/** The people themselves as a judge. */
export function humanBallot(gold: Gold): Ballot {
  const votes = Array.from({ length: HUMAN_VOTES }, (_, row) =>
    Float64Array.from(gold.pairs, (pair) => pair.votes[row] ?? NaN),
  )
  return {
    name: 'humans',
    votes,
    first: votes[0] as Float64Array,
    prices: [HUMAN_PRICE],
    times: [HUMAN_TIME],
  }
}

/** The judge that always takes the longer output, the second one among equals. */
export function longestBallot(gold: Gold): Ballot {
  const vote = Float64Array.from(gold.pairs, ({ lengths: [one, two] }) => (one > two ? 1 : 2))
  return { name: 'longest', votes: Array(HUMAN_VOTES).fill(vote), first: vote, prices: [0], times: [0] }
}
