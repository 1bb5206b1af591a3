import { NO_USAGE } from '../core/index.js'
import type { CallRecord, Finish, ModelEvent } from '../core/index.js'

/** A finished answer as the cache keeps it. */
export interface CachedAnswer {
  /** The answer's events but the last, in the pieces they came in; a text alone is an `answer-delta`. */
  readonly events: readonly (string | ModelEvent)[]
  readonly reason: Finish['reason']
  readonly systemFingerprint?: string
  readonly provider: string
  /** The model's name at the provider. */
  readonly model: string
  /** What the answer cost when it was made, failed attempts included; `null` when that is unknown. */
  readonly costUsd: number | null
  /** When it was made: milliseconds since the epoch. */
  readonly madeAt: number
}

/**
 * Collects an answer while somebody else reads it. Only whole answers of upstreams are worth keeping: `stop` or
 * `tool-calls`, with something in them, and nothing but answer events.
 */
export class AnswerKeeper {
  readonly #events: (string | ModelEvent)[] = []
  #last: CallRecord | undefined
  #useful = false
  #plain = true

  call(record: CallRecord): void {
    this.#last = record
  }

  event(event: ModelEvent): void {
    switch (event.type) {
      case 'answer-delta':
        this.#useful ||= event.text.trim() !== ''
        this.#events.push(event.logprobs === undefined ? event.text : event)
        break
      case 'tool-call-delta':
        this.#useful = true
        this.#events.push(event)
        break
      case 'answer-start':
      case 'reasoning-delta':
      case 'refusal-delta':
        this.#events.push(event)
        break
      case 'finish':
        break
      default:
        this.#plain = false // A mixture: its parts are cached one by one.
    }
  }

  /** The answer to keep, or `undefined` for one that is not to be kept. */
  answer(finish: Finish, made: { readonly modelId: string; readonly at: number }): CachedAnswer | undefined {
    const whole = finish.reason === 'stop' || finish.reason === 'tool-calls'
    if (!whole || !this.#useful || !this.#plain) return undefined
    const [provider = '', ...name] = made.modelId.split('/')
    return {
      events: this.#events,
      reason: finish.reason,
      ...(finish.systemFingerprint !== undefined && { systemFingerprint: finish.systemFingerprint }),
      provider: this.#last?.provider ?? provider,
      model: this.#last?.model ?? name.join('/'),
      costUsd: finish.cost.usd,
      madeAt: made.at,
    }
  }
}

/** The events of a cached answer: all at once, in the pieces they came in, without tokens and cost. */
export function* replayCached(
  answer: CachedAnswer,
  options: { readonly at: number; readonly onCall: ((call: CallRecord) => void) | undefined },
): Generator<ModelEvent, void, undefined> {
  for (const event of answer.events)
    yield typeof event === 'string' ? { type: 'answer-delta', text: event } : event
  options.onCall?.(hitRecord(answer, options.at))
  yield {
    type: 'finish',
    reason: answer.reason,
    usage: NO_USAGE,
    cost: { usd: 0, unpricedCalls: 0 },
    ...(answer.systemFingerprint !== undefined && { systemFingerprint: answer.systemFingerprint }),
  }
}

/** The ledger's line for an answer that was there already: nobody was asked, nothing is billed. */
function hitRecord({ provider, model, reason }: CachedAnswer, startedAt: number): CallRecord {
  return {
    id: `call_${globalThis.crypto.randomUUID()}`,
    provider,
    model,
    attempt: 1,
    outcome: 'completed',
    finishReason: reason,
    usage: NO_USAGE,
    usageSource: 'none',
    costUsd: 0,
    startedAt,
    durationMs: 0,
    replayedFrom: 'cache',
  }
}
