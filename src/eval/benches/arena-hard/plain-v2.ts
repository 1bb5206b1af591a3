import { percentiles } from '../../stats/percentile.js'
import { Resampler } from '../../stats/resample.js'
import type { ResampleOptions } from './elo-v01.js'
import { countPoints, POINTS, type V2Entries } from './entries-v2.js'
import type { V2Figures } from './leaderboard-v2.js'

const BOUNDS = [0.05, 0.95]

/**
 * The plain leaderboard: mean points over resamples within each candidate, in the candidates' order. The published
 * score is the mean of the resamples' means, and the interval a 90 % one. The published script has no seed; ours
 * draws as it would with one.
 */
export function plainFigures(entries: V2Entries, options: ResampleOptions = {}): V2Figures[] {
  const { rounds = 100, resampler = new Resampler(options.seed) } = options
  const { models, pairs, codes } = entries
  const own = models.map((_, model) =>
    codes.filter((code) => pairs[Math.floor(code / 3)]?.model === model).map((code) => code % 3),
  )
  const means = models.map(() => new Float64Array(rounds))
  const counts = new Uint32Array(3)
  for (let round = 0; round < rounds; round += 1) {
    for (const [model, values] of own.entries()) {
      resampler.tally(values, counts)
      const [, halves = 0, wins = 0] = counts
      ;(means[model] as Float64Array)[round] = (halves * POINTS[1] + wins) / values.length
    }
  }
  return countPoints(entries).map(({ sum, count }, index) => {
    const draws = means[index] as Float64Array
    const [lower, upper] = percentiles(draws, BOUNDS) as [number, number]
    const score = draws.reduce((total, mean) => total + mean, 0) / rounds
    return { model: models[index] as string, score, lower, upper, point_mean: sum / count, entries: count }
  })
}
