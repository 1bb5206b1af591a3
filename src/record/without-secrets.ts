import type { ModelEvent } from '../core/index.js'
import type { RecordLine } from './format.js'

/** Takes secrets out of a text that may be JSON. */
export type Redact = (text: string) => string

type TimedEvents = readonly (readonly [number, ModelEvent])[]

/** A line as text without secrets, those included that an answer spells out piece by piece. */
export function lineText(line: RecordLine, redact: Redact): string {
  return redact(JSON.stringify(withoutSpelledOut(line, redact)))
}

function withoutSpelledOut(line: RecordLine, redact: Redact): RecordLine {
  if (line.type === 'events') return { ...line, events: joinedWhereSecret(line.events, redact) }
  if (line.type !== 'call') return line
  return { ...line, tape: { ...line.tape, events: joinedWhereSecret(line.tape.events, redact) } }
}

/** Pieces that only together hold a secret become one; all others stay as they came. */
function joinedWhereSecret(events: TimedEvents, redact: Redact): TimedEvents {
  const texts = new Map<string, string>()
  for (const [, event] of events) {
    if (isPiece(event)) texts.set(event.type, (texts.get(event.type) ?? '') + event.text)
  }
  const clean = new Map<string, string>()
  for (const [type, text] of texts) if (redact(text) !== text) clean.set(type, redact(text))
  if (clean.size === 0) return events
  return events.map(([ms, event]) => {
    const text = isPiece(event) ? clean.get(event.type) : undefined
    if (text === undefined) return [ms, event] as const
    clean.set(event.type, '')
    return [ms, { ...event, text } as ModelEvent] as const
  })
}

type Piece = Extract<ModelEvent, { type: 'answer-delta' | 'reasoning-delta' | 'refusal-delta' }>

const isPiece = (event: ModelEvent): event is Piece =>
  event.type === 'answer-delta' || event.type === 'reasoning-delta' || event.type === 'refusal-delta'
