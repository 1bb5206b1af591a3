import { Collector, errorInfo } from '../../core/index.js'
import type { Proposal, Result } from '../../core/index.js'
import { callSlot } from '../call-slot.js'
import type { PlanSlot } from '../plan.js'
import { composeForProposer } from '../prompt/compose.js'
import type { Run } from '../run.js'
import { unusable } from '../usable.js'
import type { StageRunner } from './stage.js'

/** Asks a panel in parallel. A slot that fails is dropped with its reason; the others go on. */
export const propose: StageRunner = async (run, stage, before) => {
  // Also when the run is aborted every call is waited for, so that all of them are in the ledger.
  const turns = await Promise.allSettled(stage.slots.map((slot) => turn(run, slot, before)))
  run.signal.throwIfAborted()
  const proposals: Proposal[] = []
  for (const result of turns) {
    if (result.status === 'rejected') throw result.reason
    if (result.value) proposals.push(result.value)
  }
  return { proposals }
}

/** One proposer's turn: its proposal, or nothing when it failed. Throws only when the run is over. */
async function turn(run: Run, slot: PlanSlot, before: readonly Proposal[]): Promise<Proposal | undefined> {
  const startedAt = run.clock.now()
  run.outlet.send({ type: 'proposal-start', slot: slot.ref })
  try {
    const result = await ask(run, slot, before)
    const problem = unusable(result)
    if (problem) throw problem
    const proposal: Proposal = {
      slot: slot.ref,
      text: result.text.trim(),
      finishReason: result.finishReason,
      model: result.model,
      usage: result.usage,
      cost: result.cost,
      durationMs: run.clock.now() - startedAt,
    }
    run.outlet.send({ type: 'proposal-end', proposal })
    return proposal
  } catch (error) {
    if (run.signal.aborted) throw error
    const info = errorInfo(error)
    run.outlet.send({
      type: 'proposal-failed',
      slot: slot.ref,
      error: info,
      durationMs: run.clock.now() - startedAt,
    })
    run.degrade({ code: 'proposer-failed', message: `${slot.ref.name}: ${info.message}`, slot: slot.ref })
    return undefined
  }
}

async function ask(run: Run, slot: PlanSlot, proposals: readonly Proposal[]): Promise<Result> {
  const model = run.tools.model(slot)
  const { request, deviation } = composeForProposer({
    plan: run.plan,
    slot,
    model,
    request: run.request,
    proposals,
  })
  if (deviation) run.degrade(deviation)
  const live = run.options.liveProposals === true
  const collector = new Collector()
  await callSlot(
    {
      slot,
      model,
      request,
      // Nobody reads a proposal before it is finished, unless someone watches.
      delivery: live ? 'stream' : 'whole',
      signal: run.signal,
      ledger: run.ledger,
      clock: run.clock,
    },
    (event) => {
      collector.add(event)
      if (live && event.type === 'answer-delta') run.outlet.sendLive(slot.ref, event.text)
      return undefined
    },
  )
  return collector.result()
}
