import type { EvalDocument } from '../../../src/eval/report/document.js'

import type { Vote } from '../../../src/eval/report/served.js'

export type { Vote }

/** Votes by item and contestant. */
export type Votes = ReadonlyMap<string, Vote>

export const voteKey = (item: string, contestant: string): string => `${item}\t${contestant}`

/** Which side of even a judge or a person is on, as AlpacaEval counts: 0, ½ or 1. */
const SIDES: Readonly<Record<Vote, number>> = { worse: 0, tie: 0.5, better: 1 }

/** How far the judge agrees with the votes, in percent: 100 × (1 − mean difference of sides), over voted items. */
export function agreementWith(
  { items, measure: { even } }: EvalDocument,
  votes: Votes,
): { readonly percent: number; readonly votes: number } | undefined {
  if (even === undefined) return undefined
  const distances = items.flatMap((item) =>
    Object.entries(item.scores).flatMap(([contestant, score]) => {
      const vote = votes.get(voteKey(item.id, contestant))
      if (vote === undefined || score === null) return []
      const side = score > even ? 1 : score < even ? 0 : 0.5
      return [Math.abs(side - SIDES[vote])]
    }),
  )
  if (distances.length === 0) return undefined
  const mean = distances.reduce((total, distance) => total + distance, 0) / distances.length
  return { percent: 100 * (1 - mean), votes: distances.length }
}
