import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeJsonl } from '../../jsonl.js'
import {
  arenaVersion,
  readArenaAnswers,
  readArenaJudgments,
  readArenaQuestions,
  readV01Judgments,
  readV2Judgments,
} from './read.js'
import { arenaStyle, averageTokens } from './style.js'

const v01Answer = (question_id: string, content: string, extra = {}) => ({
  question_id,
  answer_id: 'a',
  model_id: 'm',
  choices: [{ index: 0, turns: [{ content, ...extra }] }],
  tstamp: 1,
})
const v2Answer = (uid: string, answer: string, metadata?: object) => ({
  uid,
  ans_id: 'a',
  model: 'org/m',
  messages: [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: { answer } },
  ],
  tstamp: 1,
  ...(metadata && { metadata }),
})
const game = { score: 'A>B' }

describe('Arena-Hard readers', () => {
  it('tells the versions apart and reads both into one form', () => {
    const v01 = writeJsonl([{ question_id: 'x', category: 'c', cluster: 'k', turns: [{ content: 'why?' }] }])
    const v2 = writeJsonl([{ uid: 'x', category: 'c', subcategory: 's', prompt: 'why?' }])
    expect([arenaVersion(v01), arenaVersion(v2), arenaVersion('')]).toEqual(['v0.1', 'v2.0', 'v0.1'])
    const rows = [{ id: 'x', category: 'c', prompt: 'why?' }]
    expect([readArenaQuestions(v01).data, readArenaQuestions(v2).data]).toEqual([rows, rows])
  })

  it('takes the style from the metadata or from the text, and the length from where it stands', () => {
    const metadata = {
      token_len: 9,
      header_count: { h1: 1 },
      list_count: { ordered: 2 },
      bold_count: { '**': 3 },
    }
    const text = writeJsonl([
      v2Answer('x', '# a', metadata),
      v2Answer('y', '- a\n- b', { token_len: 5 }),
      v2Answer('z', ''),
    ])
    const { data: rows } = readArenaAnswers(text)
    const { style, problems } = arenaStyle(rows)
    expect([...style.get('org/m')!]).toEqual([
      ['x', [9, 1, 2, 3]],
      ['y', [5, 0, 2, 0]],
    ])
    expect(problems).toMatchObject([{ code: 'record-missing', places: [{ id: 'org/m, z' }] }])
    const own = readArenaAnswers(
      writeJsonl([v01Answer('x', 'a', { token_len: 7 }), v01Answer('y', 'b', { token_len: 8 })]),
    )
    expect(averageTokens(own.data)).toEqual(new Map([['m', 7]]))
  })

  it('tells repeated, foreign and missing answers', () => {
    const questions = ['x', 'z'].map((id) => ({ id, category: 'c', prompt: 'p' }))
    const text = writeJsonl([v01Answer('x', 'old'), v01Answer('x', 'new'), v01Answer('y', 'b')])
    const { data: rows, problems } = readArenaAnswers(text, { source: 'm.jsonl', questions })
    expect(rows.map((row) => row.text)).toEqual(['new', 'b'])
    expect(problems.map(({ code, places }) => [code, places[0]])).toEqual([
      ['record-duplicate', { source: 'm.jsonl', line: 2, id: 'x' }],
      ['id-unknown', { source: 'm.jsonl', id: 'y' }],
      ['record-missing', { source: 'm.jsonl', id: 'z' }],
    ])
  })

  it('refuses files of another kind', () => {
    const mtBench = writeJsonl([{ question_id: 81, choices: [{ index: 0, turns: ['a'] }] }])
    expect(() => readArenaAnswers(mtBench, { source: 'm.jsonl' })).toThrowError(
      /m\.jsonl, line 1: .*an MT-Bench answer/,
    )
    const v2 = writeJsonl([
      { uid: 'x', category: 'c', judge: 'j', model: 'm', baseline: 'b', games: [game, null] },
    ])
    expect(() => readV01Judgments(v2)).toThrowError(/looks like an Arena-Hard v2\.0 judgment/)
    expect(readV2Judgments(v2).data).toHaveLength(1)
    expect(readArenaJudgments(v2)).toMatchObject({ version: 'v2.0', problems: [] })
  })

  it('never fails on a line of any kind beside a good one', () => {
    const good = { question_id: 'x', model: 'm', judge: 'j', games: [game, { score: null }] }
    const line = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ question_id: fc.string(), model: fc.string(), judge: fc.string(), games: fc.jsonValue() })
        .map((row) => JSON.stringify(row)),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { data: rows } = readV01Judgments([JSON.stringify(good), ...lines].join('\n'))
        expect(rows[0]).toEqual(good)
      }),
    )
  })
})
