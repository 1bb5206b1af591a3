import { describe, expect, it } from 'vitest'
import { answerRequest } from './answer-plan.js'
import { answerTemperature, radarCategory } from './categories.js'
import { gameWinner, singleJudgment } from './judgment.js'
import { dedupeJudgments, matchPlan, pendingMatches } from './match-plan.js'
import type { MtBenchQuestion } from './records.js'

const question = (question_id: number, category: string, turns = ['one', 'two']): MtBenchQuestion => ({
  question_id,
  category,
  turns,
})
const questions = [question(111, 'math'), question(81, 'writing'), question(82, 'writing', ['one'])]

describe('matchPlan', () => {
  it('goes by turn, reference, question and model, and skips turn 2 of one-turn questions', () => {
    const plan = matchPlan({ mode: 'single', questions, models: ['a', 'b'] })
    expect(plan.map(({ questionId, promptName, models }) => [questionId, promptName, models[0]])).toEqual([
      [81, 'single-v1', 'a'],
      [81, 'single-v1', 'b'],
      [82, 'single-v1', 'a'],
      [82, 'single-v1', 'b'],
      [111, 'single-math-v1', 'a'],
      [111, 'single-math-v1', 'b'],
      [81, 'single-v1-multi-turn', 'a'],
      [81, 'single-v1-multi-turn', 'b'],
      [111, 'single-math-v1-multi-turn', 'a'],
      [111, 'single-math-v1-multi-turn', 'b'],
    ])
  })

  it('leaves the baseline itself out of its opponents', () => {
    const plan = matchPlan({ mode: 'pairwise-baseline', questions, models: ['a', 'gpt-3.5-turbo'] })
    expect(new Set(plan.map(({ models }) => models.join()))).toEqual(new Set(['a,gpt-3.5-turbo']))
  })

  it('resumes after what is judged, whoever stands first', () => {
    const plan = matchPlan({ mode: 'pairwise-all', questions: [question(81, 'writing')], models: ['b', 'a'] })
    const judgments = [
      {
        question_id: 81,
        model_1: 'a',
        model_2: 'b',
        g1_winner: 'error',
        g2_winner: 'tie',
        judge: ['judge', 'pair-v2'],
        turn: 1,
      } as const,
    ]
    expect(pendingMatches(plan, { judge: 'judge', judgments }).map(({ turn }) => turn)).toEqual([2])
    expect(pendingMatches(plan, { judge: 'other', judgments })).toHaveLength(2)
    const swapped = { ...judgments[0]!, model_1: 'b', model_2: 'a' }
    expect(dedupeJudgments([...judgments, swapped, { ...swapped, turn: 2 as const }])).toMatchObject([
      { model_1: 'a', turn: 1 },
      { model_1: 'b', turn: 2 },
    ])
  })
})

describe('answering', () => {
  it('shows a contestant its own first answer before the second turn', () => {
    const asked = answerRequest({ question: question(81, 'stem'), answers: ['mine'], system: 'be kind' })
    expect(asked).toEqual({
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'mine' },
        { role: 'user', content: 'two' },
      ],
      temperature: 0.1,
      maxTokens: 1024,
    })
    expect(answerRequest({ question: question(81, 'stem'), answers: ['1', '2'] })).toBeUndefined()
  })

  it('takes the temperature forced, required, of the category or 0.7, in this order', () => {
    const required = { ...question(81, 'math'), required_temperature: 0.9 }
    expect(answerTemperature(question(81, 'math'), 0.3)).toBe(0.3)
    expect(answerTemperature(required)).toBe(0.9)
    expect(answerTemperature(question(81, 'math'))).toBe(0)
    expect(answerTemperature(question(81, 'constructor'))).toBe(0.7)
    expect(() => answerTemperature(required, 0.3)).toThrowError(/question 81 requires temperature 0\.9/)
  })

  it('sorts questions into radar categories by id', () => {
    expect([81, 90, 91, 160].map(radarCategory)).toEqual(['Writing', 'Writing', 'Roleplay', 'Humanities'])
    expect([80, 161, 81.5].map(radarCategory)).toEqual([undefined, undefined, undefined])
  })
})

describe('judgment records', () => {
  it('swaps the assistants in game 2', () => {
    expect([gameWinner(1, 'A'), gameWinner(2, 'A'), gameWinner(1, 'B'), gameWinner(2, 'B')]).toEqual([
      'model_1',
      'model_2',
      'model_2',
      'model_1',
    ])
    expect([gameWinner(2, 'tie'), gameWinner(1, 'error')]).toEqual(['tie', 'error'])
  })

  it('keeps a reply without a score as -1', () => {
    const call = { promptName: 'single-v1', userPrompt: 'p', request: { messages: [] } }
    const record = singleJudgment({
      questionId: 81,
      turn: 1,
      judge: 'judge',
      time: 5,
      model: 'm',
      call,
      reply: '$ERROR$',
    })
    expect(record).toMatchObject({ score: -1, judge: ['judge', 'single-v1'], judgment: '$ERROR$', tstamp: 5 })
  })
})
