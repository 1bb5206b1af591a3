import { MoaError, NO_USAGE, costOf } from '../src/core/index.js'
import type { ChatRequest, Model, ModelEvent, StreamOptions } from '../src/core/index.js'
import { sleep, systemClock, type Clock } from '../src/util/index.js'

/** What a {@link scriptedModel} does with one call. */
export interface Script {
  readonly text?: string
  /** The text in pieces; wins over `text`. */
  readonly pieces?: readonly string[]
  /** Thrown before the first event, or after the pieces when there are any. */
  readonly error?: Error
  readonly delayMs?: number
  /** Other events, sent before the text. */
  readonly events?: readonly ModelEvent[]
  /** What the call books. Default 0.001. */
  readonly costUsd?: number
  readonly reason?: 'stop' | 'length' | 'content-filter' | 'tool-calls'
}

export interface ScriptedModel extends Model {
  readonly requests: ChatRequest[]
  readonly options: StreamOptions[]
  /** Calls whose stream is open right now. */
  open: number
}

/** A model that follows a script, for tests of what composes models. It keeps no books of its own. */
export function scriptedModel(
  id: string,
  script: (request: ChatRequest, call: number) => Script | string,
  clock: Clock = systemClock,
): ScriptedModel {
  const model: ScriptedModel = {
    id,
    requests: [],
    options: [],
    open: 0,
    async *stream(request, options) {
      model.requests.push(request)
      model.options.push(options)
      const given = script(request, model.requests.length)
      const step = typeof given === 'string' ? { text: given } : given
      model.open += 1
      try {
        options.signal.throwIfAborted()
        await sleep(step.delayMs ?? 0, options.signal, clock)
        if (step.error && !step.pieces) throw step.error
        for (const event of step.events ?? []) yield event
        yield { type: 'answer-start', model: id }
        for (const text of step.pieces ?? [step.text ?? '']) {
          options.signal.throwIfAborted()
          yield { type: 'answer-delta', text }
        }
        if (step.error) throw step.error
        yield {
          type: 'finish',
          reason: step.reason ?? 'stop',
          usage: { ...NO_USAGE, inputTokens: 10, outputTokens: 5 },
          cost: costOf(step.costUsd ?? 0.001),
        }
      } finally {
        model.open -= 1
      }
    },
  }
  return model
}

export const failing = (code: 'upstream_error' | 'rate_limited' | 'timeout' = 'upstream_error'): Script => ({
  error: new MoaError(code, `scripted ${code}`, { retryable: true }),
})
