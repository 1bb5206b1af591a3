import { isSwitched } from '../judge/pairs.js'
import { pairKey } from '../judge/batches.js'
import type { JudgeVote } from '../read/votes.js'

/** What the order of showing does to a judge. Shares are 0 to 1; null without cases. */
export interface SwapConsistency {
  /** Pairs that were judged in both orders. */
  readonly pairs: number
  /** Share of those pairs' votes, one order against the other, that prefer the same output (or are draws both). */
  readonly consistent: number | null
  /** Share of all votes but draws that went to the output shown first; 0.5 is fair. */
  readonly prefersFirst: number | null
}

/**
 * Compares a judge's votes on the same pair in both orders.
 *
 * @param switched whether a vote was cast with the outputs in reverse; by default the coin of instruction and seed.
 */
export function swapConsistency(
  votes: readonly JudgeVote[],
  switched: (vote: JudgeVote) => boolean = (vote) => isSwitched(vote.instruction, vote.seed),
): SwapConsistency {
  const byPair = new Map<string, { straight: number[]; reversed: number[] }>()
  let [first, decided] = [0, 0]
  for (const vote of votes) {
    const side = sideOf(vote.preference)
    if (Number.isNaN(side)) continue
    const reversed = switched(vote)
    const key = pairKey(vote)
    const sides = byPair.get(key) ?? { straight: [], reversed: [] }
    sides[reversed ? 'reversed' : 'straight'].push(side)
    byPair.set(key, sides)
    if (side === 0) continue
    decided += 1
    if (side < 0 !== reversed) first += 1
  }
  let [pairs, same, compared] = [0, 0, 0]
  for (const { straight, reversed } of byPair.values()) {
    if (straight.length === 0 || reversed.length === 0) continue
    pairs += 1
    for (const here of straight) same += reversed.filter((there) => there === here).length
    compared += straight.length * reversed.length
  }
  return {
    pairs,
    consistent: compared === 0 ? null : same / compared,
    prefersFirst: decided === 0 ? null : first / decided,
  }
}

/** -1 for the first output, 1 for the second, 0 for a draw, NaN for missing. */
function sideOf(preference: number): number {
  return preference === 0 ? 0 : Math.sign(preference - 1.5)
}
