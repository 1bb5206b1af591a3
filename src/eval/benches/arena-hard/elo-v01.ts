import { eloOfShare, winShare } from '../../stats/bradley-terry.js'
import { percentiles } from '../../stats/percentile.js'
import { Resampler, type Resampling } from '../../stats/resample.js'
import { type Battles, countBattles, V01_BASELINE } from './battles-v01.js'

/** Elo of a model, the bounds of its resamples at 2.5 and 97.5 percent. NaN and infinite values are possible. */
export interface EloBounds {
  readonly model: string
  readonly elo: number
  readonly lower: number
  readonly upper: number
  /** One value for each resample. */
  readonly draws: Float64Array
}

/** The same resamples anchored as published and anchored at the baseline. */
export interface EloTable {
  readonly published: readonly EloBounds[]
  readonly anchored: readonly EloBounds[]
}

export interface ResampleOptions {
  /** Default 100. */
  readonly rounds?: number
  /** Default 42, the published script's. */
  readonly seed?: number
  /** In place of the seeded draws. */
  readonly resampler?: Resampling
}

/** Elo of the baseline. */
const ANCHOR = 1000
const BOUNDS = [0.025, 0.975]

/**
 * Bradley-Terry Elo of all models and its bootstrap. Every battle involves the baseline, so each rating has a
 * closed form, equal to the published logistic regression up to that solver's tolerance.
 *
 * The published bootstrap anchors its resamples at `gpt-4-0314` whatever the baseline; where that model has no
 * battles nothing is anchored, and every resample floats around a mean of 1000.
 */
export function eloTable(battles: Battles, options: ResampleOptions = {}): EloTable {
  const { rounds = 100, resampler = new Resampler(options.seed) } = options
  const { baseline, models, pairs, codes } = battles
  const names = [baseline, ...models]
  const points = [ANCHOR, ...countBattles(battles).map((count) => ANCHOR + eloOfShare(winShare(count)))]
  const anchored = names.map(() => new Float64Array(rounds))
  const published = names.map(() => new Float64Array(rounds))
  // Resamples need the contestant and the outcome only, not the question.
  const cells = codes.map((code) => 3 * (pairs[Math.floor(code / 3)]?.model ?? 0) + (code % 3))
  const counts = new Uint32Array(3 * models.length)
  for (let round = 0; round < rounds; round += 1) {
    resampler.tally(cells, counts)
    const ratings = [0, ...models.map((_, model) => ratingOf(counts, model))]
    const shift = publishedShift(names, ratings)
    for (const [index, rating] of ratings.entries()) {
      ;(anchored[index] as Float64Array)[round] = ANCHOR + rating
      ;(published[index] as Float64Array)[round] = ANCHOR + rating - shift
    }
  }
  const bounded = (draws: readonly Float64Array[]): EloBounds[] =>
    names.map((model, index) => {
      const own = draws[index] as Float64Array
      const [lower, upper] = percentiles(own, BOUNDS) as [number, number]
      return { model, elo: points[index] as number, lower, upper, draws: own }
    })
  return { published: bounded(published), anchored: bounded(anchored) }
}

/** NaN for a contestant without a battle in the resample. */
function ratingOf(counts: Uint32Array, model: number): number {
  const [losses = 0, wins = 0, ties = 0] = counts.subarray(3 * model, 3 * model + 3)
  return eloOfShare(winShare({ wins, losses, ties }))
}

/** What the published bootstrap takes off ratings relative to the baseline. */
function publishedShift(names: readonly string[], ratings: readonly number[]): number {
  const anchor = ratings[names.indexOf(V01_BASELINE)]
  if (anchor !== undefined && !Number.isNaN(anchor)) return anchor
  // Started at zero, the unanchored regression keeps the sum of its ratings at zero.
  const present = ratings.filter((rating) => !Number.isNaN(rating))
  return present.reduce((sum, rating) => sum + rating, 0) / present.length
}
