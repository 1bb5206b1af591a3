import { MoaError, errorInfo, toMoaError } from '../../core/index.js'
import type { AnswerEvent, Finish, ModelEvent, Proposal } from '../../core/index.js'
import { callSlot } from '../call-slot.js'
import type { PlanSlot } from '../plan.js'
import { composeForAggregator } from '../prompt/compose.js'
import type { Run } from '../run.js'
import { unusable } from '../usable.js'
import type { StageRunner } from './stage.js'

/**
 * Writes the answer from the proposals and streams it. When an aggregator fails before its first character the
 * next of the chain takes over, and after the last one the first usable proposal is the answer. An answer that
 * breaks off later ends with reason `error`: what was sent stays, nothing is sent twice.
 */
export const synthesize: StageRunner = async (run, stage, proposals) => {
  if (proposals.length === 0 && run.plan.stages.length > 1)
    run.degrade({
      code: 'no-proposals',
      message: 'No proposer gave a usable answer; the aggregator answers on its own.',
    })
  let failure: MoaError | undefined
  for (const [index, slot] of stage.slots.entries()) {
    const answer = new Answer(run)
    try {
      run.finish(await write(run, slot, { proposals, answer }))
      return { answered: true }
    } catch (error) {
      if (run.signal.aborted) throw error
      failure = toMoaError(error)
      if (answer.begun) {
        breakOff(run, slot, failure)
        return { answered: true }
      }
      const next = stage.slots[index + 1]
      if (next) {
        const message = `Aggregator ${slot.ref.name} failed (${failure.message}); ${next.ref.name} takes over.`
        run.degrade({ code: 'aggregator-fallback', message, slot: slot.ref })
      }
    }
  }
  const [first] = proposals
  if (first === undefined) throw nothingUsable(run, failure)
  answerWith(run, first, failure)
  return { answered: true }
}

async function write(
  run: Run,
  slot: PlanSlot,
  { proposals, answer }: { proposals: readonly Proposal[]; answer: Answer },
): Promise<Finish> {
  const model = run.tools.model(slot)
  const { request, deviation } = composeForAggregator({
    plan: run.plan,
    slot,
    model,
    request: run.request,
    proposals,
  })
  if (deviation) run.degrade(deviation)
  const finish = await callSlot(
    {
      slot,
      model,
      request,
      delivery: run.options.delivery ?? 'stream',
      signal: run.signal,
      ledger: run.ledger,
      clock: run.clock,
    },
    (event) => answer.pass(event),
  )
  if (!answer.begun)
    throw unusable({ text: '', finishReason: finish.reason }) ?? new MoaError('empty_answer', 'Empty answer.')
  return finish
}

/** The answer on its way out. White space alone is not an answer yet; it is held back until something follows. */
class Answer {
  readonly #run: Run
  #held: AnswerEvent[] = []
  /** Set once something of the answer was sent: from then on nobody else can write it. */
  begun = false

  constructor(run: Run) {
    this.#run = run
  }

  pass(event: ModelEvent): Promise<void> | undefined {
    switch (event.type) {
      case 'answer-delta':
        if (this.begun) return this.#run.outlet.sendAnswer(event)
        if (event.text.trim() === '') this.#held.push(event)
        else return this.#begin(event)
        return undefined
      case 'answer-start':
        this.#held.unshift(event)
        return undefined
      case 'refusal-delta':
      case 'tool-call-delta':
        return this.begun ? this.#run.outlet.sendAnswer(event) : this.#begin(event)
      case 'reasoning-delta':
        return this.#run.outlet.sendAnswer(event)
      default:
        return undefined // The run's own finish comes later; progress of a recipe in this slot stays inside.
    }
  }

  #begin(event: AnswerEvent): Promise<void> | undefined {
    this.begun = true
    for (const held of this.#held) this.#run.outlet.send(held)
    this.#held = []
    return this.#run.outlet.sendAnswer(event)
  }
}

function breakOff(run: Run, slot: PlanSlot, error: MoaError): void {
  run.degrade({
    code: 'answer-broken-off',
    message: `The answer of ${slot.ref.name} broke off: ${error.message}`,
    slot: slot.ref,
  })
  run.finish({ reason: 'error' })
}

function answerWith(run: Run, proposal: Proposal, failure: MoaError | undefined): void {
  run.degrade({
    code: 'aggregator-fallback',
    message:
      `Every aggregator failed${failure === undefined ? '' : ` (${failure.message})`}; ` +
      `the answer is the proposal of ${proposal.slot.name} as it is.`,
    slot: proposal.slot,
  })
  run.outlet.send({ type: 'answer-start', model: proposal.model })
  run.outlet.send({ type: 'answer-delta', text: proposal.text })
  run.finish({ reason: proposal.finishReason })
}

function nothingUsable(run: Run, last: MoaError | undefined): MoaError {
  const calls = run.ledger.calls.map((call) => {
    const why = call.error?.message ?? call.finishReason ?? call.outcome
    return `${call.slot?.name ?? call.model}: ${why}`
  })
  return new MoaError(
    'all_failed',
    `No model of recipe "${run.plan.name}" gave a usable answer. ${calls.join(' | ')}`,
    { cause: last, retryable: last !== undefined && errorInfo(last).retryable === true },
  )
}
