import { consultChain } from '../consult.js'
import type { StageRunner } from './stage.js'

/** Has a critic review the proposals for whoever reads them next. Without a review the run goes on as it is. */
export const critique: StageRunner<'critique'> = async (run, stage, material) => {
  if (material.proposals.length === 0) return material
  const review = await consultChain(run, stage.slots, {
    material,
    task: 'critique',
    budgetMs: run.stageBudgetMs(stage.index),
    read: ({ slot, result }) => ({ slot: slot.ref, text: result.text.trim() }),
  })
  if (review === undefined) return material
  run.outlet.send({ type: 'review-end', ...review })
  return { ...material, review: review.text }
}
