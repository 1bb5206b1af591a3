import { Collector } from '../../core/index.js'
import type { Proposal } from '../../core/index.js'
import { Scope } from '../../util/index.js'
import { callSlot } from '../call-slot.js'
import { Panel, type Attempt } from '../panel.js'
import type { PlanSlot } from '../plan.js'
import { composeForProposer } from '../prompt/compose.js'
import type { Material } from '../prompt/material.js'
import type { Run } from '../run.js'
import { unusable } from '../usable.js'
import type { StageRunner } from './stage.js'

/** Longest proposal that is read; whoever sends more is cut off. About 50,000 tokens. */
const MAX_PROPOSAL_CHARACTERS = 200_000

/** Asks a panel in parallel. A slot that fails is dropped with its reason; the others go on. */
export const propose: StageRunner<'propose'> = async (run, stage, material) => {
  const panel = new Panel(run, stage, (slot, attempt) => ask(run, slot, { material, ...attempt }))
  return { proposals: await panel.gather(run.stageBudgetMs(stage.index)) }
}

async function ask(run: Run, slot: PlanSlot, context: Attempt & { material: Material }): Promise<Proposal> {
  const { material, model, copy } = context
  const { request, deviations } = composeForProposer({
    plan: run.plan,
    slot,
    model,
    request: run.request,
    material,
  })
  if (copy === 0) for (const deviation of deviations) run.degrade(deviation)
  // Only one of two copies can be watched.
  const live = run.options.liveProposals === true && copy === 0
  const startedAt = run.clock.now()
  const collector = new Collector()
  const scope = new Scope(context.scope)
  let length = 0
  try {
    await callSlot(
      run,
      {
        slot,
        model,
        request,
        // Nobody reads a proposal before it is finished, unless someone watches.
        delivery: live ? 'stream' : 'whole',
        scope,
        hedge: copy === 1,
      },
      (event) => {
        collector.add(event)
        if (event.type !== 'answer-delta') return undefined
        if (live) run.outlet.sendLive(slot.ref, event.text)
        length += event.text.length
        if (length > MAX_PROPOSAL_CHARACTERS) scope.abort()
        return undefined
      },
    )
  } catch (error) {
    if (length <= MAX_PROPOSAL_CHARACTERS || context.scope.aborted) throw error
  }
  return proposalOf(run, slot, { collector, startedAt, cut: length > MAX_PROPOSAL_CHARACTERS })
}

function proposalOf(
  run: Run,
  slot: PlanSlot,
  answer: { collector: Collector; startedAt: number; cut: boolean },
): Proposal {
  const { collector, startedAt, cut } = answer
  const result = cut ? collector.partial('length') : collector.result()
  const problem = unusable(result)
  if (problem) throw problem
  if (cut)
    run.degrade({
      code: 'deviation',
      message: `${slot.ref.name} wrote more than ${MAX_PROPOSAL_CHARACTERS} characters and was cut off there.`,
      slot: slot.ref,
    })
  return {
    slot: slot.ref,
    text: result.text.trim(),
    finishReason: result.finishReason,
    model: result.model,
    usage: result.usage,
    cost: result.cost,
    durationMs: run.clock.now() - startedAt,
  }
}
