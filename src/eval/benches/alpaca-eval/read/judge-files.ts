import { NOTES } from '../notes.js'
import { MoaError } from '../../../../core/index.js'
import { isObject, parseJsonFile, type Json, type JsonObject } from '../../../python/json.js'
import { ProblemLog, type ProblemPlace, type Read } from '../../../problems.js'
import type { GoldPair } from '../analyse/gold.js'
import { numberOrNull, textOrNull } from './fields.js'
import { preferenceNumber } from './preference.js'
import type { JudgeVote, Pair } from './votes.js'

/** A judge and its votes, of one or several seeds. */
export interface JudgeVotes {
  readonly name: string
  readonly votes: readonly JudgeVote[]
}

export interface JudgeFile {
  readonly text: string
  /** The file's name, for messages and for the seed in `annotations_seed<n>_….json`. */
  readonly source: string
  /** What the judge is called where the rows don't say. */
  readonly name: string
}

/**
 * Reads judges' votes from files of annotations, the official ones or a judge's cache, several files and several judges
 * of a file at will; or from a table `{ columns, rows }` whose `example` counts the gold pairs. A vote belongs to the
 * seed its row (`seed`) or file name says, else to that of its turn among the judge's votes on the pair.
 *
 * @param gold pairs in the order of the human votes.
 * @throws MoaError `data_invalid` when a file holds no vote.
 */
export function readJudgeFiles(
  files: readonly JudgeFile[],
  gold: { readonly pairs: readonly GoldPair[] },
): Read<readonly JudgeVotes[]> {
  const log = new ProblemLog()
  const judges = new Map<string, JudgeVote[]>()
  const turns = new Turns()
  for (const file of files) {
    const rows = rowsOf(file, { pairs: gold.pairs, log })
    if (rows.length === 0) throw noVotes(file.source)
    for (const { judge, pair, row, position } of rows) {
      const place = { source: file.source, row: position }
      const vote: JudgeVote = {
        instruction: pair.instruction,
        output_1: pair.output_1,
        output_2: pair.output_2,
        seed: seedOf(row, file.source) ?? turns.next(judge, pair),
        preference: voteOf(row['preference'] ?? null, { place, log }),
        price: numberOrNull(row, ['price_per_example', 'preference_price_per_example', 'price']) ?? NaN,
        time: numberOrNull(row, ['time_per_example', 'preference_time_per_example', 'time']) ?? NaN,
      }
      const votes = judges.get(judge)
      if (votes) votes.push(vote)
      else judges.set(judge, [vote])
    }
  }
  return { data: [...judges].map(([name, votes]) => ({ name, votes })), problems: log.list() }
}

/** Replies without a verdict are told of once, where votes are counted. */
function voteOf(preference: Json, options: { place: ProblemPlace; log: ProblemLog }): number {
  return preference === null || preference === -1 ? NaN : preferenceNumber(preference, options)
}

interface VoteRow {
  readonly judge: string
  readonly pair: Pair
  readonly row: JsonObject
  readonly position: number
}

interface Context {
  readonly pairs: readonly GoldPair[]
  readonly log: ProblemLog
}

function rowsOf(file: JudgeFile, context: Context): VoteRow[] {
  const value = parseJsonFile(file.text, file.source)
  if (isObject(value) && Array.isArray(value['rows'])) return tableRows(file, value, context)
  if (!Array.isArray(value)) throw noVotes(file.source)
  return (value as readonly Json[]).flatMap((row, position): VoteRow[] => {
    const pair = isObject(row) ? pairOf(row) : undefined
    if (pair === undefined) {
      context.log.add(...NOTES.brokenRow, { source: file.source, row: position })
      return []
    }
    return [
      {
        judge: textOrNull(row as JsonObject, 'annotator') ?? file.name,
        pair,
        row: row as JsonObject,
        position,
      },
    ]
  })
}

function pairOf(row: JsonObject): Pair | undefined {
  const { instruction, output_1, output_2 } = row
  if (typeof instruction !== 'string' || typeof output_1 !== 'string' || typeof output_2 !== 'string')
    return undefined
  return 'preference' in row ? { instruction, output_1, output_2 } : undefined
}

/** Rows of a table that names pairs by their number. */
function tableRows(file: JudgeFile, value: JsonObject, { pairs, log }: Context): VoteRow[] {
  const columns = value['columns']
  if (!isNames(columns) || !columns.includes('example') || !columns.includes('preference'))
    throw noVotes(file.source)
  return (value['rows'] as readonly Json[]).flatMap((cells, position): VoteRow[] => {
    const row = Object.fromEntries(
      columns.map((column, index) => [column, (cells as readonly Json[])[index] ?? null]),
    )
    const pair = pairs[Number(row['example'] ?? NaN)]
    if (pair === undefined) {
      log.add(...NOTES.unknownPair, { source: file.source, row: position })
      return []
    }
    return [{ judge: file.name, pair, row, position }]
  })
}

const isNames = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string')

/** Which repetition of the judge a row says it is of. */
function seedOf(row: JsonObject, source: string): number | undefined {
  const { seed } = row
  if (typeof seed === 'number' && Number.isInteger(seed)) return seed
  const named = /annotations_seed(\d+)_/.exec(source)?.[1]
  return named === undefined ? undefined : Number(named)
}

/** Counts each judge's votes on each pair. */
class Turns {
  readonly #counts = new Map<string, number>()

  next(judge: string, { instruction, output_1, output_2 }: Pair): number {
    const key = JSON.stringify([judge, instruction, output_1, output_2])
    const turn = this.#counts.get(key) ?? 0
    this.#counts.set(key, turn + 1)
    return turn
  }
}

function noVotes(source: string): MoaError {
  return new MoaError(
    'data_invalid',
    `${source}: expected an array of a judge's annotations {instruction, output_1, output_2, annotator, preference, …}, but found no such row.`,
  )
}
