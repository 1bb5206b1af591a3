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
  const live = options.liveProposals === true && start !== undefined
  const events = live ? withLiveText(told, liveText(calls, { run, start })) : told
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

/** A piece of a proposal, and when it came. */
interface LivePiece {
  readonly ms: number
  readonly slot: SlotRef
  readonly text: string
}

/** What proposers wrote, piece by piece, from their own calls. */
function liveText(
  calls: readonly CallLine[],
  { run, start }: { readonly run: RunLine; readonly start: RunStart },
): LivePiece[] {
  const proposing = ({ stage, index, model }: SlotRef): boolean =>
    start.stages[stage]?.kind === 'propose' && start.stages[stage]?.slots[index]?.model === model
  return calls.flatMap(({ at, slot, tape }) =>
    slot === undefined || !proposing(slot)
      ? []
      : tape.events.flatMap(([ms, event]): LivePiece[] =>
          event.type === 'answer-delta' ? [{ ms: at - run.at + ms, slot, text: event.text }] : [],
        ),
  )
}

const slotOf = ({ stage, index }: SlotRef): string => `${stage}.${index}`

/**
 * Puts what proposers wrote where it belongs. A call begins a little before its run tells of it and ends a little
 * before its proposal does, so each piece is kept between the two.
 */
function withLiveText(told: readonly TimedEvent[], live: readonly LivePiece[]): TimedEvent[] {
  const merged: TimedEvent[] = []
  const open = new Set<string>()
  let waiting = [...live].sort((a, b) => a.ms - b.ms)
  for (const [ms, event] of told) {
    const ended = endedSlot(event)
    const due = waiting.filter((piece) => {
      const slot = slotOf(piece.slot)
      return open.has(slot) && (piece.ms <= ms || slot === ended)
    })
    for (const piece of due) {
      const { slot, text } = piece
      const at = Math.min(ms, Math.max(piece.ms, merged.at(-1)?.[0] ?? 0))
      merged.push([at, { type: 'proposal-delta', slot, text }])
    }
    if (due.length > 0) waiting = waiting.filter((piece) => !due.includes(piece))
    if (event.type === 'proposal-start') open.add(slotOf(event.slot))
    if (ended !== undefined) open.delete(ended)
    merged.push([ms, event])
  }
  return merged
}

function endedSlot(event: ModelEvent): string | undefined {
  if (event.type === 'proposal-end') return slotOf(event.proposal.slot)
  if (event.type === 'proposal-failed' || event.type === 'proposal-dropped') return slotOf(event.slot)
  return undefined
}
