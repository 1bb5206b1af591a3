import type { ChatRequest } from '../../../core/request.js'
import { estimateRun } from '../../../engine/estimate.js'
import type { Plan, PlanStage } from '../../../engine/plan.js'
import type { Workspace } from '../../workspace/open.js'
import { modelsOf } from '../../workspace/priced-models.js'
import type { DiagramStage, RecipeOutline } from './types.js'

/** What the price estimate takes for granted: one question of usual length. */
const QUESTION: ChatRequest = {
  messages: [
    {
      role: 'user',
      content:
        'We are a team of six and want to move a web shop from one large server to several small ones without closing it. Which steps do you advise, in which order, and what usually goes wrong?',
    },
  ],
}

/** What a plan comes to, for pages. */
export async function outlineOf(workspace: Workspace, plan: Plan): Promise<RecipeOutline> {
  const models = await modelsOf(workspace, plan)
  const { calls: _, ...estimate } = estimateRun(plan, QUESTION, (address) => models.get(address))
  const { hash, mode, calls, depth } = plan
  return { hash, mode, calls, depth, stages: plan.stages.map(stageOf), estimate }
}

function stageOf(stage: PlanStage): DiagramStage {
  const chain = stage.kind !== 'propose' && !(stage.kind === 'rank' && stage.by === 'peers')
  return {
    kind: stage.kind,
    slots: stage.slots.map(({ ref }) => ({
      name: ref.name,
      model: ref.model,
      standby: chain && ref.index > 0,
    })),
  }
}
