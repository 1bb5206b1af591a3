import { NOTES } from '../notes.js'
import { MoaError } from '../../../../core/index.js'
import { ProblemLog, type Problem, type Read } from '../../../problems.js'
import type { GamedRows } from '../types.js'
import { readCsv, requireNumber } from '../../../csv.js'

/**
 * Reads `df_gamed.csv`, the rows of the length-gamed baselines that length control is regularised towards.
 *
 * @param source the file's name, for messages.
 * @throws MoaError `data_invalid` for missing columns or cells that are no numbers.
 */
export function readGamedRows(text: string, source: string): Read<GamedRows> {
  const needs = ['preference', 'index', 'std_delta_len', 'instruction_difficulty']
  const table = readCsv(text, { source, needs })
  if (table.rows.length === 0) {
    throw new MoaError('data_invalid', `${source}: has no rows; get the file anew from its publisher.`)
  }
  const column = (name: string): Float64Array =>
    Float64Array.from(table.rows, (row) => requireNumber(table, row, name))
  const data: GamedRows = {
    preference: column('preference'),
    index: Int32Array.from(column('index')),
    stdDeltaLength: column('std_delta_len'),
    difficulty: column('instruction_difficulty'),
  }
  const outside = data.preference.findIndex((share) => share < 0 || share > 1)
  if (outside >= 0) {
    throw new MoaError(
      'data_invalid',
      `${source} line ${table.rows[outside]?.line ?? 0}: expected a preference from 0 to 1; get the file anew from its publisher.`,
    )
  }
  return { data, problems: difficultyGaps(gamedDifficulties(data), source) }
}

function difficultyGaps(difficulties: Float64Array, source: string): readonly Problem[] {
  const log = new ProblemLog()
  difficulties.forEach((difficulty, place) => {
    if (Number.isNaN(difficulty)) log.add(...NOTES.missingDifficulty, { source, id: `instruction ${place}` })
  })
  return log.list()
}

/** Difficulty of each instruction by its place: its first row among the gamed ones. NaN where there is none. */
export function gamedDifficulties({ index, difficulty }: GamedRows): Float64Array {
  const difficulties = new Float64Array(index.reduce((largest, place) => Math.max(largest, place), -1) + 1)
  difficulties.fill(NaN)
  index.forEach((place, row) => {
    if (place >= 0 && Number.isNaN(difficulties[place])) difficulties[place] = difficulty[row] as number
  })
  return difficulties
}

/**
 * Reads `instruction_difficulty.csv`: difficulty of each instruction by its place, NaN where there is none.
 *
 * @throws MoaError `data_invalid` for missing columns or cells that are no numbers.
 */
export function readDifficulties(text: string, source: string): Read<Float64Array> {
  const table = readCsv(text, { source, needs: ['index', 'instruction_difficulty'] })
  const difficulties = new Float64Array(table.rows.length).fill(NaN)
  for (const row of table.rows) {
    const place = requireNumber(table, row, 'index')
    if (!Number.isInteger(place) || place < 0 || place >= difficulties.length) {
      throw new MoaError(
        'data_invalid',
        `${source} line ${row.line}: expected an index from 0 to ${difficulties.length - 1}; get the file anew from its publisher.`,
      )
    }
    difficulties[place] = requireNumber(table, row, 'instruction_difficulty')
  }
  return { data: difficulties, problems: difficultyGaps(difficulties, source) }
}
