import type { EventReader, ModelEvent, SlotRef } from '../core/index.js'
import { EventQueue, type QueueOwner } from '../util/index.js'

/** Unread events at which whoever writes the answer waits for the reader. */
const HIGH_WATER = 64

/**
 * Where a run's events leave. Progress is never refused: there are only so many events for each slot. Live text of a
 * proposal that has not been read yet grows instead of queueing up. Answer events make their writer wait while the
 * reader is slow. So memory stays bounded by the panel's width, however slow the reader.
 */
export class Outlet implements QueueOwner<ModelEvent> {
  readonly highWater = HIGH_WATER
  readonly #queue = new EventQueue<ModelEvent>(this)
  readonly #onLeft: () => void
  /** Live text nobody has read yet. Made when the first comes. */
  #unread: Map<SlotRef, { text: string }> | undefined
  #drained: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  /** @param onLeft called when the reader leaves before the end */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft
  }

  /** For the queue alone. */
  pause(): void {
    let resolve = (): void => {}
    const promise = new Promise<void>((settle) => (resolve = settle))
    this.#drained = { promise, resolve }
  }

  /** For the queue alone. */
  resume(): void {
    this.#drained?.resolve()
    this.#drained = undefined
  }

  /** For the queue alone. */
  left(): void {
    this.resume()
    this.#onLeft()
  }

  /** For the queue alone. */
  taken(event: ModelEvent): void {
    if (event.type === 'proposal-delta') this.#unread?.delete(event.slot)
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
    const unread = this.#unread?.get(slot)
    if (unread) {
      unread.text += text
      return
    }
    const event = { type: 'proposal-delta' as const, slot, text }
    ;(this.#unread ??= new Map()).set(slot, event)
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

  read(reader: EventReader): void {
    this.#queue.read(reader)
  }

  return(): Promise<IteratorResult<ModelEvent>> {
    return this.#queue.return()
  }
}
