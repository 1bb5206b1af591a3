import { describe, expect, it } from 'vitest'
import { normalisedPairCounts } from './aggregate-pair.js'
import { judgeAgreement } from './agreement.js'
import type { MtBenchVote, PairJudgment } from './records.js'

const vote = (
  judge: MtBenchVote['judge'],
  [model_a, model_b]: readonly [string, string],
  winner: string,
): MtBenchVote => ({
  question_id: 81,
  model_a,
  model_b,
  winner,
  judge,
  turn: 1,
})
const gpt4 = ['gpt-4', 'pair-v2'] as const

describe('judgeAgreement', () => {
  it('compares the same game in either order, and both kinds of tie', () => {
    const votes = [
      vote(gpt4, ['a', 'b'], 'model_a'),
      vote('expert_1', ['b', 'a'], 'model_b'),
      vote('expert_2', ['a', 'b'], 'tie (both bad)'),
      vote('expert_2', ['b', 'a'], 'tie'),
      vote('author_1', ['a', 'b'], 'model_b'),
    ]
    const { rows } = judgeAgreement(votes, 'gpt4-pair vs human')
    expect(rows[0]).toEqual({ turn: 1, ties_counted: true, agree: 1, total: 3, ratio: 1 / 3 })
    expect(rows[1]).toEqual({ turn: 1, ties_counted: false, agree: 1, total: 1, ratio: 1 })
    expect(rows[2]).toEqual({ turn: 2, ties_counted: true, agree: 0, total: 0, ratio: null })
    expect(judgeAgreement(votes, 'human vs human').rows[0]).toMatchObject({ agree: 1, total: 3 })
  })

  it('reports games the judge model voted on twice and judges it does not know', () => {
    const votes = [
      vote(gpt4, ['a', 'b'], 'model_a'),
      vote(gpt4, ['a', 'b'], 'model_a'),
      vote('expert_1', ['a', 'b'], 'model_a'),
      vote('intern', ['a', 'b'], 'model_a'),
      vote(['claude', 'pair-v2'], ['a', 'b'], 'model_a'),
    ]
    const { rows, problems } = judgeAgreement(votes, 'gpt4-pair vs human')
    expect(rows[0]?.total).toBe(0)
    expect(problems.map(({ code, count, places }) => [code, count, places[0]])).toEqual([
      ['value-unusable', 2, { id: '81' }],
      ['record-duplicate', 1, { id: '81 a b' }],
    ])
  })
})

describe('normalisedPairCounts', () => {
  it('counts one judgment of each game, the other order winning over the first', () => {
    const judgment = (
      models: readonly [string, string],
      winner: 'model_1' | 'model_2' | 'tie',
    ): PairJudgment => ({
      question_id: 81,
      model_1: models[0],
      model_2: models[1],
      g1_winner: winner,
      g2_winner: winner,
      judge: gpt4,
      turn: 1,
    })
    const rows = [
      judgment(['a', 'b'], 'tie'),
      judgment(['b', 'a'], 'model_1'),
      judgment(['a', 'b'], 'model_1'),
    ]
    expect(normalisedPairCounts(rows)).toEqual([
      { judge: gpt4, model_1: 'a', model_2: 'b', outcome: 'model_2', count: 1 },
    ])
  })
})
