import type { AnswerEvent, FinishReason, Result, Usage } from '../src/core/index.js'
import { Collector, MoaError, NO_COST, NO_USAGE } from '../src/core/index.js'
import { SseParser, type StreamEncoder } from '../src/wire/index.js'

/** One named server-sent event. */
export interface NamedEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Every event of a text, each with the name it goes by; comments are left out. */
export function namedEvents(text: string): NamedEvent[] {
  const events: NamedEvent[] = []
  const parser = new SseParser((data, name) => {
    events.push({ name, data: JSON.parse(data) as NamedEvent['data'] })
  })
  parser.feed(text)
  parser.end()
  return events
}

/** What a client gets of a whole answer. */
export function streamed(
  encoder: StreamEncoder,
  deltas: readonly AnswerEvent[],
  end: { readonly reason?: FinishReason; readonly usage?: Usage; readonly extension?: object } = {},
): NamedEvent[] {
  const { reason = 'stop', usage = NO_USAGE, extension } = end
  const begin = encoder.begin()
  const body = deltas.map((event) => encoder.event(event)).join('')
  const last = encoder.finish({ reason, usage, ...(extension && { extension: { ...extension } }) })
  return namedEvents(begin + body + last)
}

/** The answer that some deltas come to. */
export function resultOf(
  deltas: readonly AnswerEvent[],
  { reason = 'stop', usage = NO_USAGE }: { readonly reason?: FinishReason; readonly usage?: Usage } = {},
): Result {
  const collector = new Collector()
  collector.add({ type: 'answer-start', model: 'm' })
  for (const event of deltas) collector.add(event)
  collector.add({ type: 'finish', reason, usage, cost: NO_COST })
  return collector.result()
}

/** Shorthand for the events of an answer. */
export const say = (text: string): AnswerEvent => ({ type: 'answer-delta', text })
export const think = (text: string): AnswerEvent => ({ type: 'reasoning-delta', text })
export const refuse = (text: string): AnswerEvent => ({ type: 'refusal-delta', text })
export const call = (index: number, args: string, begin?: { id: string; name: string }): AnswerEvent => ({
  type: 'tool-call-delta',
  index,
  ...begin,
  arguments: args,
})

/** What a call throws, which has to be one of our own errors. */
export function failure(run: () => unknown): MoaError {
  try {
    run()
  } catch (error) {
    if (error instanceof MoaError) return error
    throw error
  }
  throw new TypeError('nothing was thrown')
}
