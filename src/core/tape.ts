import { abortInfo, errorInfo, MoaError, type ErrorInfo } from './errors.js'
import type { CallRecord } from './call.js'
import type { ModelEvent } from './events.js'
import type { EventStream, StreamOptions } from './model.js'
import { watched, type StreamEnd } from './watched.js'

/** Everything one call of a model gave, with its timing: can be kept as JSON and played again. */
export interface Tape {
  /** Milliseconds since the call began, and what came then. */
  readonly events: readonly (readonly [number, ModelEvent])[]
  /** How the call failed; absent when its last event is `finish`. */
  readonly error?: ErrorInfo
  /** Set when the caller hung up: the tape ends there without a failure of the model. */
  readonly hungUp?: true
  /** Milliseconds since the call began when it ended. */
  readonly endMs: number
  /** The upstream calls behind it, retries one by one. */
  readonly calls: readonly CallRecord[]
}

/** Time, as far as tapes need it; `Clock` of util fits. */
export interface TapeClock {
  now(): number
  after(ms: number, callback: () => void): () => void
}

/**
 * Reads a stream for somebody else while taping it.
 *
 * @param start makes the stream with options whose `onCall` also reaches the tape
 * @param onTape gets the tape when the stream has ended in any way; must not throw
 */
export function taped(
  start: (options: StreamOptions) => EventStream,
  options: StreamOptions,
  tools: { readonly clock: Pick<TapeClock, 'now'>; readonly onTape: (tape: Tape) => void },
): EventStream {
  const { clock, onTape } = tools
  const events: [number, ModelEvent][] = []
  const calls: CallRecord[] = []
  let startedAt = 0
  const open = (): EventStream =>
    start({
      ...options,
      onCall(call) {
        calls.push(call)
        options.onCall?.(call)
      },
    })
  return watched(open, {
    start: () => (startedAt = clock.now()),
    event: (event) => void events.push([clock.now() - startedAt, event]),
    end: (end) => onTape({ events, ...endingOf(end, options.signal), endMs: clock.now() - startedAt, calls }),
  })
}

function endingOf(end: StreamEnd, signal: AbortSignal): Pick<Tape, 'error' | 'hungUp'> {
  switch (end.how) {
    case 'finished':
      return {}
    case 'left':
      return { hungUp: true }
    case 'failed':
      return signal.aborted ? { error: abortInfo(end.error), hungUp: true } : { error: errorInfo(end.error) }
  }
}

export interface PlayOptions extends StreamOptions {
  readonly clock: TapeClock
  /** 1 plays in real time (default), 2 twice as fast, `Infinity` at once. */
  readonly speed?: number
  /** How the calls are marked in the ledger. */
  readonly replayedFrom: NonNullable<CallRecord['replayedFrom']>
  /** Nothing was billed now: the ledger gets the calls without tokens and price. Default false. */
  readonly free?: boolean
}

/**
 * Plays a tape as if the model answered again: same events, same timing or faster, same failure.
 *
 * A tape that ends because its caller hung up fails with `incomplete_stream`: what would have followed is unknown.
 */
export async function* play(tape: Tape, options: PlayOptions): AsyncGenerator<ModelEvent, void, undefined> {
  const { clock, signal, speed = 1 } = options
  const startedAt = clock.now()
  let settled = false
  const settle = (): void => {
    if (settled) return
    settled = true
    for (const call of tape.calls) options.onCall?.(replayed(call, options, startedAt))
  }
  const until = async (ms: number): Promise<void> => {
    const wait = speed === Infinity ? 0 : ms / speed - (clock.now() - startedAt)
    if (wait > 0) await pause(wait, clock, signal)
    if (signal.aborted) throw signal.reason
  }
  try {
    for (const [ms, event] of tape.events) {
      await until(ms)
      if (event.type === 'finish') settle()
      yield event
    }
    if (tape.error === undefined && tape.hungUp !== true) return
    await until(tape.endMs)
    settle()
    throw tape.hungUp === true
      ? new MoaError(
          'incomplete_stream',
          'The recorded call was cut off by its caller; nothing more is known of it.',
        )
      : new MoaError(tape.error?.code ?? 'internal', tape.error?.message ?? 'Unknown failure.', tape.error)
  } finally {
    settle()
  }
}

function replayed(call: CallRecord, options: PlayOptions, startedAt: number): CallRecord {
  const marked: CallRecord = { ...call, replayedFrom: options.replayedFrom, startedAt }
  if (options.free !== true) return marked
  const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 }
  return { ...marked, usage, usageSource: 'none', costUsd: 0 }
}

function pause(ms: number, clock: TapeClock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel()
      reject(signal.reason)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
