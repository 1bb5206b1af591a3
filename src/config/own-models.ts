import type { OwnModels } from '../engine/shipped.js'

/** A provider's models to begin with, best first, as `provider/model`. */
export type Candidates = readonly (readonly string[])[]

/** Proposers in `moa` when nobody chose: as many as the paper uses. */
const MOST_PROPOSERS = 6

/**
 * Chooses models when nobody did: the best of each provider, then the second of each, and so on, up to six. The
 * first of all writes the answer.
 *
 * @param candidates one list for each provider, the preferred provider first
 * @returns nothing when there is no candidate
 */
export function chooseModels(candidates: Candidates): OwnModels | undefined {
  const deepest = Math.max(0, ...candidates.map((models) => models.length))
  const ranked: string[] = []
  for (let rank = 0; rank < deepest; rank += 1)
    for (const models of candidates) {
      const model = models[rank]
      if (model !== undefined && !ranked.includes(model)) ranked.push(model)
    }
  const proposers = ranked.slice(0, MOST_PROPOSERS)
  const [aggregator] = proposers
  return aggregator === undefined ? undefined : { proposers, aggregator }
}
