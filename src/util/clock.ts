/** Time, injectable so that tests can run hours of faults in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch; never goes back within a process. */
  now(): number
  /** Calls `callback` once after `ms` milliseconds, unless the returned function is called first. */
  after(ms: number, callback: () => void): () => void
}

const epoch = performance.timeOrigin

/** The largest delay a Node timer can hold; longer ones are waited for in pieces. */
const MAX_TIMER_MS = 0x7fffffff

export const systemClock: Clock = {
  now: () => epoch + performance.now(),
  after(ms, callback) {
    if (ms > MAX_TIMER_MS) return longTimer(ms, callback)
    const timer = setTimeout(callback, Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}

function longTimer(ms: number, callback: () => void): () => void {
  let cancel = (): void => {}
  const arm = (left: number): void => {
    cancel = systemClock.after(
      Math.min(left, MAX_TIMER_MS),
      left > MAX_TIMER_MS ? () => arm(left - MAX_TIMER_MS) : callback,
    )
  }
  arm(ms)
  return () => cancel()
}
