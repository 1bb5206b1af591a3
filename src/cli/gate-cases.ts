import type { ModelEvent } from '../core/events.js'
import type { GateCase } from '../engine/gate-calibration.js'
import { runTape, type Recording } from '../record/index.js'

/** Runs of a recording from which a gate behind their first layer can be calibrated. */
export function gateCases(recording: Recording): { cases: GateCase[]; notes: string[] } {
  const cases: GateCase[] = []
  let stopped = 0
  for (const run of recording.runs) {
    const events = runTape(recording, run).events.map(([, event]) => event)
    if (events.some((event) => event.type === 'gate-end' && event.stopped)) stopped += 1
    else cases.push(...caseOf(events))
  }
  const notes =
    stopped === 0
      ? []
      : [
          `Runs stopped by their gate are left out, because nobody knows what going on would have brought: ${stopped}.`,
        ]
  return { cases, notes }
}

function caseOf(events: readonly ModelEvent[]): GateCase[] {
  const proposals: string[] = []
  let first: number | undefined
  let escalated = ''
  for (const event of events) {
    if (event.type === 'proposal-end') {
      first ??= event.proposal.slot.stage
      if (event.proposal.slot.stage === first) proposals.push(event.proposal.text)
    } else if (event.type === 'answer-delta') escalated += event.text
  }
  const finished = events.some((event) => event.type === 'finish' && event.reason === 'stop')
  return proposals.length >= 2 && finished && escalated.trim() !== '' ? [{ proposals, escalated }] : []
}
