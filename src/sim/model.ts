import type { Model, ModelEvent } from '../core/index.js'
import { linkedController, type LinkedController } from '../util/index.js'
import { LEFT, playCall, type PlayOptions } from './play-call.js'
import { Simulation, type SimulationOptions } from './simulation.js'

/** Seed, latency, script and recordings as for a server; clock, patience and price for calls in process. */
export interface SimModelOptions extends SimulationOptions, PlayOptions {}

/** A simulated model in process. */
export interface SimModel extends Model {
  /** Calls begun so far. */
  readonly calls: number
  /** Calls that have not ended. */
  readonly inFlight: number
}

/**
 * A simulated model in process, addressed `sim/<name>`. It behaves like one behind a server: same answers, same
 * faults, and for each fault the error a client would throw.
 *
 * @example
 * const model = simModel('ada+429=1+first=200', { seed: 7 })
 *
 * @param name `<personality>[+<modifier>[=<value>]]*`
 * @throws {@link MoaError} `model_not_found` for an unknown personality or modifier
 */
export function simModel(name: string, options: SimModelOptions = {}): SimModel {
  const simulation = new Simulation(options)
  const parsed = simulation.name(name)
  let inFlight = 0
  const count = (change: 1 | -1): void => void (inFlight += change)
  return {
    id: `sim/${name}`,
    capabilities: { images: true, files: true, tools: true, prefill: true },
    ...(options.price && { price: options.price }),
    keepsBooks: true,
    get calls() {
      return simulation.calls(parsed)
    },
    get inFlight() {
      return inFlight
    },
    stream: (request, streamOptions) => ({
      [Symbol.asyncIterator]: () =>
        leavable(streamOptions.signal, (signal) =>
          playCall({
            simulation,
            name: parsed,
            request,
            options,
            stream: { ...streamOptions, signal },
            count,
          }),
        ),
    }),
  }
}

/**
 * An iterator over a generator that starts with the first `next()`, and whose `return()` does not wait for a pending
 * one: it is aborted first.
 */
function leavable(
  parent: AbortSignal,
  start: (signal: AbortSignal) => AsyncGenerator<ModelEvent, void>,
): AsyncIterator<ModelEvent, void> {
  let link: LinkedController | undefined
  let generator: AsyncGenerator<ModelEvent, void> | undefined
  const settle = async (
    step: Promise<IteratorResult<ModelEvent, void>>,
  ): Promise<IteratorResult<ModelEvent, void>> => {
    try {
      const result = await step
      if (result.done === true) link?.release()
      return result
    } catch (error) {
      link?.release()
      if (error === LEFT) return { value: undefined, done: true }
      throw error
    }
  }
  const open = (): AsyncGenerator<ModelEvent, void> => {
    link ??= linkedController(parent)
    return (generator ??= start(link.signal))
  }
  return {
    next: () => settle(open().next()),
    return() {
      // A generator that never ran is closed without running.
      const left = open()
      link?.abort(LEFT)
      return settle(left.return())
    },
  }
}
