/** A stretch of numbers laid over a stretch of a figure. */
export interface Scale {
  readonly ticks: readonly number[]
  readonly at: (value: number) => number
}

/** Round numbers that divide a stretch into about so many parts. */
export function roundTicks(low: number, high: number, parts: number): number[] {
  const rough = (high - low) / parts
  const size = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * size >= rough) ?? 10) * size
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
}

/** Evenly divided; a little wider than the values, and never of no width. */
export function linearScale(
  values: readonly number[],
  range: readonly [number, number],
  options: { readonly parts?: number; readonly from?: number; readonly to?: number } = {},
): Scale {
  const { parts = 5, from, to } = options
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const margin = (most - least || Math.abs(most) || 1) * 0.08
  // Prices and times that can't be below zero are not shown as if they could.
  const low = from ?? (least >= 0 ? Math.max(0, least - margin) : least - margin)
  const high = to ?? most + margin
  const [start, end] = range
  return {
    ticks: roundTicks(low, high, parts),
    at: (value) => start + ((value - low) / (high - low)) * (end - start),
  }
}

/** Divided by powers of ten, for prices that differ a hundredfold. Values have to be above zero. */
export function logScale(values: readonly number[], range: readonly [number, number]): Scale {
  const logs = values.map(Math.log10)
  const inner = linearScale(logs, range)
  const [least, most] = [Math.min(...logs), Math.max(...logs)]
  const ticks: number[] = []
  for (let power = Math.floor(least) - 1; power <= Math.ceil(most); power += 1)
    for (const factor of [1, 2, 5]) ticks.push(factor * 10 ** power)
  const margin = (most - least) * 0.08
  const inside = ticks.filter(
    (tick) => Math.log10(tick) >= least - margin && Math.log10(tick) <= most + margin,
  )
  return {
    ticks: inside.length > 7 ? inside.filter((tick) => Number.isInteger(Math.log10(tick))) : inside,
    at: (value) => inner.at(Math.log10(value)),
  }
}

/** The points nobody beats: none is at most as far right and higher. In order of x. */
export function frontier<Point extends { readonly x: number; readonly y: number }>(
  points: readonly Point[],
): readonly Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || b.y - a.y)
  let best = -Infinity
  return sorted.filter(({ y }) => {
    if (y <= best) return false
    best = y
    return true
  })
}

/** A tick as text: as many digits as it needs. */
export function tickText(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1000) return value.toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
