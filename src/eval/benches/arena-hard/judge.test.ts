import { describe, expect, it } from 'vitest'
import { v01Judgment, v01Matches, v01Step } from './judge-v01.js'
import { v2Judgment, v2JudgeRequests } from './judge-v2.js'

const settings = {
  system_prompt: 'judge',
  prompt_template: ['{question_1}|{answer_1}|{answer_2}'],
}

describe('v0.1 games', () => {
  const [first, second] = v01Matches({
    settings,
    question: '{answer_2}',
    baseline: 'base',
    candidate: '$& mine',
  })

  it('show the baseline as A first and the candidate second', () => {
    const asked = [first, second].map((match) => {
      const step = v01Step(match)
      return step.done ? undefined : step.request.messages[1]?.content
    })
    expect(asked).toEqual(['{answer_2}|base|$& mine', '{answer_2}|$& mine|base'])
  })

  it('ask once more without a label, and join both replies', () => {
    const again = v01Step({ ...first, replies: ['hm'] })
    expect(again).toMatchObject({ done: false, request: { temperature: 0, maxTokens: 4096 } })
    expect(!again.done && again.request.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
    ])
    const done = v01Step({ ...first, replies: ['hm', '[[A=B]]'] })
    expect(done).toMatchObject({ done: true, game: { score: 'A=B', judgment: '\nhm\n[[A=B]]' } })
    expect(v01Step({ ...first, replies: ['hm', 'hm'] })).toMatchObject({ done: true, game: { score: null } })
    expect(v01Step({ ...first, replies: ['[[A>B]] [[B>A]]'] })).toMatchObject({
      done: true,
      game: { score: null },
    })
  })

  it('say what to ask again in the words given', () => {
    const match = { ...first, settings: { ...settings, retry_prompt: 'again!' }, replies: ['hm'] }
    const step = v01Step(match)
    expect(!step.done && step.request.messages.at(-1)).toEqual({ role: 'user', content: 'again!' })
  })

  it('make a judgment line', () => {
    const games = [{ score: 'A>B' }, { score: null }] as const
    expect(v01Judgment({ questionId: 'x', model: 'm', judge: 'j', games })).toEqual({
      question_id: 'x',
      model: 'm',
      judge: 'j',
      games,
    })
  })
})

describe('v2.0 games', () => {
  const v2 = {
    settings: {
      prompt_template: '{QUESTION}|{ANSWER_A}|{ANSWER_B}',
      categories: { hard_prompt: { baseline: 'b', system_prompt: 'hard' } },
    },
    category: 'hard_prompt',
    question: '{ANSWER_A}',
    baseline: 'base',
    candidate: 'mine',
  }

  it('ask each game once and keep a judge out of reach as null', () => {
    const requests = v2JudgeRequests(v2)
    expect(requests.map(({ messages }) => messages[1]?.content)).toEqual([
      '{ANSWER_A}|base|mine',
      '{ANSWER_A}|mine|base',
    ])
    const line = { uid: 'x', category: 'hard_prompt', judge: 'j', model: 'm', baseline: 'b' }
    expect(v2Judgment({ ...line, requests, replies: [null, 'so [a>b]'] })).toEqual({
      ...line,
      games: [null, { score: 'A>B', judgment: { answer: 'so [a>b]' }, prompt: requests[1].messages }],
    })
  })

  it('refuse a category without settings', () => {
    expect(() => v2JudgeRequests({ ...v2, category: 'poems' })).toThrowError(
      /no category "poems", only hard_prompt/,
    )
  })
})
