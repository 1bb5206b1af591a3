import { NOTES } from '../notes.js'
import { MoaError } from '../../../../core/index.js'
import { isObject, parseJsonFile, type Json } from '../../../python/json.js'
import { ProblemLog, type ProblemPlace, type Read } from '../../../problems.js'
import type { AnnotationRecord } from '../types.js'
import { optionalTexts } from './fields.js'
import { preferenceNumber } from './preference.js'

/** Two outputs for one instruction, the unit that people and judges vote on. */
export interface Pair {
  readonly instruction: string
  readonly output_1: string
  readonly output_2: string
}

/** One person's vote on a pair. */
export interface HumanVote extends Pair {
  /** 1 to 2, 0 for equal, NaN for missing. */
  readonly preference: number
  /** "eval" for the part that the correlations are taken over. */
  readonly datasplit?: string
  readonly dataset?: string
  /** The model whose output is compared, where the file names it. */
  readonly generator?: string
}

/** One vote of a judge on a pair. */
export interface JudgeVote extends Pair {
  /** Which repetition the vote belongs to, from 0. */
  readonly seed: number
  /** 1 to 2, 0 for equal, NaN for a reply without a verdict. */
  readonly preference: number
  /** Dollars; NaN for missing. */
  readonly price: number
  /** Seconds; NaN for missing. */
  readonly time: number
}

/**
 * Reads people's votes: the cross-annotations (several votes per pair) or the annotations that name the model of each
 * pair.
 *
 * @param source the file's name, for messages.
 * @throws MoaError `data_invalid` when nothing in it can be used.
 */
export function readHumanVotes(text: string, source: string): Read<readonly HumanVote[]> {
  const value = parseJsonFile(text, source)
  const log = new ProblemLog()
  const votes: HumanVote[] = []
  const rows = Array.isArray(value) ? (value as readonly Json[]) : []
  rows.forEach((row, position) => {
    const place = { source, row: position }
    const vote = voteOf(row, { place, log })
    if (vote === undefined) log.add(...NOTES.brokenRow, place)
    else votes.push(vote)
  })
  if (votes.length === 0) {
    throw new MoaError(
      'data_invalid',
      `${source}: expected an array of votes {instruction, output_1, output_2, preference}, but found no such row.`,
    )
  }
  return { data: votes, problems: log.list() }
}

function voteOf(row: Json, options: { place: ProblemPlace; log: ProblemLog }): HumanVote | undefined {
  if (!isObject(row)) return undefined
  const { instruction, output_1, output_2, preference } = row
  if (typeof instruction !== 'string' || preference === undefined) return undefined
  if (typeof output_1 !== 'string' || typeof output_2 !== 'string') return undefined
  return {
    instruction,
    output_1,
    output_2,
    preference: preferenceNumber(preference, options),
    ...optionalTexts(row, ['datasplit', 'dataset', 'generator']),
  }
}

/** A judge's votes from the records of one seed's file. */
export function judgeVotesOf(
  records: readonly AnnotationRecord[],
  options: { seed: number; source: string },
): Read<readonly JudgeVote[]> {
  const log = new ProblemLog()
  const data = records.map((record, position): JudgeVote => ({
    instruction: record.instruction,
    output_1: record.output_1,
    output_2: record.output_2,
    seed: options.seed,
    preference: preferenceNumber(record.preference, {
      place: { source: options.source, row: position },
      log,
    }),
    price: record.price_per_example ?? NaN,
    time: record.time_per_example ?? NaN,
  }))
  return { data, problems: log.list() }
}
