import { normalQuantile } from './normal.js'
import { percentiles } from './percentile.js'
import { Resampler } from './resample.js'
import { mean, standardDeviation, type Numbers } from './summary.js'

export interface BootstrapOptions {
  /** How many times the items are drawn anew. Default 2000. */
  readonly resamples?: number
  /** Share of the resampled values the interval holds. Default 0.95. */
  readonly level?: number
  /** Same seed, same interval. Default 0. */
  readonly seed?: number
}

export interface Interval {
  readonly low: number
  readonly high: number
  readonly level: number
}

/**
 * Percentile bootstrap (Efron, 1979): items drawn with replacement, the statistic taken of each draw, the middle share
 * of the results reported.
 *
 * @param statistic receives how often each item was drawn. NaN results are left out.
 */
export function bootstrapInterval(
  items: number,
  statistic: (counts: Uint32Array) => number,
  options: BootstrapOptions = {},
): Interval {
  const [interval] = bootstrapIntervals(items, [statistic], options)
  return interval as Interval
}

/** The same of several statistics over the same draws, since drawing is most of the work for simple ones. */
export function bootstrapIntervals(
  items: number,
  statistics: readonly ((counts: Uint32Array) => number)[],
  options: BootstrapOptions = {},
): readonly Interval[] {
  const { resamples = 2000, level = 0.95, seed = 0 } = options
  const resampler = new Resampler(seed)
  const places = Uint32Array.from({ length: items }, (_, place) => place)
  const counts = new Uint32Array(items)
  const values: number[][] = statistics.map(() => [])
  for (let resample = 0; resample < resamples; resample += 1) {
    resampler.tally(places, counts)
    for (const [index, statistic] of statistics.entries()) {
      const value = statistic(counts)
      if (!Number.isNaN(value)) values[index]?.push(value)
    }
  }
  const tail = (1 - level) / 2
  return values.map((own) => {
    const [low = NaN, high = NaN] = percentiles(own, [tail, 1 - tail])
    return { low, high, level }
  })
}

/** Bootstrap interval of a mean. */
export function meanInterval(values: Numbers, options: BootstrapOptions = {}): Interval {
  return bootstrapInterval(values.length, (counts) => countedMean(values, counts), options)
}

/** Bootstrap intervals of several means: those {@link meanInterval} gives, with one set of draws for each length. */
export function meanIntervals(
  lists: readonly Numbers[],
  options: BootstrapOptions = {},
): readonly Interval[] {
  const found = new Map<Numbers, Interval>()
  for (const length of new Set(lists.map((list) => list.length))) {
    const same = lists.filter((list) => list.length === length)
    for (const [index, interval] of meansOfDraws(length, same, options).entries())
      found.set(same[index] as Numbers, interval)
  }
  return lists.map((list) => found.get(list) as Interval)
}

function meansOfDraws(
  length: number,
  lists: readonly Numbers[],
  options: BootstrapOptions,
): readonly Interval[] {
  const values = lists.map((list) => Float64Array.from(list))
  const totals = new Float64Array(lists.length + 3)
  const means = lists.map((_, place) => (counts: Uint32Array) => {
    // Statistics are taken in their order, so the first of four adds up for all of them.
    if (place % 4 === 0) addFour(values, place, { counts, totals })
    return (totals[place] as number) / length
  })
  return bootstrapIntervals(length, means, options)
}

/** Four sums side by side, each in its own order: a sum alone waits for its last addition before every next one. */
function addFour(
  lists: readonly Float64Array[],
  place: number,
  { counts, totals }: { readonly counts: Uint32Array; readonly totals: Float64Array },
): void {
  const a = lists[place] as Float64Array
  const [b = a, c = a, d = a] = lists.slice(place + 1, place + 4)
  let [ofA, ofB, ofC, ofD] = [0, 0, 0, 0]
  for (let item = 0; item < counts.length; item += 1) {
    const count = counts[item] as number
    ofA += count * (a[item] as number)
    ofB += count * (b[item] as number)
    ofC += count * (c[item] as number)
    ofD += count * (d[item] as number)
  }
  totals[place] = ofA
  totals[place + 1] = ofB
  totals[place + 2] = ofC
  totals[place + 3] = ofD
}

function countedMean(values: Numbers, counts: Uint32Array): number {
  let total = 0
  for (let item = 0; item < counts.length; item += 1) {
    total += (counts[item] as number) * (values[item] as number)
  }
  return total / counts.length
}

/** Two contestants on the same items. */
export interface PairedComparison {
  readonly items: number
  /** Mean of a minus mean of b. */
  readonly difference: number
  readonly standardError: number
  readonly interval: Interval
  /** Set when the interval leaves out zero. */
  readonly significant: boolean
  /** How many items would show a difference this large; see {@link itemsNeeded}. */
  readonly itemsNeeded: number
}

/** Difference of means of two aligned lists, item by item, with its bootstrap interval. */
export function comparePaired(a: Numbers, b: Numbers, options: BootstrapOptions = {}): PairedComparison {
  if (a.length !== b.length) throw new RangeError(`comparePaired: ${a.length} items against ${b.length}`)
  const differences = Float64Array.from(a, (value: number, item) => value - (b[item] as number))
  const difference = mean(differences)
  const spread = standardDeviation(differences)
  const interval = meanInterval(differences, options)
  return {
    items: differences.length,
    difference,
    standardError: spread / Math.sqrt(differences.length),
    interval,
    significant: interval.low > 0 || interval.high < 0,
    itemsNeeded: itemsNeeded({ difference, spread, level: interval.level }),
  }
}

export interface ItemsNeededOptions {
  /** The difference of means to be seen. */
  readonly difference: number
  /** Standard deviation of the differences item by item. */
  readonly spread: number
  /** Confidence of the two-sided test. Default 0.95. */
  readonly level?: number
  /** Chance of seeing the difference when it is there. Default 0.8. */
  readonly power?: number
}

/** Items a paired test needs to see a difference: ((z_level + z_power) × spread / difference)², rounded up. */
export function itemsNeeded({ difference, spread, level = 0.95, power = 0.8 }: ItemsNeededOptions): number {
  if (difference === 0) return Infinity
  const z = normalQuantile(1 - (1 - level) / 2) + normalQuantile(power)
  return Math.ceil(((z * spread) / difference) ** 2)
}
