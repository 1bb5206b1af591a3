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
    let timer: ReturnType<typeof setTimeout>
    const arm = (left: number): void => {
      timer =
        left > MAX_TIMER_MS
          ? setTimeout(() => arm(left - MAX_TIMER_MS), MAX_TIMER_MS)
          : setTimeout(callback, Math.max(0, left))
    }
    arm(ms)
    return () => clearTimeout(timer)
  },
}
