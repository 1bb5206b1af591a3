import { writeCsv } from '../../csv.js'
import { pythonFloatText } from '../../python/text.js'
import { toDecimal } from '../../python/rounding.js'
import type { V01Row } from './leaderboard-v01.js'

/** The published `leaderboard/arena_hard_leaderboard_<date>.csv`. `date` is `yyyy-mm-dd`. */
export function v01Csv(rows: readonly V01Row[], date: string): string {
  const lines = rows.map(({ model, score, lower, upper, average_tokens }) => {
    const interval = `(-${distance(score, lower)}, +${distance(upper, score)})`
    const figures = [score, lower, upper].map((value) => (value === null ? '' : pythonFloatText(value)))
    return [model, ...figures, interval, pythonFloatText(average_tokens), date]
  })
  return writeCsv([['model', 'score', 'rating_q025', 'rating_q975', 'CI', 'avg_tokens', 'date'], ...lines])
}

function distance(high: number | null, low: number | null): string {
  return high === null || low === null ? 'nan' : toDecimal(high - low, 2)
}
