import type { CallLine, RecordLine, Recording, RunLine } from '../../../record/index.js'
import type { Records, Store } from '../../../store/index.js'
import type { CallText } from './types.js'

const LIMITS = { maxBytes: 64 * 1024 * 1024, maxCount: 1000, maxAgeMs: 30 * 24 * 60 * 60 * 1000 }
const WRITES_PER_PRUNE = 50
/** Runs under way that are remembered; a run that never ends must not stay forever. */
const MOST_OPEN = 5_000

type Kept = Omit<Recording, 'warnings'>
type Draft = { -readonly [Field in keyof Kept]: Kept[Field][number][] }

/** What was asked and answered in runs, call by call: enough to answer a run anew from its proposals. */
export class RunTexts {
  readonly #records: Records<Kept>
  readonly #open = new Map<string, Draft>()
  #writes = 0

  constructor(store: Store) {
    this.#records = store.records('ui-run-texts')
  }

  add(line: RecordLine): void {
    if (line.type === 'recording' || line.run === undefined) return
    if (line.type === 'run') this.#begin(line)
    const draft = this.#open.get(line.run)
    if (draft === undefined) return
    switch (line.type) {
      case 'run':
        draft.runs.push(line)
        break
      case 'events':
        draft.events.push(line)
        break
      case 'call':
        draft.calls.push(line)
        break
      case 'end':
        draft.ends.push(line)
        this.#keep(line.run, draft)
    }
  }

  /** The recording of one run, if it is kept. */
  recording(id: string): { readonly recording: Recording; readonly run: RunLine } | undefined {
    const kept = this.#records.get(id)
    const run = kept?.runs[0]
    return kept && run && { recording: { ...kept, warnings: [] }, run }
  }

  #begin(line: RunLine): void {
    if (this.#open.size >= MOST_OPEN) this.#open.delete(this.#open.keys().next().value as string)
    this.#open.set(line.run, { runs: [], events: [], calls: [], ends: [] })
  }

  #keep(id: string, draft: Draft): void {
    this.#open.delete(id)
    this.#records.set(id, draft)
    this.#writes += 1
    if (this.#writes % WRITES_PER_PRUNE === 1) this.#records.prune(LIMITS)
  }
}

/** A call in words: what it was sent, what came. */
export function callText({ slot, model, request, tape }: CallLine): CallText {
  let answer = ''
  let reasoning = ''
  for (const [, event] of tape.events) {
    if (event.type === 'answer-delta' || event.type === 'refusal-delta') answer += event.text
    if (event.type === 'reasoning-delta') reasoning += event.text
  }
  const problem = tape.error?.message
  return {
    ...(slot && { slot }),
    model,
    request,
    answer,
    reasoning,
    ...(problem !== undefined && { problem }),
  }
}
