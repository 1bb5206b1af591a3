import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeJsonl } from '../../jsonl.js'
import { readMtBenchAnswers, readMtBenchQuestions, readPairJudgments, readSingleJudgments } from './read.js'
import type { MtBenchAnswer, MtBenchQuestion } from './records.js'
import { writeMtBenchAnswers } from './write.js'

const questions: MtBenchQuestion[] = [81, 82].map((question_id) => ({
  question_id,
  category: 'writing',
  turns: ['one', 'two'],
}))
const answer = (question_id: number, turns: string[]): MtBenchAnswer => ({
  question_id,
  answer_id: 'a',
  model_id: 'm',
  choices: [{ index: 0, turns }],
  tstamp: 1,
})
const single = { question_id: 81, model: 'm', judge: ['gpt-4', 'single-v1'], score: 7, turn: 1 }

describe('readMtBenchAnswers', () => {
  it('tells repeated, foreign, short and missing answers, and keeps the last', () => {
    const text = writeJsonl([answer(81, ['x']), answer(81, ['y']), answer(7, ['z', 'z'])])
    const { data: answers, problems } = readMtBenchAnswers(text, { source: 'm.jsonl', questions })
    expect(answers.get(81)?.choices[0]?.turns).toEqual(['y'])
    expect(problems.map(({ code, message, places }) => [code, message, places])).toEqual([
      [
        'record-duplicate',
        'The question is answered more than once; the last answer counts.',
        [{ source: 'm.jsonl', line: 2, id: '81' }],
      ],
      ['id-unknown', 'The question set has no question of this id.', [{ source: 'm.jsonl', id: '7' }]],
      ['record-missing', 'The answer has fewer turns than the question.', [{ source: 'm.jsonl', id: '81' }]],
      ['record-missing', 'The question has no answer.', [{ source: 'm.jsonl', id: '82' }]],
    ])
  })

  it("refuses another benchmark's answers in one sentence", () => {
    const arena = { question_id: 'x', choices: [{ index: 0, turns: [{ content: 'hi' }] }] }
    const read = () => readMtBenchAnswers(writeJsonl([arena]), { source: 'arena.jsonl' })
    expect(read).toThrowError(/^arena\.jsonl, line 1: no line holds an MT-Bench answer/)
  })

  it('keeps what stood before a cut last line', () => {
    const whole = writeJsonl([answer(81, ['x', 'y']), answer(82, ['x', 'y'])])
    const { data: answers, problems } = readMtBenchAnswers(whole.slice(0, -20), { questions })
    expect([...answers.keys()]).toEqual([81])
    expect(problems.map(({ code }) => code)).toEqual(['line-truncated', 'record-missing'])
  })

  it('reads back what writeMtBenchAnswers sorted', () => {
    const written = writeMtBenchAnswers([answer(82, ['b']), answer(81, ['old']), answer(81, ['new'])])
    const { data: answers } = readMtBenchAnswers(written)
    expect([...answers].map(([id, { choices }]) => [id, choices[0]?.turns])).toEqual([
      [81, ['new']],
      [82, ['b']],
    ])
  })
})

describe('readMtBenchQuestions', () => {
  it('keeps the first of two questions with an id', () => {
    const { data: rows, problems } = readMtBenchQuestions(writeJsonl([...questions, questions[0]]))
    expect(rows).toEqual(questions)
    expect(problems).toMatchObject([{ code: 'record-duplicate', count: 1, places: [{ line: 3, id: '81' }] }])
  })
})

describe('judgment readers', () => {
  it('takes a null score for no score and says so', () => {
    const { data: rows, problems } = readSingleJudgments(writeJsonl([{ ...single, score: null }, single]))
    expect(rows.map(({ score }) => score)).toEqual([-1, 7])
    expect(problems).toMatchObject([{ code: 'unscored', places: [{ line: 1, id: '81' }] }])
  })

  it('names the kind of judgment that came instead', () => {
    const read = () => readPairJudgments(writeJsonl([single]), { source: 'gpt-4_pair.jsonl' })
    expect(read).toThrowError(/this looks like an MT-Bench single judgment/)
  })

  it('takes an unknown winner for an error', () => {
    const pair = {
      question_id: 81,
      model_1: 'a',
      model_2: 'b',
      g1_winner: 'model_1',
      g2_winner: 'A',
      judge: ['gpt-4', 'pair-v2'],
      turn: 1,
    }
    const { data: rows, problems } = readPairJudgments(writeJsonl([pair]))
    expect(rows).toMatchObject([{ g1_winner: 'model_1', g2_winner: 'error' }])
    expect(problems).toMatchObject([{ code: 'value-unusable', count: 1 }])
  })

  it('never fails on a line of any kind beside a good one', () => {
    const field = fc.constantFrom('question_id', 'model', 'judge', 'score', 'turn', 'model_1')
    const line = fc.oneof(
      fc.json(),
      fc.string(),
      fc.dictionary(field, fc.jsonValue()).map((row) => JSON.stringify(row)),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { data: rows } = readSingleJudgments([JSON.stringify(single), ...lines].join('\n'))
        expect(rows[0]).toEqual(single)
      }),
    )
  })
})
