import { mean, median, standardError } from '../../../stats/index.js'

/** How far two votes are apart, and which single vote stands for several. */
export type ScoringRule = 'absolute' | 'squared' | 'zero_one'

/**
 * Which of several most frequent votes counts, sorted ascending, by their number: what a generator reseeded with 123
 * before each draw gives. So a vote of two against two is always 2.
 */
const TIE_BREAK: Readonly<Record<number, number>> = { 1: 0, 2: 1, 3: 0, 4: 3, 5: 1, 6: 1, 7: 1 }

/** A vote with 0, the old way to write a draw, as 1.5. */
function drawn(vote: number): number {
  return vote === 0 ? 1.5 : vote
}

/** A vote as 1 or 2, and a draw as 0. */
function rounded(vote: number): number {
  if (vote === 0 || vote === 1.5) return 0
  return vote > 1.5 ? 2 : 1
}

/**
 * The vote that stands for several: by the absolute rule their most frequent value, or their median where other values
 * than 1, 1.5 and 2 occur; by the squared rule their mean; by the zero-one rule the most frequent of 1, 2 and draw (0).
 *
 * @param votes NaN for missing.
 * @returns NaN when all are missing.
 */
export function estimateVotes(votes: readonly number[], rule: ScoringRule = 'absolute'): number {
  const cast = votes.filter((vote) => !Number.isNaN(vote))
  if (cast.length === 0) return NaN
  if (rule === 'zero_one') return mostFrequent(cast.map(rounded))
  const values = cast.map(drawn)
  if (rule === 'squared') return mean(values)
  const plain = values.every((vote) => vote === 1 || vote === 2 || vote === 1.5)
  return plain ? mostFrequent(values) : median(values)
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const most = Math.max(...counts.values())
  const modes = [...counts].flatMap(([value, count]) => (count === most ? [value] : [])).sort((a, b) => a - b)
  return modes[TIE_BREAK[modes.length] ?? 0] as number
}

/** Distance of two votes, NaN where one is missing. */
export function voteDistance(a: number, b: number, rule: ScoringRule = 'absolute'): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN
  if (rule === 'zero_one') return rounded(a) === rounded(b) ? 0 : 1
  const distance = Math.abs(drawn(a) - drawn(b))
  return rule === 'squared' ? distance ** 2 : distance
}

/** How well votes agree with targets. */
export interface Agreement {
  /** 1 minus the error. */
  readonly score: number
  /** Mean distance of the pairs where neither is missing. */
  readonly error: number
  /** Standard error of that mean; NaN below two pairs. */
  readonly standardError: number
}

/** Agreement of two aligned lists. */
export function agreementOf(
  votes: readonly number[],
  targets: readonly number[],
  rule: ScoringRule = 'absolute',
): Agreement {
  const distances = votes
    .map((vote, index) => voteDistance(vote, targets[index] ?? NaN, rule))
    .filter((distance) => !Number.isNaN(distance))
  const error = mean(distances)
  return { score: 1 - error, error, standardError: standardError(distances) }
}
