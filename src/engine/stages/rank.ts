import type { Proposal } from '../../core/index.js'
import { consultChain, type Consulted } from '../consult.js'
import { asPeer, type PlanStageOf } from '../plan.js'
import type { Material } from '../prompt/material.js'
import type { Run } from '../run.js'
import type { StageRunner } from './stage.js'

/**
 * Orders the proposals: by one judge, or by the proposers among themselves without votes for their own. When no
 * judge gives a readable order the proposals stay as they are, disclosed as degraded.
 */
export const rank: StageRunner<'rank'> = async (run, stage, material) => {
  const { proposals } = material
  const scores = proposals.length < 2 ? [1] : await scoresOf(run, stage, material)
  if (scores === undefined) return material
  const order = proposals
    .map((proposal, index) => ({ proposal, score: scores[index] ?? 0 }))
    .sort((a, b) => b.score - a.score)
  const kept = order.slice(0, stage.keep ?? order.length)
  run.outlet.send({
    type: 'ranking-end',
    stage: stage.index,
    order: order.map(({ proposal, score }) => ({ slot: proposal.slot, score })),
    kept: kept.length,
  })
  return { ...material, proposals: kept.map(({ proposal }) => proposal), ranked: true }
}

async function scoresOf(
  run: Run,
  stage: PlanStageOf<'rank'>,
  material: Material,
): Promise<readonly number[] | undefined> {
  const budgetMs = run.stageBudgetMs(stage.index)
  const count = material.proposals.length
  if (stage.by === 'judge')
    return consultChain(run, stage.slots, {
      material,
      task: 'rank',
      budgetMs,
      read: (answer) => readScores(answer, count),
    })
  return peerScores(run, stage, { material, budgetMs })
}

/** Every proposer whose proposal is in the race ranks the others; the mean of the places it was given is its score. */
async function peerScores(
  run: Run,
  stage: PlanStageOf<'rank'>,
  ask: { material: Material; budgetMs: number | undefined },
): Promise<readonly number[] | undefined> {
  const { proposals } = ask.material
  const ballots = await Promise.all(
    proposals.map(async (own, index) => {
      // After a layer that failed as a whole the proposals are those of another panel.
      const proposer = run.plan.stages[own.slot.stage]?.slots[own.slot.index]
      if (proposer === undefined) return undefined
      const judge = asPeer(proposer, stage.index)
      const others = proposals.filter((_, other) => other !== index)
      return consultChain(run, [judge], {
        material: { proposals: others },
        task: 'rank',
        budgetMs: ask.budgetMs,
        read: (answer) => {
          const scores = readScores(answer, others.length)
          return scores && ballot(proposals, others, scores)
        },
      })
    }),
  )
  const cast = ballots.filter((scores) => scores !== undefined)
  if (cast.length === 0) return undefined
  return proposals.map((_, index) => mean(cast.flatMap((scores) => scores[index] ?? [])))
}

/** Scores of the others, spread over all proposals; the judge's own place stays empty. */
function ballot(
  all: readonly Proposal[],
  others: readonly Proposal[],
  scores: readonly number[],
): (number | undefined)[] {
  return all.map((proposal) => {
    const place = others.indexOf(proposal)
    return place === -1 ? undefined : scores[place]
  })
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * Borda scores from the last `RANKING:` line: 1 for the best, 0 for the last. Every proposal has to be named once;
 * anything else can't be read.
 */
function readScores({ result, order }: Consulted, count: number): readonly number[] | undefined {
  const line = [...result.text.matchAll(/RANKING\s*[:：]\s*([^\n]+)/gi)].at(-1)?.[1]
  if (line === undefined) return undefined
  const places = [...line.matchAll(/\d+/g)].map(([number]) => Number(number) - 1)
  if (places.length !== count || new Set(places).size !== count) return undefined
  const scores = new Array<number>(count)
  for (const [rank, place] of places.entries()) {
    const proposal = order[place]
    if (proposal === undefined) return undefined
    scores[proposal] = count === 1 ? 1 : 1 - rank / (count - 1)
  }
  return scores
}
