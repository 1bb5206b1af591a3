import type { CallRecord, ModelEvent } from '../../core/index.js'
import { checkReady, runJob } from '../run/answer-request.js'
import type { RunOutcome } from '../run/run.js'
import { chatSurface } from '../run/surface.js'
import type { UiRequest } from './services.js'
import { StopSink } from './stop-sink.js'

/** One answer that a page has asked for. */
export interface PageRun {
  /** Resolves when it has ended; rejects when there can be none. */
  readonly done: Promise<RunOutcome>
  stop(): void
}

/**
 * Asks for an answer in the name of whoever looks at a page: through the same gates as requests of the API. It goes on
 * whether the page stays or not.
 *
 * @param body a chat-completions request
 * @throws {@link MoaError} `overloaded`, `shutting_down`
 */
export function startPageRun(
  { gateway, visit }: Pick<UiRequest, 'gateway' | 'visit'>,
  body: unknown,
  watch: { readonly answer?: (event: ModelEvent) => void; readonly call?: (call: CallRecord) => void } = {},
): PageRun {
  checkReady(gateway)
  const sink = new StopSink()
  const watcher = {
    event() {},
    answer: (event: ModelEvent) => watch.answer?.(event),
    call: (call: CallRecord) => watch.call?.(call),
    end() {},
  }
  return {
    done: runJob({ gateway, visit, surface: chatSurface, sink, watcher }, body),
    stop: () => sink.stop(),
  }
}
