import type { ChatRequest, Model, Proposal, SlotRef } from '../core/index.js'
import { NO_COST, NO_USAGE } from '../core/index.js'
import { windows, type Plan, type PlanSlot, type PlanStage } from './plan.js'
import { composeForAggregator, composeForProposer, composeForReader } from './prompt/compose.js'
import type { ComposeInput, Composed } from './prompt/compose.js'
import { NO_MATERIAL, type Material } from './prompt/material.js'

/** What one slot would be sent. */
export interface ExplainedCall {
  readonly slot: SlotRef
  readonly kind: PlanStage['kind']
  readonly request: ChatRequest
  /** Takes over only when the ones before it fail. */
  readonly standby: boolean
  /** Slots whose answers stand in it as placeholders; empty when the request is exact. */
  readonly shown: readonly SlotRef[]
  /** How often such a request is sent: once for each step of an aggregator with a window. */
  readonly times: number
}

/**
 * The exact requests a run would send, without sending any. Answers that don't exist yet are placeholders; an
 * aggregator with a window is shown its first step.
 *
 * @param model finds a slot's model for what it can take; return `undefined` when it is not known
 */
export function explain(
  plan: Plan,
  request: ChatRequest,
  model: (address: string) => Model | undefined,
): ExplainedCall[] {
  const calls: ExplainedCall[] = []
  let material: Material = NO_MATERIAL
  for (const stage of plan.stages) {
    const isChain = stage.kind !== 'propose' && !(stage.kind === 'rank' && stage.by === 'peers')
    for (const slot of stage.slots) {
      const found = model(slot.slot.model) ?? unknownModel(slot)
      const input = { plan, slot, model: found, request, material: shownTo(stage, slot, material) }
      calls.push({
        slot: slot.ref,
        kind: stage.kind,
        request: composeFor(stage.kind, input).request,
        standby: isChain && slot.ref.index > 0,
        shown: input.material.proposals.map((proposal) => proposal.slot),
        times: stage.kind === 'synthesize' ? windows(material.proposals.length, stage.window).length : 1,
      })
    }
    if (stage.kind === 'propose') material = { proposals: stage.slots.map(placeholder) }
    else if (stage.kind === 'critique') material = { ...material, review: '‹the critic’s review›' }
  }
  return calls
}

/** The part of the material one slot sees. */
function shownTo(stage: PlanStage, slot: PlanSlot, material: Material): Material {
  if (stage.kind === 'rank' && stage.by === 'peers')
    return { proposals: material.proposals.filter((proposal) => proposal.slot.index !== slot.ref.index) }
  if (stage.kind === 'synthesize' && stage.window !== undefined)
    return { ...material, proposals: material.proposals.slice(0, stage.window) }
  return material
}

function composeFor(kind: PlanStage['kind'], input: ComposeInput): Composed {
  switch (kind) {
    case 'rank':
      return composeForReader(input, 'rank')
    case 'critique':
      return composeForReader(input, 'critique')
    case 'propose':
      return composeForProposer(input)
    case 'synthesize':
    case 'vote':
    case 'gate':
    case 'pick':
      return composeForAggregator(input)
  }
}

/** What stands for an answer that does not exist yet. */
export function placeholderText(slot: SlotRef): string {
  return `‹answer of ${slot.name}, stage ${slot.stage + 1}›`
}

function placeholder(slot: PlanSlot): Proposal {
  return {
    slot: slot.ref,
    text: placeholderText(slot.ref),
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
