import { type Problem, ProblemLog } from '../../problems.js'
import { compareCodePoints } from '../../../util/code-points.js'
import type { MtBenchTurn, MtBenchVote } from './records.js'

/** Whose votes are compared: the judge model with people, or people among themselves. */
export type AgreementPair = 'gpt4-pair vs human' | 'human vs human'

export interface AgreementRow {
  readonly turn: MtBenchTurn
  /** Whether pairs of votes with a tie among them count. */
  readonly ties_counted: boolean
  readonly agree: number
  readonly total: number
  /** `agree / total`; `null` when nothing could be compared. */
  readonly ratio: number | null
}

type JudgeGroup = 'gpt4-pair' | 'human' | 'author'
type Game = Partial<Record<JudgeGroup, string[]>>

/**
 * How often votes on the same game agree. Games are normalised to alphabetical model order; two votes agree if
 * they are equal or both ties. Votes of authors are kept apart and never compared.
 */
export function judgeAgreement(
  votes: readonly MtBenchVote[],
  pair: AgreementPair,
): { readonly rows: readonly AgreementRow[]; readonly problems: readonly Problem[] } {
  const log = new ProblemLog()
  const turns = gamesByTurn(votes, log)
  const rows = ([1, 2] as const).flatMap((turn) =>
    [true, false].map((ties) => {
      // Problems of a game are the same with and without ties: tell them once.
      const pairs = comparisons(turns[turn], pair, ties ? log : new ProblemLog())
      return agreementRow(pairs, { turn, ties })
    }),
  )
  return { rows, problems: log.list() }
}

function agreementRow(
  pairs: readonly (readonly [string, string])[],
  { turn, ties }: { readonly turn: MtBenchTurn; readonly ties: boolean },
): AgreementRow {
  const counted = ties ? pairs : pairs.filter(([a, b]) => !isTie(a) && !isTie(b))
  const agree = counted.filter(([a, b]) => a === b || (isTie(a) && isTie(b))).length
  const total = counted.length
  return { turn, ties_counted: ties, agree, total, ratio: total === 0 ? null : agree / total }
}

const isTie = (winner: string): boolean => winner.includes('tie')

function gamesByTurn(votes: readonly MtBenchVote[], log: ProblemLog): Record<MtBenchTurn, Map<string, Game>> {
  const turns = { 1: new Map<string, Game>(), 2: new Map<string, Game>() }
  for (const vote of votes) {
    const { question_id, model_a, model_b, winner, judge, turn } = vote
    const group = groupOf(judge)
    if (group === undefined) {
      log.add('value-unusable', 'The vote is by no known kind of judge; it was left out.', {
        id: String(question_id),
      })
      continue
    }
    const inOrder = compareCodePoints(model_a, model_b) < 0
    const key = JSON.stringify([question_id, ...(inOrder ? [model_a, model_b] : [model_b, model_a])])
    let game = turns[turn].get(key)
    if (game === undefined) turns[turn].set(key, (game = {}))
    ;(game[group] ??= []).push(inOrder ? winner : flipped(winner))
  }
  return turns
}

function groupOf(judge: MtBenchVote['judge']): JudgeGroup | undefined {
  if (typeof judge !== 'string')
    return judge[0] === 'gpt-4' && judge[1].startsWith('pair') ? 'gpt4-pair' : undefined
  if (judge.startsWith('expert')) return 'human'
  return judge.startsWith('author') ? 'author' : undefined
}

function flipped(winner: string): string {
  if (winner === 'model_a') return 'model_b'
  return winner === 'model_b' ? 'model_a' : winner
}

function comparisons(
  games: ReadonlyMap<string, Game>,
  pair: AgreementPair,
  log: ProblemLog,
): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (const [key, { human, 'gpt4-pair': model }] of games) {
    if (human === undefined) continue
    if (pair === 'human vs human') {
      for (const [index, vote] of human.entries()) {
        for (const other of human.slice(index + 1)) pairs.push([vote, other])
      }
    } else if (model?.length === 1) {
      for (const vote of human) pairs.push([model[0] as string, vote])
    } else if (model !== undefined) {
      const message = 'The judge model voted more than once on the game; the game was left out.'
      log.add('record-duplicate', message, { id: (JSON.parse(key) as unknown[]).join(' ') })
    }
  }
  return pairs
}
