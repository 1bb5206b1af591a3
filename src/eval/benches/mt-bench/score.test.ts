import { describe, expect, it } from 'vitest'
import type { GameWinner, PairJudgment, SingleJudgment } from './records.js'
import { scoreMtBench } from './score.js'

const single = (
  model: string,
  question_id: number,
  [turn, score]: readonly [1 | 2, number],
): SingleJudgment => ({
  question_id,
  model,
  judge: ['gpt-4', 'single-v1'],
  score,
  turn,
})
const pair = (
  models: readonly [string, string],
  question_id: number,
  [g1_winner, g2_winner]: readonly [GameWinner, GameWinner],
): PairJudgment => ({
  question_id,
  model_1: models[0],
  model_2: models[1],
  g1_winner,
  g2_winner,
  judge: ['gpt-4', 'pair-v2'],
  turn: 1,
})

describe('scoreMtBench single', () => {
  it('averages over all rows, not over the turns', () => {
    const judgments = [single('m', 81, [1, 8]), single('m', 82, [1, 6]), single('m', 81, [2, 4])]
    const { published } = scoreMtBench({ mode: 'single', judgments })
    expect(published.average).toEqual([{ model: 'm', score: 6, count: 3 }])
    expect(published.firstTurn[0]?.score).toBe(7)
  })

  it('counts repeated rows as published and once in the corrected tables', () => {
    const judgments = [
      single('m', 81, [1, -1]),
      single('m', 81, [1, 8]),
      single('m', 81, [1, 2]),
      single('m', 7, [1, 3]),
    ]
    const { published, corrected, problems } = scoreMtBench({ mode: 'single', judgments })
    expect(published.firstTurn).toEqual([{ model: 'm', score: 13 / 3, count: 3 }])
    expect(corrected.firstTurn).toEqual([{ model: 'm', score: 8, count: 1 }])
    expect(problems.map(({ code, count, places }) => [code, count, places[0]?.id])).toEqual([
      ['record-duplicate', 2, 'm, question 81, turn 1'],
      ['id-unknown', 1, 'm, question 7, turn 1'],
    ])
  })

  it('tells missing judgments and models the judge never scored', () => {
    const judgments = [single('a', 81, [1, 5]), single('a', 82, [1, 5]), single('b', 81, [1, -1])]
    const { published, problems } = scoreMtBench({ mode: 'single', judgments })
    expect(published.average.map(({ model }) => model)).toEqual(['a'])
    expect(problems.map(({ code, places }) => [code, places])).toEqual([
      ['unscored', [{ id: 'b, question 81, turn 1' }]],
      ['record-missing', [{ id: 'b, question 82, turn 1' }]],
      ['unscored', [{ id: 'b' }]],
    ])
  })

  it('orders equal scores by name', () => {
    const judgments = ['c', 'a', 'b'].map((model) => single(model, 81, [1, 5]))
    const { published } = scoreMtBench({ mode: 'single', judgments })
    expect(published.firstTurn.map(({ model }) => model)).toEqual(['a', 'b', 'c'])
  })

  it('throws when nothing is scored', () => {
    const judgments = [single('m', 81, [1, -1])]
    expect(() => scoreMtBench({ mode: 'single', judgments })).toThrowError(
      "None of the 1 MT-Bench judgments holds a verdict that can be scored; look at the judge's replies and judge again.",
    )
    expect(() =>
      scoreMtBench({ mode: 'single', judgments: [single('moa', 81, [1, 5])], models: ['mao'] }),
    ).toThrowError(
      'No MT-Bench judgment with a verdict concerns mao; name models the judgments have: moa. Did you mean "moa"?',
    )
  })
})

describe('scoreMtBench pairwise', () => {
  const judgments = [
    pair(['a', 'b'], 81, ['model_1', 'model_1']),
    pair(['a', 'b'], 82, ['tie', 'model_1']),
    pair(['b', 'a'], 83, ['model_1', 'model_2']),
    pair(['b', 'a'], 84, ['model_1', 'error']),
    pair(['c', 'a'], 81, ['model_1', 'model_1']),
  ]

  it('wins only where both games agree and drops errors', () => {
    const { published } = scoreMtBench({ mode: 'pairwise-all', judgments })
    expect(published.map(({ model, win, loss, tie }) => [model, win, loss, tie])).toEqual([
      ['c', 1, 0, 0],
      ['a', 1, 1, 2],
      ['b', 0, 1, 2],
    ])
    expect(published[1]?.win_rate_adjusted).toBe(0.5)
  })

  it('filters by the first model as published, by both in the corrected table', () => {
    const { published, corrected } = scoreMtBench({ mode: 'pairwise-all', judgments, models: ['a', 'b'] })
    expect(published.map(({ model }) => model)).toEqual(['a', 'b'])
    const onlyB = scoreMtBench({ mode: 'pairwise-baseline', baseline: 'a', judgments, models: ['b'] })
    expect(onlyB.published).toMatchObject([{ model: 'b', tie: 1 }])
    expect(onlyB.corrected.rows).toMatchObject([{ model: 'b', loss: 1, tie: 2 }])
    expect(corrected.rows).toHaveLength(2)
    const { problems } = scoreMtBench({ mode: 'pairwise-all', judgments, models: ['a', 'b', 'd'] })
    expect(problems).toContainEqual({
      code: 'record-missing',
      message: 'No judgment concerns the model asked for.',
      count: 1,
      places: [{ id: 'd' }],
    })
  })

  it('leaves out the row of the baseline and refuses an absent one', () => {
    const { published } = scoreMtBench({ mode: 'pairwise-baseline', baseline: 'c', judgments })
    expect(published.map(({ model }) => model)).toEqual(['a'])
    expect(() => scoreMtBench({ mode: 'pairwise-baseline', judgments })).toThrowError(
      /concerns gpt-3\.5-turbo/,
    )
  })
})
