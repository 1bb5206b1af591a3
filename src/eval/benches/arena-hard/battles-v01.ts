import type { ProblemLog } from '../../problems.js'
import { inFileOrder } from './file-order.js'
import { labelAdvantage } from './labels.js'
import type { V01Judgment } from './records.js'

/** Who wins a battle, in the order of the codes. */
export const OUTCOMES = ['baseline', 'contestant', 'tie'] as const

/** Battles of v0.1, each between the baseline (model_a) and a contestant (model_b), a clear win several times. */
export interface Battles {
  readonly baseline: string
  /** Contestants in the order of their battles. */
  readonly models: readonly string[]
  /** What was compared: a contestant's answer to a question. */
  readonly pairs: readonly { readonly model: number; readonly questionId: string }[]
  /** For each battle three times its pair's index plus the outcome. */
  readonly codes: Uint32Array
}

export interface BattleOptions {
  /** Default `gpt-4-0314`. */
  readonly baseline?: string
  /** How often a clear win counts. Default 3. */
  readonly weight?: number
  /** Leaves out game 2. Default false. */
  readonly firstGameOnly?: boolean
}

export const V01_BASELINE = 'gpt-4-0314'

/** Judgments as battles. Games without a known label are left out and reported. */
export function v01Battles(
  judgments: readonly V01Judgment[],
  options: BattleOptions,
  log: ProblemLog,
): Battles {
  const { baseline = V01_BASELINE, weight = 3, firstGameOnly = false } = options
  const models = new Map<string, number>()
  const pairs: { model: number; questionId: string }[] = []
  const codes: number[] = []
  for (const { question_id, model, games } of inFileOrder(judgments)) {
    const index = models.get(model) ?? models.size
    models.set(model, index)
    pairs.push({ model: index, questionId: question_id })
    for (const game of firstGameOnly ? [0] : [0, 1]) {
      const label = games[game]?.score ?? null
      const place = { id: `${model}, ${question_id}, game ${game + 1}` }
      const advantage = label === null ? undefined : labelAdvantage('v0.1', label)
      if (advantage !== undefined) {
        // In game 1 the baseline sits in seat A, in game 2 the contestant.
        const seat = game === 0 ? advantage.seat : -advantage.seat
        const code = 3 * (pairs.length - 1) + (seat === 0 ? 2 : seat === 1 ? 0 : 1)
        for (let copy = advantage.clear ? weight : 1; copy > 0; copy -= 1) codes.push(code)
      } else if (label === null) log.add('unscored', 'The game has no label; the game is left out.', place)
      else log.add('value-unusable', 'The label is not one of the five; the game is left out.', place)
    }
  }
  return { baseline, models: [...models.keys()], pairs, codes: Uint32Array.from(codes) }
}

/** A contestant's battles against the baseline. */
export interface BattleCount {
  readonly wins: number
  readonly losses: number
  readonly ties: number
}

/** Battles counted by contestant. */
export function countBattles({ models, pairs, codes }: Battles): BattleCount[] {
  const counts = models.map(() => ({ wins: 0, losses: 0, ties: 0 }))
  for (const code of codes) {
    const count = counts[pairs[Math.floor(code / 3)]?.model ?? -1]
    if (count === undefined) continue
    if (code % 3 === 0) count.losses += 1
    else if (code % 3 === 1) count.wins += 1
    else count.ties += 1
  }
  return counts
}
