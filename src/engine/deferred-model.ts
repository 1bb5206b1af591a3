import type { Model, ModelEvent } from '../core/index.js'
import { abortable, linkedController } from '../util/index.js'

/**
 * A model that is found or made when it is first asked. What goes wrong then is thrown by that stream, and the next
 * one tries again.
 *
 * @param make told when the stream that waits for it is aborted
 */
export function deferredModel(id: string, make: (signal: AbortSignal) => Promise<Model>): Model {
  let made: Model | undefined
  return {
    id,
    stream: (request, options) => ({
      [Symbol.asyncIterator](): AsyncIterator<ModelEvent> {
        const link = linkedController(options.signal)
        let opening: Promise<AsyncIterator<ModelEvent>> | undefined
        let open: AsyncIterator<ModelEvent> | undefined
        let left = false
        const isLeft = (): boolean => left // May change while something is awaited.
        const begin = async (): Promise<AsyncIterator<ModelEvent>> => {
          link.signal.throwIfAborted()
          made ??= await abortable(make(link.signal), link.signal)
          return (open = made.stream(request, { ...options, signal: link.signal })[Symbol.asyncIterator]())
        }
        return {
          async next() {
            if (isLeft()) return { value: undefined, done: true }
            try {
              const result = await (await (opening ??= begin())).next()
              if (result.done === true) link.release()
              return result
            } catch (error) {
              link.release()
              if (isLeft()) return { value: undefined, done: true }
              throw error
            }
          },
          async return() {
            left = true
            // Nobody waits for a model that nobody reads any more.
            if (open === undefined) link.abort()
            else await open.return?.()
            link.release()
            return { value: undefined, done: true }
          },
        }
      },
    }),
  }
}
