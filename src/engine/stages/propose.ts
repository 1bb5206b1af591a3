import { Collector, MoaError } from '../../core/index.js'
import type { CallRecord, ChatRequest, Model, ModelEvent, Proposal } from '../../core/index.js'
import type { Scope } from '../../util/index.js'
import { readSlot, type SlotCall, type SlotReader } from '../call-slot.js'
import { Panel, type Attempt, type Outcome } from '../panel.js'
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
export const propose: StageRunner<'propose'> = async (run, stage, before) => {
  const material: Material = { ...before, kept: {} }
  const panel = new Panel(run, stage, (attempt, outcome) => {
    let call: Proposing
    try {
      call = new Proposing(run, { attempt, outcome, material })
    } catch (error) {
      outcome.failed(attempt, error) // A request that could not be put together fails its slot only.
      return
    }
    readSlot(run, call, call)
  })
  return { proposals: await panel.gather(run.stageBudgetMs(stage.index)) }
}

/** One attempt at a proposal: the call, and what is read of it. */
class Proposing implements SlotCall, SlotReader {
  readonly slot: PlanSlot
  readonly model: Model
  readonly request: ChatRequest
  readonly delivery: 'stream' | 'whole'
  readonly scope: Scope
  readonly hedge: boolean
  readonly #run: Run
  readonly #attempt: Attempt
  readonly #outcome: Outcome
  readonly #startedAt: number
  readonly #collector = new Collector()
  #length = 0
  #replayed = false

  constructor(run: Run, { attempt, outcome, material }: Attempted) {
    const { model, scope, copy } = attempt
    const { slot } = attempt.turn
    const composed = composeForProposer({ plan: run.plan, slot, model, request: run.request, material })
    if (copy === 0) for (const deviation of composed.deviations) run.degrade(deviation)
    this.slot = slot
    this.model = model
    this.request = composed.request
    // Nobody reads a proposal before it is finished, unless someone watches; only one of two copies can be watched.
    this.delivery = run.options.liveProposals === true && copy === 0 ? 'stream' : 'whole'
    this.scope = scope
    this.hedge = copy === 1
    this.#run = run
    this.#attempt = attempt
    this.#outcome = outcome
    this.#startedAt = run.clock.now()
  }

  event(event: ModelEvent): undefined {
    this.#collector.add(event)
    if (event.type !== 'answer-delta') return
    if (this.delivery === 'stream') this.#run.outlet.sendLive(this.slot.ref, event.text)
    this.#length += event.text.length
    if (this.#length > MAX_PROPOSAL_CHARACTERS) this.scope.abort(FLOODED)
  }

  /** An answer that was there already says nothing of how long its model takes. */
  record({ replayedFrom }: CallRecord): void {
    this.#replayed = replayedFrom !== undefined
  }

  done(): void {
    let proposal: Proposal
    try {
      proposal = this.#proposal()
    } catch (error) {
      this.#outcome.failed(this.#attempt, error)
      return
    }
    if (!this.#replayed) this.#run.tools.latency.add(this.model.id, proposal.durationMs)
    this.#outcome.proposed(this.#attempt, proposal)
  }

  failed(error: unknown): void {
    if (this.scope.reason === FLOODED) this.done()
    else this.#outcome.failed(this.#attempt, error)
  }

  /** @throws {@link MoaError} when the answer is of no use */
  #proposal(): Proposal {
    const cut = this.#length > MAX_PROPOSAL_CHARACTERS
    const result = cut ? this.#collector.partial('length') : this.#collector.result()
    const problem = unusable(result)
    if (problem) throw problem
    const { ref } = this.slot
    if (cut)
      this.#run.degrade({
        code: 'deviation',
        message: `${ref.name} wrote more than ${MAX_PROPOSAL_CHARACTERS} characters and was cut off there.`,
        slot: ref,
      })
    return {
      slot: ref,
      text: result.text.trim(),
      finishReason: result.finishReason,
      model: result.model,
      usage: result.usage,
      cost: result.cost,
      durationMs: this.#run.clock.now() - this.#startedAt,
    }
  }
}

interface Attempted {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly material: Material
}
