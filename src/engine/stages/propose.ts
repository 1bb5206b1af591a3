import { Collector, MoaError } from '../../core/index.js'
import type { CallRecord, ModelEvent, Proposal } from '../../core/index.js'
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

/** Why a call was hung up that sent more than anybody reads. */
const FLOODED = new MoaError('aborted', 'The proposal was longer than is read.')

/** Asks a panel in parallel. A slot that fails is dropped with its reason; the others go on. */
export const propose: StageRunner<'propose'> = async (run, stage, material) => {
  const panel = new Panel(run, stage, (slot, attempt) => ask(run, slot, { material, ...attempt }))
  return { proposals: await panel.gather(run.stageBudgetMs(stage.index)) }
}

function ask(run: Run, slot: PlanSlot, context: Attempt & { material: Material }): Promise<Proposal> {
  const { material, model, scope, copy } = context
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
  let length = 0
  const read = (event: ModelEvent): undefined => {
    collector.add(event)
    if (event.type !== 'answer-delta') return
    if (live) run.outlet.sendLive(slot.ref, event.text)
    length += event.text.length
    if (length > MAX_PROPOSAL_CHARACTERS) scope.abort(FLOODED)
  }
  // Nobody reads a proposal before it is finished, unless someone watches.
  const delivery = live ? 'stream' : 'whole'
  let replayed = false
  const done = (): Proposal => {
    const proposal = proposalOf(run, slot, { collector, startedAt, cut: length > MAX_PROPOSAL_CHARACTERS })
    // An answer that was there already says nothing of how long its model takes.
    if (!replayed) run.tools.latency.add(model.id, proposal.durationMs)
    return proposal
  }
  const onRecord = (record: CallRecord): void => void (replayed = record.replayedFrom !== undefined)
  return callSlot(run, { slot, model, request, delivery, scope, hedge: copy === 1, onRecord }, read).then(
    done,
    (error: unknown) => {
      if (scope.reason !== FLOODED) throw error
      return done()
    },
  )
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
