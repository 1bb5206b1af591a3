import type { CallRecord } from './call.js'
import { MoaError, type ErrorInfo } from './errors.js'
import type { Degradation, Finish, FinishReason, ModelEvent, Proposal, TokenLogprob } from './events.js'
import type { SlotRef } from './call.js'
import type { ToolCall } from './message.js'
import { deliver, type EventStream } from './model.js'
import { NO_COST, NO_USAGE, type Cost, type Usage } from './usage.js'

/** A finished answer with everything that led to it. The last four lists are empty outside a mixture. */
export interface Result {
  /** Upstream id of the answer. */
  readonly id?: string
  /** The model that wrote the answer, as its upstream names it. */
  readonly model: string
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly toolCalls: readonly ToolCall[]
  readonly logprobs: readonly TokenLogprob[]
  readonly finishReason: FinishReason
  readonly usage: Usage
  readonly cost: Cost
  readonly systemFingerprint?: string
  readonly degraded: readonly Degradation[]
  readonly proposals: readonly Proposal[]
  readonly failures: readonly SlotFailure[]
  readonly calls: readonly CallRecord[]
}

/** A slot whose answer did not make it into the run. */
export interface SlotFailure {
  readonly slot: SlotRef
  /** Why it failed; absent for a slot that was dropped while still working. */
  readonly error?: ErrorInfo
  /** Why it was dropped. */
  readonly dropped?: string
}

/**
 * Folds a stream into a {@link Result}.
 *
 * @throws whatever the stream throws; {@link MoaError} `incomplete_stream` when it ends without `finish`.
 */
export async function collect(events: EventStream): Promise<Result> {
  const collector = new Collector()
  await deliver(events, (event) => collector.add(event))
  return collector.result()
}

/** {@link collect} one event at a time, for callers that also look at the events. */
export class Collector {
  #id: string | undefined
  #model = ''
  #text = ''
  #reasoning = ''
  #refusal = ''
  // Most answers have none of these, so their lists are made when the first comes.
  #toolCalls: { id: string; name: string; arguments: string }[] | undefined
  #logprobs: TokenLogprob[] | undefined
  #proposals: Proposal[] | undefined
  #failures: SlotFailure[] | undefined
  #calls: CallRecord[] | undefined
  #finish: Finish | undefined

  /** @returns nothing, so that it can serve as a sink */
  add(event: ModelEvent): undefined {
    switch (event.type) {
      case 'answer-start':
        this.#id = event.id
        this.#model = event.model
        break
      case 'answer-delta':
        this.#text += event.text
        if (event.logprobs) (this.#logprobs ??= []).push(...event.logprobs)
        break
      case 'reasoning-delta':
        this.#reasoning += event.text
        break
      case 'refusal-delta':
        this.#refusal += event.text
        break
      case 'tool-call-delta': {
        const call = ((this.#toolCalls ??= [])[event.index] ??= { id: '', name: '', arguments: '' })
        if (event.id !== undefined) call.id = event.id
        if (event.name !== undefined) call.name += event.name
        call.arguments += event.arguments
        break
      }
      case 'proposal-end':
        ;(this.#proposals ??= []).push(event.proposal)
        break
      case 'proposal-failed':
        ;(this.#failures ??= []).push({ slot: event.slot, error: event.error })
        break
      case 'proposal-dropped':
        ;(this.#failures ??= []).push({ slot: event.slot, dropped: event.reason })
        break
      case 'call-settled':
        ;(this.#calls ??= []).push(event.call)
        break
      case 'finish':
        this.#finish = event
        break
      case 'run-start':
      case 'stage-start':
      case 'proposal-start':
      case 'proposal-delta':
      case 'ranking-end':
      case 'vote-end':
      case 'gate-end':
      case 'review-end':
      case 'stage-end':
      case 'degraded':
        break
    }
  }

  /** @throws {@link MoaError} `incomplete_stream` before the `finish` event has been added. */
  result(): Result {
    if (this.#finish === undefined)
      throw new MoaError('incomplete_stream', 'The answer ended without a finish event; it may be cut short.')
    return this.#fold(this.#finish)
  }

  /** What has come so far, for callers that stopped reading; the bill of such an answer is not known here. */
  partial(finishReason: FinishReason): Result {
    return this.#fold(
      this.#finish ?? { type: 'finish', reason: finishReason, usage: NO_USAGE, cost: NO_COST },
    )
  }

  #fold(finish: Finish): Result {
    const id = this.#id
    const { systemFingerprint } = finish
    return {
      model: this.#model,
      text: this.#text,
      reasoning: this.#reasoning,
      refusal: this.#refusal,
      // Indices an upstream left out would be holes.
      toolCalls: this.#toolCalls?.filter(() => true) ?? NONE,
      logprobs: this.#logprobs ?? NONE,
      finishReason: finish.reason,
      usage: finish.usage,
      cost: finish.cost,
      degraded: finish.degraded ?? NONE,
      proposals: this.#proposals ?? NONE,
      failures: this.#failures ?? NONE,
      calls: this.#calls ?? NONE,
      // Last, because a literal that begins with a spread takes V8 microseconds.
      ...(id !== undefined && { id }),
      ...(systemFingerprint !== undefined && { systemFingerprint }),
    }
  }
}

const NONE: readonly never[] = Object.freeze([])
