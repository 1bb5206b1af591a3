import type { EventSink, ModelEvent, SlotRef } from '../core/index.js'
import { EventQueue } from '../util/index.js'

/** Unread events at which whoever writes the answer waits for the reader. */
const HIGH_WATER = 64

/**
 * Where a run's events leave. Progress is never refused: there are only so many events for each slot. Live text of a
 * proposal that has not been read yet grows instead of queueing up. Answer events make their writer wait while the
 * reader is slow. So memory stays bounded by the panel's width, however slow the reader.
 */
export class Outlet {
  readonly #queue: EventQueue<ModelEvent>
  readonly #unread = new Map<SlotRef, { text: string }>()
  #drained: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  /** @param onReturn called when the reader leaves before the end */
  constructor(onReturn: () => void) {
    this.#queue = new EventQueue<ModelEvent>({
      flow: { highWater: HIGH_WATER, pause: () => this.#hold(), resume: () => this.#release() },
      onReturn: () => {
        this.#release()
        onReturn()
      },
      onRead: (event) => {
        if (event.type === 'proposal-delta') this.#unread.delete(event.slot)
      },
    })
  }

  #hold(): void {
    let resolve = (): void => {}
    const promise = new Promise<void>((settle) => (resolve = settle))
    this.#drained = { promise, resolve }
  }

  #release(): void {
    this.#drained?.resolve()
    this.#drained = undefined
  }

  send(event: ModelEvent): void {
    this.#queue.push(event)
  }

  /** Like {@link send}; the promise, if there is one, resolves when the reader has caught up or left. */
  sendAnswer(event: ModelEvent): Promise<void> | undefined {
    this.#queue.push(event)
    return this.#drained?.promise
  }

  sendLive(slot: SlotRef, text: string): void {
    const unread = this.#unread.get(slot)
    if (unread) {
      unread.text += text
      return
    }
    const event = { type: 'proposal-delta' as const, slot, text }
    this.#unread.set(slot, event)
    this.#queue.push(event)
  }

  end(): void {
    this.#queue.end()
  }

  fail(error: unknown): void {
    this.#queue.fail(error)
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    return this.#queue.next()
  }

  deliver(sink: EventSink): Promise<void> {
    return this.#queue.deliver(sink)
  }

  return(): Promise<IteratorResult<ModelEvent>> {
    return this.#queue.return()
  }
}
