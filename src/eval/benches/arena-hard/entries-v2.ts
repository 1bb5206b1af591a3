import type { ProblemLog } from '../../problems.js'
import { compareCodePoints } from '../../../util/code-points.js'
import { inFileOrder } from './file-order.js'
import { labelAdvantage } from './labels.js'
import type { V2Judgment } from './records.js'

/** What was compared: a candidate's answer to a question, with the name its answers are filed under. */
export interface V2Pair {
  readonly model: number
  readonly fullName: string
  readonly questionId: string
}

/** Scores of a category: for each question the candidate's points in two games, a clear win several times. */
export interface V2Entries {
  readonly baseline: string
  /** Candidates without path prefix, sorted. */
  readonly models: readonly string[]
  readonly pairs: readonly V2Pair[]
  /** For each entry three times its pair's index plus 0, 1 or 2 for 0, ½ or 1 point. */
  readonly codes: Uint32Array
}

/** Points of the codes. */
export const POINTS = [0, 0.5, 1] as const

export interface V2EntryOptions {
  readonly baseline: string
  /** How often a clear win counts. */
  readonly weight: number
}

/**
 * Judgments of one category as entries, in the published order: game 2 before game 1. A question counts only if
 * both its games have a known label; the others are left out and reported.
 */
export function v2Entries(
  judgments: readonly V2Judgment[],
  options: V2EntryOptions,
  log: ProblemLog,
): V2Entries {
  const { baseline, weight } = options
  const models = [...new Set(judgments.map(({ model }) => cutPath(model)))].sort(compareCodePoints)
  const indices = new Map(models.map((model, index) => [model, index]))
  const pairs: V2Pair[] = []
  const codes: number[] = []
  for (const { uid, model, games } of inFileOrder(judgments)) {
    const points = questionPoints(games, { log, place: { id: `${model}, ${uid}` }, weight })
    if (points.length === 0) continue
    pairs.push({ model: indices.get(cutPath(model)) as number, fullName: model, questionId: uid })
    for (const code of points) codes.push(3 * (pairs.length - 1) + code)
  }
  return { baseline, models, pairs, codes: Uint32Array.from(codes) }
}

/** A model's name without the path of its organisation. */
export function cutPath(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1)
}

/** Codes of the candidate's points; none unless both games have a known label. */
function questionPoints(
  games: V2Judgment['games'],
  {
    log,
    place,
    weight,
  }: { readonly log: ProblemLog; readonly place: { readonly id: string }; readonly weight: number },
): number[] {
  const labels = [games[0]?.score ?? null, games[1]?.score ?? null]
  if (labels.includes(null)) {
    log.add('unscored', 'A game has no label; the question is left out.', place)
    return []
  }
  const [first, second] = labels.map((label) => labelAdvantage('v2.0', label as string))
  if (first === undefined || second === undefined) {
    const message = 'A label is unknown, where the published script stops; the question is left out.'
    log.add('value-unusable', message, place)
    return []
  }
  // The candidate sits in seat A in game 2 and in seat B in game 1.
  const points = (seat: number, clear: boolean): number[] => Array<number>(clear ? weight : 1).fill(seat + 1)
  return [...points(second.seat, second.clear), ...points(-first.seat, first.clear)]
}

/** Points of each candidate's entries, and how many. */
export function countPoints({
  models,
  pairs,
  codes,
}: V2Entries): { readonly sum: number; readonly count: number }[] {
  const totals = models.map(() => ({ sum: 0, count: 0 }))
  for (const code of codes) {
    const total = totals[pairs[Math.floor(code / 3)]?.model ?? -1]
    if (total === undefined) continue
    total.sum += POINTS[(code % 3) as 0 | 1 | 2]
    total.count += 1
  }
  return totals
}
