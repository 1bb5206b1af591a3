import type { CallRecord } from '../core/call.js'
import { toMoaError } from '../core/errors.js'
import type { Finish, ModelEvent } from '../core/events.js'
import type { ChatRequest } from '../core/request.js'
import type { Display } from './display/display.js'
import type { Selection } from './select.js'
import type { Shell } from './shell.js'

/** How an answer is shown. */
export interface AnswerFlags {
  readonly showProposals?: boolean
  readonly json?: boolean
  readonly jsonl?: boolean
  readonly quiet?: boolean
}

export interface AnswerRun {
  readonly shell: Shell
  readonly selection: Selection
  readonly request: ChatRequest
  readonly flags: AnswerFlags
  /** Default the shell's. */
  readonly signal?: AbortSignal
  /** Milliseconds of any origin, for the times that are shown. Default real time. */
  readonly now?: () => number
  /** Also told of every event. */
  readonly onEvent?: (event: ModelEvent) => void
}

/** Asks and shows the answer while it comes. The first call is on its way before the display is even loaded. */
export async function runAnswer(run: AnswerRun): Promise<Finish> {
  const { shell, selection, request, signal = shell.signal } = run
  const liveProposals = wantsLiveProposals(run)
  // A mixture tells of its calls among its events; a single model only tells whoever listens.
  const settled: CallRecord[] = []
  const onCall = (call: CallRecord): void => void (selection.plan === undefined && settled.push(call))
  const events = selection.model.stream(request, { signal, liveProposals, onCall })[Symbol.asyncIterator]()
  const first = events.next()
  // Until the display is there nobody else looks at it.
  first.catch(() => {})
  const display = await makeDisplay(run)
  let finish: Finish | undefined
  const tell = async (event: ModelEvent): Promise<void> => {
    run.onEvent?.(event)
    await display.add(event)
  }
  try {
    for (let step = await first; step.done !== true; step = await events.next()) {
      for (const call of settled.splice(0)) await tell({ type: 'call-settled', call })
      if (step.value.type === 'finish') finish = step.value
      await tell(step.value)
    }
    await display.end()
  } catch (error) {
    await events.return?.()
    await display.fail(toMoaError(error))
    throw error
  }
  return finish as Finish
}

/** Whether anybody sees proposals while they are written. */
function wantsLiveProposals({ shell: { stdout, stderr }, flags }: AnswerRun): boolean {
  if (flags.jsonl === true) return flags.showProposals === true
  return stderr.live && flags.quiet !== true && !(flags.json === true && stdout.live)
}

async function makeDisplay({
  shell,
  selection,
  flags,
  now = () => performance.now(),
}: AnswerRun): Promise<Display> {
  const { json = false, jsonl = false, quiet = false, showProposals = false } = flags
  if (json || jsonl) {
    const { JsonDisplay, JsonlDisplay } = await import('./display/json.js')
    const output = json ? new JsonDisplay(shell, selection, now) : new JsonlDisplay(shell, selection)
    if (quiet || !shell.stderr.live || shell.stdout.live) return output
    const { WithProgress } = await import('./display/with-progress.js')
    return new WithProgress(output, shell.stderr, { model: selection.name, now })
  }
  const { humanDisplay } = await import('./display/human.js')
  return humanDisplay({ shell, selection, quiet, showProposals, now })
}

/** The exit code of a finished answer: one that broke off is only a part. */
export function exitOf(finish: Finish): number {
  return finish.reason === 'error' ? 3 : 0
}
