import type { JudgeCall } from './judge-request.js'
import { type PairVerdict, parsePairVerdict, parseSingleVerdict } from './parse.js'
import type { GameWinner, MtBenchTurn, PairJudgment, SingleJudgment } from './records.js'

/** What the published scripts record as the reply when every attempt to reach the judge failed. */
export const ERROR_REPLY = '$ERROR$'

interface Judged {
  readonly questionId: number
  readonly turn: MtBenchTurn
  /** The judge model's name. */
  readonly judge: string
  /** Seconds since 1970. */
  readonly time: number
}

/** The record of a scored answer. A reply without a score is kept with score -1. */
export function singleJudgment(
  judged: Judged & { readonly model: string; readonly call: JudgeCall; readonly reply: string },
): SingleJudgment {
  const { questionId, turn, judge, time, model, call, reply } = judged
  return {
    question_id: questionId,
    model,
    judge: [judge, call.promptName],
    user_prompt: call.userPrompt,
    judgment: reply,
    score: parseSingleVerdict(reply).score,
    turn,
    tstamp: time,
  }
}

/** The record of two games between two models, from the replies to {@link pairJudgeCalls}. */
export function pairJudgment(
  judged: Judged & {
    readonly models: readonly [string, string]
    readonly calls: readonly [JudgeCall, JudgeCall]
    readonly replies: readonly [string, string]
  },
): PairJudgment {
  const { questionId, turn, judge, time, models, calls, replies } = judged
  return {
    question_id: questionId,
    model_1: models[0],
    model_2: models[1],
    g1_winner: gameWinner(1, parsePairVerdict(replies[0]).winner),
    g2_winner: gameWinner(2, parsePairVerdict(replies[1]).winner),
    judge: [judge, calls[0].promptName],
    g1_user_prompt: calls[0].userPrompt,
    g1_judgment: replies[0],
    g2_user_prompt: calls[1].userPrompt,
    g2_judgment: replies[1],
    turn,
    tstamp: time,
  }
}

/** The winning model of a game: assistant A is model_1 in game 1 and model_2 in game 2. */
export function gameWinner(game: 1 | 2, verdict: PairVerdict): GameWinner {
  if (verdict === 'tie' || verdict === 'error') return verdict
  return (verdict === 'A') === (game === 1) ? 'model_1' : 'model_2'
}
