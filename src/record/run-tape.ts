import type { ErrorInfo, ModelEvent, RunStart, SlotRef, Tape } from '../core/index.js'
import type { CallLine, RunLine } from './format.js'
import type { Recording } from './reader.js'

type TimedEvent = readonly [number, ModelEvent]

/** What a run that was stopped in mid-recording ends with. */
const CUT_OFF: ErrorInfo = {
  code: 'incomplete_stream',
  message: 'The recording ends before the answer does.',
}

/**
 * A whole run as it was seen: its events with their timing and its end. It depends on nothing but the file, so it plays
 * the same in every version of the package.
 *
 * @param options.liveProposals also the text of proposals while they were written. Default false.
 */
export function runTape(
  recording: Recording,
  run: RunLine,
  options: { readonly liveProposals?: boolean } = {},
): Tape {
  const ofRun = ({ run: id }: { readonly run?: string }): boolean => id === run.run
  const calls = recording.calls.filter(ofRun)
  const end = recording.ends.find(ofRun)
  const told = recording.events.filter(ofRun).flatMap(({ events }) => events.map(asReplayed))
  const start = told.map(([, event]) => event).find((event) => event.type === 'run-start')
  const live = options.liveProposals === true && start ? liveText(calls, { run, start }) : []
  const events = [...told, ...live].sort(([a], [b]) => a - b)
  const error = end === undefined ? CUT_OFF : end.error
  return {
    events,
    ...(error && { error }),
    endMs: end?.durationMs ?? events.at(-1)?.[0] ?? 0,
    // A mixture tells of its calls itself, a single model does not.
    calls: start
      ? told.flatMap(([, event]) => (event.type === 'call-settled' ? [event.call] : []))
      : calls.flatMap(({ tape }) => tape.calls),
  }
}

function asReplayed([ms, event]: TimedEvent): TimedEvent {
  if (event.type !== 'call-settled') return [ms, event]
  return [ms, { ...event, call: { ...event.call, replayedFrom: 'recording' } }]
}

/** What proposers wrote, piece by piece, from their own calls. */
function liveText(
  calls: readonly CallLine[],
  { run, start }: { readonly run: RunLine; readonly start: RunStart },
): TimedEvent[] {
  const proposing = ({ stage, index, model }: SlotRef): boolean =>
    start.stages[stage]?.kind === 'propose' && start.stages[stage]?.slots[index]?.model === model
  return calls.flatMap(({ at, slot, tape }) =>
    slot === undefined || !proposing(slot)
      ? []
      : tape.events.flatMap(([ms, event]): TimedEvent[] =>
          event.type === 'answer-delta'
            ? [[at - run.at + ms, { type: 'proposal-delta', slot, text: event.text }]]
            : [],
        ),
  )
}
