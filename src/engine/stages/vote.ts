import { agreement, majority } from '../agreement.js'
import { finalAnswer } from '../final-answer.js'
import type { StageRunner } from './stage.js'

/**
 * Keeps the proposals whose final answer is the most frequent one (self-consistency, arXiv 2203.11171), the most
 * central of them first. When no final answer can be read, the most central proposal comes first and all are kept.
 */
export const vote: StageRunner<'vote'> = (run, stage, material) => {
  const { proposals } = material
  const answers = proposals.map(({ text }) => finalAnswer(text))
  const { winner, votes } = majority(answers)
  const winners = winner === undefined ? proposals : proposals.filter((_, index) => answers[index] === winner)
  const first = winners[agreement(winners).central]
  run.outlet.send({
    type: 'vote-end',
    stage: stage.index,
    answers: proposals.map(({ slot }, index) => ({ slot, answer: answers[index] ?? null })),
    winner: winner ?? null,
    votes,
  })
  if (winner === undefined && proposals.length > 1)
    run.degrade({
      code: 'judge-failed',
      message: 'No proposal states a final answer that could be counted; the most central proposal leads.',
    })
  const rest = winners.filter((proposal) => proposal !== first)
  return Promise.resolve({ ...material, proposals: first ? [first, ...rest] : [], ranked: true })
}
