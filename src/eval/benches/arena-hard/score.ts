import { scoreArenaHardV01, type V01ScoreOptions, type V01Scores } from './score-v01.js'
import { scoreArenaHardV2, type V2ScoreOptions, type V2Scores } from './score-v2.js'

/**
 * Scores Arena-Hard judgments of either version.
 * @throws MoaError `data_invalid` when nothing can be scored, or style control has no style to go by.
 */
export function scoreArenaHard(options: V01ScoreOptions): V01Scores
export function scoreArenaHard(options: V2ScoreOptions): V2Scores
export function scoreArenaHard(options: V01ScoreOptions | V2ScoreOptions): V01Scores | V2Scores
export function scoreArenaHard(options: V01ScoreOptions | V2ScoreOptions): V01Scores | V2Scores {
  return options.version === 'v0.1' ? scoreArenaHardV01(options) : scoreArenaHardV2(options)
}
