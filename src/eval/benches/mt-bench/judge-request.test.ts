import { describe, expect, it } from 'vitest'
import { pairJudgeCalls, singleJudgeCall } from './judge-request.js'
import type { MtBenchAnswer, MtBenchJudgePrompt, MtBenchQuestion } from './records.js'

const prompt = (
  name: string,
  system_prompt: string,
  prompt_template: string,
): [string, MtBenchJudgePrompt] => [
  name,
  { name, type: name.startsWith('pair') ? 'pairwise' : 'single', system_prompt, prompt_template },
]
const prompts = new Map([
  prompt('single-v1', 'generic', '{question}|{answer}'),
  prompt('single-v1-multi-turn', '', '{question_2}|{answer_1}|{answer_2}'),
  prompt('single-math-v1', 'generic', '{question}|{ref_answer_1}|{answer}'),
  prompt('pair-v2', 'choose', '{question}|{answer_a}|{answer_b}'),
])
const answer = (model_id: string, ...turns: string[]): MtBenchAnswer => ({
  question_id: 81,
  answer_id: '',
  model_id,
  choices: [{ index: 0, turns }],
  tstamp: 0,
})
const question: MtBenchQuestion = { question_id: 81, category: 'writing', turns: ['{answer}?', 'Q2'] }
const references = new Map<number, MtBenchAnswer>()
const data = { prompts, references }

describe('judge requests', () => {
  it('never fills slots inside questions or answers', () => {
    const call = singleJudgeCall({ question, turn: 1, answer: answer('m', '$& {question}') }, data)
    expect(call.userPrompt).toBe('{answer}?|$& {question}')
  })

  it('leaves out an empty system text', () => {
    const call = singleJudgeCall({ question, turn: 2, answer: answer('m', 'A1', 'A2') }, data)
    expect(call.request.messages).toEqual([{ role: 'user', content: 'Q2|A1|A2' }])
  })

  it('swaps seats in game 2', () => {
    const calls = pairJudgeCalls({ question, turn: 1, answers: [answer('a', 'x'), answer('b', 'y')] }, data)
    expect(calls.map(({ userPrompt }) => userPrompt)).toEqual(['{answer}?|x|y', '{answer}?|y|x'])
  })

  it('puts the instruction before the question for Anthropic judges', () => {
    const judged = { question, turn: 1, answers: [answer('a', 'x'), answer('b', 'y')] } as const
    const [call] = pairJudgeCalls(judged, { ...data, dialect: 'anthropic' })
    expect(call.request).toEqual({
      messages: [{ role: 'user', content: '[Instruction]\nchoose\n\n{answer}?|x|y' }],
      temperature: 0,
      maxTokens: 1024,
    })
  })

  it('says which prompt, reference or turn is missing', () => {
    const math = { ...question, category: 'math' }
    expect(() => singleJudgeCall({ question: math, turn: 1, answer: answer('m', 'x') }, data)).toThrowError(
      /question 81 \(math\) is judged against a reference answer/,
    )
    expect(() => singleJudgeCall({ question: math, turn: 2, answer: answer('m', 'x') }, data)).toThrowError(
      /lack "single-math-v1-multi-turn"; they have single-v1, /,
    )
    expect(() => singleJudgeCall({ question, turn: 2, answer: answer('m', 'x') }, data)).toThrowError(
      /answer of m to MT-Bench question 81 has no turn 2/,
    )
  })
})
