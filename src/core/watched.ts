import type { ModelEvent } from './events.js'
import { readEvents, type EventStream } from './model.js'

/** How a stream ended for its reader. */
export type StreamEnd =
  /** All of it was read, its `finish` event at least. */
  | { readonly how: 'finished' }
  | { readonly how: 'failed'; readonly error: unknown }
  /** The reader went away in mid-answer. */
  | { readonly how: 'left' }

/** Looks on while somebody else reads a stream. Must not throw. */
export interface StreamWatcher {
  /** The reader begins to read. */
  start?(): void
  event(event: ModelEvent): void
  /** Called once, when the stream is over for its reader. */
  end(end: StreamEnd): void
}

/**
 * The same stream with somebody who looks on.
 *
 * @param open makes the stream; called when the reader begins, after the watcher's `start`
 */
export function watched(open: () => EventStream, watcher: StreamWatcher): EventStream {
  async function* read(): AsyncGenerator<ModelEvent, void, undefined> {
    let end: StreamEnd = { how: 'left' }
    try {
      watcher.start?.()
      for await (const event of open()) {
        if (event.type === 'finish') end = { how: 'finished' }
        watcher.event(event)
        yield event
      }
      end = { how: 'finished' }
    } catch (error) {
      end = { how: 'failed', error }
      throw error
    } finally {
      watcher.end(end)
    }
  }
  return {
    [Symbol.asyncIterator]: read,
    read(reader) {
      try {
        watcher.start?.()
        readEvents(open(), {
          event(event) {
            watcher.event(event)
            return reader.event(event)
          },
          end() {
            watcher.end({ how: 'finished' })
            reader.end()
          },
          fail(error) {
            watcher.end({ how: 'failed', error })
            reader.fail(error)
          },
        })
      } catch (error) {
        watcher.end({ how: 'failed', error })
        reader.fail(error)
      }
    },
  }
}
