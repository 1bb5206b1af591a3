import type { CallRecord, ChatRequest, ModelEvent } from '../../core/index.js'
import { checkAllowed } from '../access/admission.js'
import type { RecipeChanges, Target } from '../catalog.js'
import { checkReady, runJob, runOrder, type Job } from '../run/answer-request.js'
import { readMoaOptions } from '../run/moa-field.js'
import type { RunOutcome } from '../run/run.js'
import { chatReply, chatSurface, type Reply } from '../run/surface.js'
import type { UiRequest } from './services.js'
import { StopSink } from './stop-sink.js'

/** One answer that a page has asked for. */
export interface PageRun {
  /** Resolves when it has ended; rejects when there can be none. */
  readonly done: Promise<RunOutcome>
  stop(): void
}

/** Told of what a run does. */
export interface PageWatch {
  readonly answer?: (event: ModelEvent) => void
  readonly call?: (call: CallRecord) => void
}

/** A request for something that stands under no name: a recipe as one page has changed it. */
export interface PageOrder {
  /** What it is booked under; the key has to allow it. */
  readonly name: string
  /** What was changed in it, which the key has to allow too. */
  readonly changes?: RecipeChanges
  readonly target: Target
  readonly request: ChatRequest
}

type Asking = Pick<UiRequest, 'gateway' | 'visit'>

/**
 * Asks for an answer in the name of whoever looks at a page: through the same gates as requests of the API. It goes on
 * whether the page stays or not.
 *
 * @param body a chat-completions request
 * @throws {@link MoaError} `overloaded`, `shutting_down`
 */
export function startPageRun(asking: Asking, body: unknown, watch: PageWatch = {}): PageRun {
  return start(asking, watch, (job) => runJob(job, body))
}

/**
 * Like {@link startPageRun}, for something that stands under no name.
 *
 * @throws {@link MoaError} `overloaded`, `shutting_down`, `forbidden`
 */
export function startPageOrder(asking: Asking, order: PageOrder, watch: PageWatch = {}): PageRun {
  const { name: model, changes, target, request } = order
  checkAllowed(asking.visit.key, model, changes)
  const options = readMoaOptions(undefined, asking.gateway.settings)
  const decoded = { model, stream: true, ignored: [] }
  const reply = (created: number): Reply => chatReply({ model, includeUsage: false }, created)
  return start(asking, watch, (job) => runOrder(job, { decoded, options, request, target }, { reply }))
}

function start(
  { gateway, visit }: Asking,
  watch: PageWatch,
  run: (job: Job) => Promise<RunOutcome>,
): PageRun {
  checkReady(gateway)
  const sink = new StopSink()
  const watcher = {
    event() {},
    answer: (event: ModelEvent) => watch.answer?.(event),
    call: (call: CallRecord) => watch.call?.(call),
    end() {},
  }
  return { done: run({ gateway, visit, surface: chatSurface, sink, watcher }), stop: () => sink.stop() }
}
