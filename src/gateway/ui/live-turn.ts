import type { ModelEvent } from '../../core/index.js'
import { systemClock, type Clock } from '../../util/index.js'
import type { Turn, TurnMessage, TurnState } from './conversation.js'
import { addToView, type RunView } from './run-view.js'
import type { EventWriter } from './services.js'

/** How long events are gathered before they are sent: two frames of a screen. */
const GATHER_MS = 32

type Delta = Extract<ModelEvent, { type: 'answer-delta' | 'reasoning-delta' | 'proposal-delta' }>

interface Watcher {
  readonly writer: EventWriter
  /** It is slow: it gets no events until it has caught up, and then everything anew. */
  behind: boolean
}

/**
 * A turn whose answer is being written. It belongs to the gateway, not to the page that asked: any number of pages may
 * watch it, leave, and come back.
 */
export class LiveTurn {
  readonly #turn: Turn
  readonly #view: RunView
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #watchers = new Set<Watcher>()
  #pending: [number, ModelEvent][] = []
  /** Deltas of the pending events that can still grow, by where they come from. */
  readonly #growing = new Map<string, { event: Delta; text: string; index: number }>()
  #cancelFlush: (() => void) | undefined
  #ended: Extract<TurnMessage, { type: 'end' }> | undefined

  constructor(turn: Turn, clock: Clock = systemClock) {
    this.#turn = turn
    this.#view = turn.view
    this.#clock = clock
    this.#startedAt = clock.now()
  }

  /** As it is now. */
  get turn(): Turn {
    return this.#turn
  }

  add(event: ModelEvent): void {
    const at = Math.round(this.#clock.now() - this.#startedAt)
    addToView(this.#view, event, at)
    if (this.#watchers.size === 0) return
    this.#gather(event, at)
    this.#cancelFlush ??= this.#clock.after(GATHER_MS, () => this.#flush())
  }

  /** Sends everything so far, and from then on what happens. */
  watch(writer: EventWriter): void {
    // What is pending is in the snapshot already.
    this.#flush()
    const watcher: Watcher = { writer, behind: false }
    this.#watchers.add(watcher)
    writer.onGone(() => this.#watchers.delete(watcher))
    this.#send(watcher, this.#snapshot())
    if (this.#ended) this.#finish(watcher, JSON.stringify(this.#ended))
  }

  /** Tells everybody how it ended. */
  end(state: TurnState, error: Turn['error']): void {
    this.#flush()
    this.#ended = { type: 'end', state, ...(error && { error }) }
    const text = JSON.stringify(this.#ended)
    for (const watcher of this.#watchers) if (!watcher.behind) this.#finish(watcher, text)
  }

  #gather(event: ModelEvent, at: number): void {
    const source = sourceOf(event)
    if (source === undefined) {
      // What follows belongs behind this event.
      this.#settle()
      this.#pending.push([at, event])
      return
    }
    const growing = this.#growing.get(source)
    if (growing) growing.text += (event as Delta).text
    else {
      this.#growing.set(source, {
        event: event as Delta,
        text: (event as Delta).text,
        index: this.#pending.length,
      })
      this.#pending.push([at, event])
    }
  }

  /** Writes grown deltas into the list of pending events. */
  #settle(): void {
    for (const { event, text, index } of this.#growing.values()) {
      const entry = this.#pending[index]
      if (entry) entry[1] = Object.assign({}, event, { text })
    }
    this.#growing.clear()
  }

  #flush(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    if (this.#pending.length === 0) return
    this.#settle()
    const text = JSON.stringify({ type: 'events', events: this.#pending } satisfies TurnMessage)
    this.#pending = []
    for (const watcher of this.#watchers) if (!watcher.behind) this.#send(watcher, text)
  }

  #send(watcher: Watcher, text: string): void {
    const wait = watcher.writer.send(text)
    if (wait === undefined) return
    watcher.behind = true
    void wait.then(() => {
      watcher.behind = false
      if (!this.#watchers.has(watcher)) return
      this.#send(watcher, this.#snapshot())
      if (this.#ended) this.#finish(watcher, JSON.stringify(this.#ended))
    })
  }

  #finish(watcher: Watcher, text: string): void {
    this.#watchers.delete(watcher)
    void watcher.writer.send(text)
    watcher.writer.end()
  }

  #snapshot(): string {
    if (this.#ended === undefined) this.#view.elapsedMs = Math.round(this.#clock.now() - this.#startedAt)
    return JSON.stringify({ type: 'snapshot', turn: this.#turn } satisfies TurnMessage)
  }
}

/** What a piece of text belongs to; pieces of one source may be joined. */
function sourceOf(event: ModelEvent): string | undefined {
  switch (event.type) {
    case 'answer-delta':
    case 'reasoning-delta':
      return event.type
    case 'proposal-delta':
      return `${event.slot.stage}.${event.slot.index}`
    default:
      return undefined
  }
}
