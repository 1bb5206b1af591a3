import { Collector, MoaError, toMoaError } from '../../core/index.js'
import type { ChatRequest, EventSink, Finish, Model, Proposal } from '../../core/index.js'
import { Scope, estimateTokens } from '../../util/index.js'
import { Answer, answerWith, lastResort, nothingUsable } from '../answer.js'
import { callSlot } from '../call-slot.js'
import { countdown } from '../consult.js'
import { windows, type PlanSlot, type PlanStageOf } from '../plan.js'
import { composeForAggregator } from '../prompt/compose.js'
import type { Material } from '../prompt/material.js'
import type { Run } from '../run.js'
import { unusable } from '../usable.js'
import { needsWriter } from '../writer-only.js'
import type { StageRunner } from './stage.js'

/**
 * Writes the answer from the proposals and streams it. When an aggregator fails before its first character the
 * next of the chain takes over, and after the last one the best proposal is the answer, unless a format or a call was asked for. An answer that breaks off
 * later is continued by a model that can go on from given text; when there is none it ends with reason `error`:
 * what was sent stays, nothing is sent twice.
 */
export const synthesize: StageRunner<'synthesize'> = async (run, stage, material) => {
  if (material.proposals.length === 0 && run.plan.stages.length > 1)
    run.degrade({
      code: 'no-proposals',
      message: 'No proposer gave a usable answer; the aggregator answers on its own.',
    })
  const condensed = await condense(run, stage, material)
  const answer = new Answer(run)
  let failure: MoaError | undefined
  for (const [index, slot] of stage.slots.entries()) {
    try {
      run.finish(await write(run, slot, { material: condensed, answer }))
      return { answered: true }
    } catch (error) {
      if (run.scope.aborted) throw error
      failure = toMoaError(error)
      if (answer.begun) {
        await goOn(run, { stage, failed: slot, failure, answer, material: condensed })
        return { answered: true }
      }
      answer.reset()
      run.failures.push({ slot: slot.ref, reason: failure.message })
      if (failure.code === 'deadline') break
      const next = stage.slots[index + 1]
      if (next) {
        const message = `Aggregator ${slot.ref.name} failed (${failure.message}); ${next.ref.name} takes over.`
        run.degrade({ code: 'aggregator-fallback', message, slot: slot.ref })
      }
    }
  }
  const proposal = needsWriter(run.request) ? undefined : lastResort(condensed)
  if (proposal === undefined) {
    if (failure?.code === 'deadline' || failure?.code === 'budget') throw failure
    throw nothingUsable(run, failure)
  }
  const why = failure === undefined ? '' : ` (${failure.message})`
  run.degrade({
    code: failure?.code === 'deadline' || failure?.code === 'budget' ? failure.code : 'aggregator-fallback',
    message: `No aggregator could answer${why}; the answer is the proposal of ${proposal.slot.name} as it is.`,
    slot: proposal.slot,
  })
  answerWith(run, proposal)
  return { answered: true }
}

interface WriteInput {
  readonly material: Material
  readonly answer: Answer
  /** Text to go on from. */
  readonly prefill?: string
}

/** One aggregator writes the answer. Throws when it gives none. */
async function write(run: Run, slot: PlanSlot, { material, answer, prefill }: WriteInput): Promise<Finish> {
  const model = run.tools.model(slot)
  const { request, deviations } = composeForAggregator({
    plan: run.plan,
    slot,
    model,
    request: run.request,
    material,
  })
  if (prefill === undefined) for (const deviation of deviations) run.degrade(deviation)
  const asked = prefill === undefined ? request : goingOn(request, prefill)
  const finish = await callWithin(run, { slot, model, request: asked, whole: false }, (event) =>
    answer.pass(event),
  )
  if (!answer.begun)
    throw unusable({ text: '', finishReason: finish.reason }) ?? new MoaError('empty_answer', 'Empty answer.')
  return finish
}

/** The same request, to be answered from some text on. What is written already counts against its token limit. */
function goingOn(request: ChatRequest, prefill: string): ChatRequest {
  const { maxTokens } = request
  return {
    ...request,
    messages: [...request.messages, { role: 'assistant', content: prefill }],
    ...(maxTokens !== undefined && { maxTokens: Math.max(1, maxTokens - estimateTokens(prefill)) }),
  }
}

/** A call that ends when the deadline does. */
async function callWithin(
  run: Run,
  call: { slot: PlanSlot; model: Model; request: ChatRequest; whole: boolean; budgetMs?: number | undefined },
  sink: EventSink,
): Promise<Finish> {
  const budgetMs = call.budgetMs ?? run.remainingMs()
  const scope = new Scope(run.scope)
  const cancel =
    budgetMs === undefined
      ? undefined
      : run.clock.after(budgetMs, () =>
          scope.abort(
            new MoaError('deadline', `${call.slot.ref.name} had not finished when the deadline came.`),
          ),
        )
  try {
    return await callSlot(
      run,
      {
        slot: call.slot,
        model: call.model,
        request: call.request,
        delivery: call.whole ? 'whole' : (run.options.delivery ?? 'stream'),
        scope,
      },
      sink,
    )
  } finally {
    cancel?.()
  }
}

interface Broken {
  readonly stage: PlanStageOf<'synthesize'>
  readonly failed: PlanSlot
  readonly failure: MoaError
  readonly answer: Answer
  readonly material: Material
}

/** The answer broke off after it had begun: continue it, or end it honestly. */
async function goOn(run: Run, broken: Broken): Promise<void> {
  const { stage, failed, answer, material } = broken
  let { failure } = broken
  if (failure.code !== 'deadline' && answer.continuable !== undefined) {
    const later = stage.slots.slice(stage.slots.indexOf(failed) + 1)
    const able = [...later, failed].filter((slot) => run.tools.model(slot).capabilities?.prefill === true)
    for (const slot of able) {
      run.degrade({
        code: 'answer-continued',
        message: `The answer of ${failed.ref.name} broke off (${failure.message}); ${slot.ref.name} continues it.`,
        slot: failed.ref,
      })
      try {
        run.finish(await write(run, slot, { material, answer, prefill: answer.resume() }))
        return
      } catch (error) {
        if (run.scope.aborted) throw error
        failure = toMoaError(error)
        if (failure.code === 'deadline') break
      }
    }
  }
  const late = failure.code === 'deadline'
  run.degrade({
    code: late ? 'deadline' : 'answer-broken-off',
    message: `The answer of ${failed.ref.name} broke off: ${failure.message}`,
    slot: failed.ref,
  })
  run.finish({ reason: late ? 'length' : 'error' })
}

/** Lets the aggregator read the proposals window by window until the rest fits into one. */
async function condense(run: Run, stage: PlanStageOf<'synthesize'>, material: Material): Promise<Material> {
  const steps = windows(material.proposals.length, stage.window)
  if (steps.length === 1) return material
  const queue = [...material.proposals]
  let best: Proposal | undefined
  for (const [step, take] of steps.slice(0, -1).entries()) {
    const shown: Proposal[] = [...(best ? [best] : []), ...queue.splice(0, take)]
    const remaining = run.remainingMs()
    const budgetMs = remaining === undefined ? undefined : remaining / (steps.length - step)
    best = await improve(run, stage.slots, { material: { ...material, proposals: shown }, budgetMs })
  }
  return { ...material, proposals: [...(best ? [best] : []), ...queue], ranked: true }
}

/** A whole answer made of the proposals shown; the best of them when every aggregator fails. */
async function improve(
  run: Run,
  slots: readonly PlanSlot[],
  { material, budgetMs }: { material: Material; budgetMs: number | undefined },
): Promise<Proposal | undefined> {
  const timeLeft = countdown(run.clock, budgetMs)
  for (const slot of slots) {
    const startedAt = run.clock.now()
    try {
      const model = run.tools.model(slot)
      const { request, deviations } = composeForAggregator({
        plan: run.plan,
        slot,
        model,
        request: plain(run.request),
        material,
      })
      for (const deviation of deviations) run.degrade(deviation)
      const collector = new Collector()
      await callWithin(run, { slot, model, request, whole: true, budgetMs: timeLeft() }, (event) =>
        collector.add(event),
      )
      const result = collector.result()
      const problem = unusable(result)
      if (problem) throw problem
      const { finishReason, usage, cost } = result
      const durationMs = run.clock.now() - startedAt
      const text = result.text.trim()
      return { slot: slot.ref, text, finishReason, model: result.model, usage, cost, durationMs }
    } catch (error) {
      if (run.scope.aborted) throw error
      const message = `A window of proposals could not be condensed by ${slot.ref.name}: ${toMoaError(error).message}`
      run.degrade({ code: 'aggregator-fallback', message, slot: slot.ref })
    }
  }
  return lastResort(material)
}

/** Intermediate answers are prose: tools and formats are for the final one. */
function plain(request: ChatRequest): ChatRequest {
  const {
    tools: _,
    toolChoice: __,
    parallelToolCalls: ___,
    responseFormat: ____,
    topLogprobs: _____,
    ...rest
  } = request
  return rest
}
