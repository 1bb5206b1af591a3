import type { ChatRequest, Model, Proposal, SlotRef } from '../core/index.js'
import { NO_COST, NO_USAGE } from '../core/index.js'
import type { Plan, PlanSlot } from './plan.js'
import { composeForAggregator, composeForProposer } from './prompt/compose.js'

/** What one slot would be sent. */
export interface ExplainedCall {
  readonly slot: SlotRef
  readonly kind: 'propose' | 'synthesize'
  readonly request: ChatRequest
  /** Takes over only when the ones before it fail. */
  readonly standby: boolean
  /** False when the text of earlier answers stands in it as a placeholder. */
  readonly exact: boolean
}

/**
 * The exact requests a run would send, without sending any. Answers that don't exist yet are placeholders.
 *
 * @param model finds a slot's model for what it can take; return `undefined` when it is not known
 */
export function explain(
  plan: Plan,
  request: ChatRequest,
  model: (address: string) => Model | undefined,
): ExplainedCall[] {
  const calls: ExplainedCall[] = []
  let proposals: readonly Proposal[] = []
  for (const [index, stage] of plan.stages.entries()) {
    for (const slot of stage.slots) {
      const input = { plan, slot, model: model(slot.slot.model) ?? unknownModel(slot), request, proposals }
      const composed = stage.kind === 'synthesize' ? composeForAggregator(input) : composeForProposer(input)
      calls.push({
        slot: slot.ref,
        kind: stage.kind,
        request: composed.request,
        standby: stage.kind === 'synthesize' && slot.ref.index > 0,
        exact: index === 0,
      })
    }
    proposals = stage.slots.map(placeholder)
  }
  return calls
}

function placeholder(slot: PlanSlot): Proposal {
  return {
    slot: slot.ref,
    text: `‹answer of ${slot.ref.name}, stage ${slot.ref.stage + 1}›`,
    finishReason: 'stop',
    model: slot.slot.model,
    usage: NO_USAGE,
    cost: NO_COST,
    durationMs: 0,
  }
}

const unknownModel = (slot: PlanSlot): Model => ({
  id: slot.slot.model,
  stream: () => {
    throw new TypeError('a model that is only explained answers nothing')
  },
})
