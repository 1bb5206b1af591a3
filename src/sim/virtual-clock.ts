import { MoaError } from '../core/index.js'
import type { Clock } from '../util/index.js'

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Timers not yet due. */
  readonly pending: number
  /** Goes on by `ms`, firing timers in the order they are due; promises settle between them. */
  advance(ms: number): Promise<void>
  /** Fires timers until `work` settles, and gives its result. Throws when it waits for something else than time. */
  run<T>(work: Promise<T>): Promise<T>
  /** Fires timers until none is left. */
  run(): Promise<void>
}

interface Timer {
  readonly due: number
  readonly order: number
  readonly callback: () => void
}

/** Timers one `run` may fire before it is taken for endless. */
const MAX_TIMERS = 10_000_000

/**
 * Time for tests: hours of faults pass in milliseconds and always in the same order. Between two timers every promise
 * that can settle does, so code that awaits sees time as it would a real clock.
 *
 * @param start what `now()` says at first, in milliseconds since the epoch; default 2025-01-01
 */
export function virtualClock(start: number = Date.UTC(2025, 0, 1)): VirtualClock {
  let now = start
  let order = 0
  const timers: Timer[] = []

  const fireNext = (): void => {
    const timer = timers.shift() as Timer
    now = Math.max(now, timer.due)
    timer.callback()
  }
  const advance = async (ms: number): Promise<void> => {
    const end = now + ms
    await settled()
    for (let next = timers[0]; next !== undefined && next.due <= end; next = timers[0]) {
      fireNext()
      await settled()
    }
    now = end
  }
  const run = async (work?: Promise<unknown>): Promise<unknown> => {
    let done = work === undefined
    const finish = (): void => void (done = true)
    work?.then(finish, finish)
    await settled()
    for (let fired = 0; work === undefined ? timers.length > 0 : !done; fired += 1) {
      if (timers.length === 0)
        throw new MoaError(
          'internal',
          'virtualClock.run: the work waits for something other than this clock.',
        )
      if (fired === MAX_TIMERS)
        throw new MoaError(
          'internal',
          `virtualClock.run: still timers after ${MAX_TIMERS}; is something polling?`,
        )
      fireNext()
      await settled()
    }
    return work
  }
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { due: now + Math.max(0, ms), order: (order += 1), callback }
      timers.splice(placeOf(timers, timer), 0, timer)
      return () => {
        const at = timers.indexOf(timer)
        if (at !== -1) timers.splice(at, 1)
      }
    },
    get pending() {
      return timers.length
    },
    advance,
    run: run as VirtualClock['run'],
  }
}

/** Where a timer belongs: by time, then by age. */
function placeOf(timers: readonly Timer[], timer: Timer): number {
  let low = 0
  let high = timers.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = timers[middle] as Timer
    if (other.due < timer.due || (other.due === timer.due && other.order < timer.order)) low = middle + 1
    else high = middle
  }
  return low
}

/** Resolves once every promise that can settle without time passing has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
