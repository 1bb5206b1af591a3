import { createHash, randomUUID } from 'node:crypto'
import { Collector, wrapModel } from '../../core/index.js'
import type {
  CallRecord,
  ChatRequest,
  Finish,
  Model,
  ModelEvent,
  SlotRef,
  StreamOptions,
} from '../../core/index.js'
import { systemClock, type Clock } from '../../util/clock.js'
import { canonicalJson } from '../../util/hash.js'
import type { CallJournal, CallPlace, FinishedCall } from './calls.js'
import { labelsOf } from './item.js'

/**
 * A model whose finished calls are journaled before anybody sees their end, and given again instead of being made
 * again: after the process was killed, and when an item is tried once more. Wrapped around the upstreams of a mixture it
 * makes the mixture resume in mid-answer. Calls without labels of an item pass through.
 *
 * Replayed calls come at once, with the usage and cost they had and `replayedFrom: 'journal'` in their records.
 *
 * @param journal where finished calls are kept, or how to find it for models that are made before their run is known.
 */
export function journaled(
  model: Model,
  journal: CallJournal | (() => CallJournal),
  clock: Clock = systemClock,
): Model {
  return wrapModel(model, (request, options) => {
    const labels = labelsOf(request)
    if (labels === undefined) return model.stream(request, options)
    const place = { ...labels, key: callKey(model.id, request, options.slot) }
    const kept = typeof journal === 'function' ? journal() : journal
    return journaledStream({ model, journal: kept, place, clock }, request, options)
  })
}

/** What makes two calls the same. The same words in another slot of a recipe are another call. */
export function callKey(model: string, request: ChatRequest, slot: SlotRef | undefined): string {
  const { metadata: _, ...content } = request
  const place = slot && { stage: slot.stage, index: slot.index }
  return createHash('sha256')
    .update(canonicalJson({ model, place, content }))
    .digest('base64url')
    .slice(0, 27)
}

interface Journaling {
  readonly model: Model
  readonly journal: CallJournal
  readonly place: CallPlace
  readonly clock: Clock
}

async function* journaledStream(
  { model, journal, place, clock }: Journaling,
  request: ChatRequest,
  options: StreamOptions,
): AsyncGenerator<ModelEvent> {
  options.signal.throwIfAborted()
  const known = journal.take(place)
  if (known !== undefined) {
    yield* replay(known, options)
    return
  }
  const startedAt = clock.now()
  const calls: CallRecord[] = []
  const collector = new Collector()
  const onCall = (call: CallRecord): void => {
    calls.push(call)
    options.onCall?.(call)
  }
  for await (const event of model.stream(request, { ...options, onCall })) {
    collector.add(event)
    if (event.type === 'finish' && calls.length === 0)
      onCall(unreported(model, event, { startedAt, durationMs: clock.now() - startedAt }))
    if (event.type === 'finish' && event.reason !== 'error')
      journal.add(place, { result: kept(collector.result()), calls })
    yield event
  }
}

/** The record of a call that its model keeps no books of. */
function unreported(
  { id }: Model,
  { reason, usage, cost }: Finish,
  time: { readonly startedAt: number; readonly durationMs: number },
): CallRecord {
  const [provider = '', ...name] = id.split('/')
  return {
    id: `call_${randomUUID()}`,
    provider,
    model: name.join('/') || provider,
    attempt: 1,
    outcome: 'completed',
    finishReason: reason,
    usage,
    usageSource: 'reported',
    costUsd: cost.usd,
    ...time,
  }
}

function kept(result: FinishedCall['result']): FinishedCall['result'] {
  const { model, text, reasoning, refusal, toolCalls, logprobs, finishReason, usage, cost } = result
  return {
    model,
    text,
    reasoning,
    refusal,
    toolCalls,
    logprobs,
    finishReason,
    usage,
    cost,
    ...(result.id !== undefined && { id: result.id }),
    ...(result.systemFingerprint !== undefined && { systemFingerprint: result.systemFingerprint }),
  }
}

function* replay({ result, calls }: FinishedCall, options: StreamOptions): Generator<ModelEvent> {
  const { id, model, text, reasoning, refusal, toolCalls, logprobs, finishReason, usage, cost } = result
  yield { type: 'answer-start', model, ...(id !== undefined && { id }) }
  if (reasoning !== '') yield { type: 'reasoning-delta', text: reasoning }
  if (refusal !== '') yield { type: 'refusal-delta', text: refusal }
  if (text !== '' || logprobs.length > 0)
    yield { type: 'answer-delta', text, ...(logprobs.length > 0 && { logprobs }) }
  for (const [index, call] of toolCalls.entries()) yield { type: 'tool-call-delta', index, ...call }
  for (const call of calls) options.onCall?.({ ...call, replayedFrom: 'journal' })
  yield {
    type: 'finish',
    reason: finishReason,
    usage,
    cost,
    ...(result.systemFingerprint !== undefined && { systemFingerprint: result.systemFingerprint }),
  }
}
