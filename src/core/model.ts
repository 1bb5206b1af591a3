import type { CallRecord, SlotRef } from './call.js'
import type { ModelEvent } from './events.js'
import type { ChatRequest } from './request.js'
import type { Price } from './usage.js'

/** What becomes of answers that are kept: asked anew and kept in place of the old one, or left alone altogether. */
export type CacheUse = 'refresh' | 'skip'

export interface StreamOptions {
  /** Aborting closes every upstream call and makes the stream throw the signal's reason. */
  readonly signal: AbortSignal
  /**
   * The call itself, for models that are {@link Model.scoped}: it ends with `signal` or before it. A signal of its own
   * for each of thousands of calls costs more memory than all else that is kept of them.
   */
  readonly scope?: CallScope
  /**
   * `stream` (default): text arrives as the model writes it. `whole`: the caller only needs the finished text,
   * so the model may fetch it in one piece, which costs about half the CPU time.
   */
  readonly delivery?: 'stream' | 'whole'
  /** Mixtures only: send the proposals' text while it is being written. Default false. */
  readonly liveProposals?: boolean
  /** The run this call belongs to; a mixture hands its own on to every call it makes. */
  readonly runId?: string
  /** The place of a recipe this call is made for; tells repeated samples of one model apart. */
  readonly slot?: SlotRef
  /** Where a cache stands before the model; a mixture hands it on. Default: what is kept is used. */
  readonly cache?: CacheUse
  /**
   * Told of every upstream call once, when it ends, in whatever way it ends, before the stream's `finish` or
   * error. Called synchronously; must not throw.
   */
  readonly onCall?: (call: CallRecord) => void
  /** What the run this call belongs to may still spend; a mixture holds its own calls against it, too. */
  readonly allowance?: Allowance
}

/** Money that calls under way share. */
export interface Allowance {
  /**
   * Sets aside what a call may cost.
   *
   * @returns gives it back when the call has ended
   * @throws {@link MoaError} `budget` when it is more than is left, or when the model's price is unknown
   */
  reserve(model: Model, request: ChatRequest): () => void
}

/** Work that can be called off, as far as a model needs to know; `Scope` of util is one. */
export interface CallScope {
  readonly aborted: boolean
  readonly reason: unknown
  /** Calls back once when the work is called off, or at once when it is already. */
  onAbort(callback: () => void): void
  /** Takes an `onAbort` back. */
  forget(callback: () => void): void
}

/** Takes an event; a promise makes the model wait until it resolves. */
export type EventSink = (event: ModelEvent) => Promise<void> | undefined

/** Takes the events of one answer, in order, and then hears of its end, once. */
export interface EventReader {
  /**
   * A promise makes the model wait until it resolves. When this throws or the promise rejects, the stream is closed and
   * `fail` hears of it.
   */
  event(event: ModelEvent): Promise<void> | undefined
  /** Must not throw. */
  end(): void
  /** Must not throw. */
  fail(error: unknown): void
}

/**
 * The events of one answer: read it once, with `for await`, {@link deliver} or {@link readEvents}.
 */
export interface EventStream extends AsyncIterable<ModelEvent> {
  /** Optional faster way to read: see {@link readEvents}. Never throws; may call the reader at once. */
  read?(reader: EventReader): void
}

/**
 * Hands every event of a stream to a reader. The same as a `for await` loop, but a stream that can do it without a
 * promise for each event, and without one that waits for the end, does so.
 */
export function readEvents(events: EventStream, reader: EventReader): void {
  if (events.read) {
    events.read(reader)
    return
  }
  iterate(events, (event) => reader.event(event)).then(
    () => reader.end(),
    (error: unknown) => reader.fail(error),
  )
}

/**
 * Hands every event of a stream to a sink, in order. The same as a `for await` loop that awaits the sink, but a
 * stream that can do it without a promise for each event does so.
 *
 * @throws what the stream throws, or what the sink throws or rejects with, after the stream was closed
 */
export function deliver(events: EventStream, sink: EventSink): Promise<void> {
  return new Promise((end, fail) => readEvents(events, { event: sink, end, fail }))
}

async function iterate(events: AsyncIterable<ModelEvent>, sink: EventSink): Promise<void> {
  for await (const event of events) {
    const wait = sink(event)
    if (wait) await wait
  }
}

/**
 * Anything that answers a chat request: one LLM at a provider, a simulated one, a wrapper around another model,
 * a whole mixture.
 *
 * `stream` starts nothing before the first `next()`. It yields exactly one terminal `finish` event as its last
 * event, or throws: a {@link MoaError} when the model fails, `signal.reason` when aborted. Leaving the loop early
 * closes every upstream call.
 */
export interface Model {
  /** `provider/model`, or a recipe's name. */
  readonly id: string
  /** What the model is known to accept; absent fields are unknown. */
  readonly capabilities?: ModelCapabilities
  /** What a call costs; absent when unknown, and for mixtures, whose price depends on the run. */
  readonly price?: Price
  /** Every upstream call is told to `onCall`: one that was not told was not made. */
  readonly keepsBooks?: true
  /** Ends with `options.scope` where one is given, and looks at `options.signal` only where none is. */
  readonly scoped?: true
  stream(request: ChatRequest, options: StreamOptions): EventStream
}

export interface ModelCapabilities {
  /** Prompt and answer together, in tokens. */
  readonly contextTokens?: number
  /** The prompt alone, where it is limited further. */
  readonly promptTokens?: number
  readonly images?: boolean
  readonly files?: boolean
  readonly tools?: boolean
  /** Continues a trailing assistant message instead of refusing it. */
  readonly prefill?: boolean
}

/**
 * A model that answers in another way but is the same in everything else: for wrappers.
 *
 * @param options.passesScope the wrapper hands `options.scope` on, so it is {@link Model.scoped} if its model is
 */
export function wrapModel(
  model: Model,
  stream: Model['stream'],
  { passesScope = false }: { readonly passesScope?: boolean } = {},
): Model {
  return {
    id: model.id,
    ...(model.capabilities && { capabilities: model.capabilities }),
    ...(model.price && { price: model.price }),
    ...(model.keepsBooks && { keepsBooks: model.keepsBooks }),
    ...(passesScope && model.scoped && { scoped: model.scoped }),
    stream,
  }
}

/** The same options with another `onCall`. Field by field: copying and then adding takes V8 a microsecond. */
export function withOnCall(options: StreamOptions, onCall: (call: CallRecord) => void): StreamOptions {
  const { signal, scope, delivery, liveProposals, runId, slot, cache, allowance } = options
  const copy = { signal, scope, delivery, liveProposals, runId, slot, cache, onCall, allowance }
  return copy satisfies { [Key in keyof Required<StreamOptions>]: unknown } as StreamOptions
}

/** A stream that fails when it is read, for models that know at once that they have no answer. */
export function failedStream(error: unknown): EventStream {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) }
}
