import type { Random } from '../util/index.js'

/** Milliseconds: the same every time, or drawn from a lognormal distribution given by its median and sigma. */
export type Duration = number | { readonly median: number; readonly sigma: number }

/** How long a simulated model takes. */
export interface Latency {
  /** From the request to the first piece of the answer. */
  readonly first: Duration
  /** From one piece to the next, drawn anew for each. */
  readonly pace: Duration
}

/** Everything at once: for tests. */
export const NO_LATENCY: Latency = { first: 0, pace: 0 }

/** Quick but visible, some models faster than others: for demonstrations. */
export const QUICK_LATENCY: Latency = {
  first: { median: 220, sigma: 0.45 },
  pace: { median: 9, sigma: 0.35 },
}

/** Draws one duration; never negative. */
export function drawDuration(duration: Duration, random: Random): number {
  if (typeof duration === 'number') return duration
  return duration.median * Math.exp(duration.sigma * random.normal())
}

/** The same latency, `factor` times as long where it varies; fixed durations are kept as they are. */
export function scaleLatency(latency: Latency, factor: number): Latency {
  return { first: scale(latency.first, factor), pace: scale(latency.pace, factor) }
}

function scale(duration: Duration, factor: number): Duration {
  return typeof duration === 'number' ? duration : { ...duration, median: duration.median * factor }
}
