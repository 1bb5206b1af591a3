import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeJsonl } from '../../jsonl.js'
import { flaskJudgeRequest, flaskReview, flaskReviewRecord } from './judge-request.js'
import { parseFlaskReview } from './parse.js'
import { readFlaskAnswers, readFlaskInstances, readFlaskReviews, readFlaskRubrics } from './read.js'
import type { FlaskReview, FlaskRubric } from './records.js'
import { scoreFlask } from './score.js'
import { FLASK_LEVELS } from './vocabulary.js'

const finalRow = {
  idx: 7,
  instruction: 'Do {skills}.',
  answer: 'Done.',
  task: 'own',
  skill: ['Readability', 'Logical Correctness', 'Unknown'],
  domain: ['Math', '-1'],
  difficulty: 'expert level knowledge',
}
const oldRow = {
  question_id: 7,
  text: 'Do {skills}.',
  answer: 'Done.',
  metrics: finalRow.skill,
  domain: 'not this',
  domain_labeled: finalRow.domain,
  difficulty_labeled: finalRow.difficulty,
}
const rubric = (Skill: string): FlaskRubric => ({
  Skill,
  Criteria: 'c?',
  Scoring: { '1': 'a', '2': 'b', '3': 'c', '4': 'd', '5': 'e' },
})
const [instance] = readFlaskInstances(writeJsonl([finalRow])).data

describe('parseFlaskReview', () => {
  it.each([
    [
      "Fine.\n{'Logical_Correctness': 4,\n 'Readability': 'n/a'}",
      { 'logical correctness': 4, readability: 'N/A' },
    ],
    ["{'a': 1} and {'b': 'Not Applicable', 'c': [5]}", { b: 'N/A', c: [5] }],
    ["{'a': 4, # good\r\n'b': 3}", { a: 4, b: 3 }],
    ['{{"a": 2}}', {}],
    ["{'a': 4, # good\n'b': 3}", {}],
    ["{} {'a': 1}", { a: 1 }],
    ["{'a': 1} {}", { a: 1 }],
  ])('reads %j', (reply, score) => {
    expect(parseFlaskReview(reply).score).toEqual(score)
  })

  it.each([
    ['no dictionary at all', 'no-braces'],
    ["{'a': 4/5}", 'no-literal'],
    ["{'a', 'b'}", 'no-dictionary'],
  ])('says why %j has no scores: %s', (reply, reason) => {
    expect(parseFlaskReview(reply)).toEqual({ score: {}, reason })
  })

  it('answers at once however many braces a reply has', () => {
    expect(parseFlaskReview('{'.repeat(500_000)).score).toEqual({})
    expect(parseFlaskReview('{}'.repeat(500_000)).score).toEqual({})
  })

  it('reads back any scores a judge writes, and never throws', () => {
    const key = fc.stringMatching(/^[a-z ]{1,12}$/)
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.integer({ min: 1, max: 5 }), { minKeys: 1 }),
        fc.string(),
        (score, text) => {
          expect(parseFlaskReview(`${text.replaceAll('{', '')}\n${JSON.stringify(score)}`).score).toEqual(
            score,
          )
          expect(typeof parseFlaskReview(text).score).toBe('object')
        },
      ),
    )
  })
})

describe('FLASK readers', () => {
  it('reads both generations of keys alike', () => {
    const [old] = readFlaskInstances(writeJsonl([oldRow])).data
    expect({ ...old, row: null }).toEqual({ ...instance, row: null })
    expect(instance?.row).toEqual(finalRow)
  })

  it('keeps a failed difficulty label as text', () => {
    const { data: rows } = readFlaskInstances(writeJsonl([{ ...finalRow, difficulty: -1 }]))
    expect(rows[0]?.difficulty).toBe('-1')
  })

  it('joins by id and tells repeated, missing and foreign answers', () => {
    const rows = [
      { question_id: 8, text: 'x' },
      { question_id: 8, text: 'y' },
    ]
    const { data: answers, problems } = readFlaskAnswers(writeJsonl(rows), {
      source: 'm.jsonl',
      instances: [instance!],
    })
    expect([...answers]).toEqual([[8, 'x']])
    expect(problems.map(({ code, places }) => [code, places[0]])).toEqual([
      ['record-duplicate', { source: 'm.jsonl', line: 2, id: '8' }],
      ['id-unknown', { source: 'm.jsonl', id: '8' }],
      ['record-missing', { source: 'm.jsonl', id: '7' }],
    ])
  })

  it('reads the review again where the score is no dictionary', () => {
    const { data: rows, problems } = readFlaskReviews(
      writeJsonl([{ ...finalRow, score: null, review: "{'Readability': 2}" }]),
    )
    expect(rows[0]?.score).toEqual({ readability: 2 })
    expect(problems).toMatchObject([{ code: 'value-unusable', count: 1 }])
  })

  it("refuses another benchmark's judgments and broken rubrics", () => {
    const row = { question_id: 81, model: 'm', judge: ['g', 'p'], score: 7, turn: 1 }
    expect(() => readFlaskReviews(writeJsonl([row]))).toThrowError(/looks like an MT-Bench single judgment/)
    expect(() => readFlaskRubrics('{')).toThrowError(/is not valid JSON/)
    expect(() => readFlaskRubrics('[{}]', { source: 'skills.json' })).toThrowError(
      /^skills\.json is not a list/,
    )
  })

  it('reads back a review record', () => {
    const record = flaskReviewRecord({
      instance: instance!,
      response: 'r',
      reply: "{'Readability': 5}",
      totalTokens: 9,
    })
    expect(record).toMatchObject({
      ...finalRow,
      target_txt: 'r',
      score: { readability: 5 },
      total_tokens_step4: 9,
    })
    const { data: rows } = readFlaskReviews(writeJsonl([record]))
    expect(rows).toEqual([flaskReview(instance!, "{'Readability': 5}")])
  })
})

describe('flaskJudgeRequest', () => {
  const prompts = [
    {
      prompt_id: 2,
      system_prompt: 's',
      prompt_template: '{prompt1}{skills}{question}|{sample_answer}|{response}',
      defaults: { prompt1: 'p' },
    },
  ]
  const rubrics = [rubric('Readability'), rubric('Logical Correctness')]

  it('shows the rubrics in the order of the labels and fills slots once', () => {
    const request = flaskJudgeRequest({ instance: instance!, response: '{prompt1} $&', prompts, rubrics })
    const scores = '\nScore 1: a\nScore 2: b\nScore 3: c\nScore 4: d\nScore 5: e\n\n'
    expect(request).toEqual({
      messages: [
        { role: 'system', content: 's' },
        {
          role: 'user',
          content: `p\nReadability: c?${scores}\nLogical Correctness: c?${scores}Do {skills}.|Done.|{prompt1} $&`,
        },
      ],
    })
  })

  it('sends sampling options only when asked, as the published scripts fail to', () => {
    const judging = { instance: instance!, response: 'r', prompts, rubrics }
    expect(flaskJudgeRequest({ ...judging, deterministic: true })).toMatchObject({
      temperature: 0,
      maxTokens: 1024,
    })
    expect(() => flaskJudgeRequest({ ...judging, prompts: [] })).toThrowError(/judges with prompt 2/)
  })
})

describe('scoreFlask', () => {
  const review = (id: number, score: FlaskReview['score']): FlaskReview => ({
    id,
    score,
    skills: ['Readability', 'Logical Correctness'],
    domains: ['Social Science'],
    difficulty: 'formal education knowledge',
  })

  it('counts repeated, foreign and impossible scores as published and leaves them out of the corrected tables', () => {
    const reviews = [
      review(1, { readability: 5, 'logical correctness': 9, correctness: 3, overall: 2, conciseness: 4 }),
      review(1, { readability: 1 }),
      review(2, {}),
    ]
    const { published, corrected, problems } = scoreFlask({ reviews })
    expect(published.skill?.rows.map(({ skill, sum, count }) => [skill, sum, count])).toEqual([
      ['correctness', 12, 2],
      ['readability', 6, 2],
      ['conciseness', 4, 1],
    ])
    expect(published.domain?.rows[0]).toMatchObject({ domain: 'Social Science', sum: 24, count: 6 })
    expect(corrected.skill?.rows.map(({ skill, sum, count }) => [skill, sum, count])).toEqual([
      ['correctness', 3, 1],
      ['readability', 5, 1],
    ])
    expect(problems.map(({ code, places }) => [code, places[0]?.id])).toEqual([
      ['published-defect', '1'],
      ['record-duplicate', '1'],
      ['value-unusable', '1, logical correctness'],
      ['value-unusable', '1, overall'],
      ['value-unusable', '1, conciseness'],
      ['unscored', '2'],
    ])
  })

  it('stops the CSV where the published script divides by zero, and goes on in the rows', () => {
    const { published, problems } = scoreFlask({
      reviews: [review(1, { factuality: 4, readability: 'N/A', conciseness: 3 })],
    })
    expect(published.skill?.csv).toBe('skill,score,count,avg\r\nfactuality,4.0,1,4.0\r\n')
    expect(published.skill?.error).toBe('ZeroDivisionError: division by zero')
    expect(published.skill?.rows.map(({ avg }) => avg)).toEqual([4, null, 3])
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'published-defect', places: [{ id: 'skill' }] }) as unknown,
    )
  })

  it('sums abilities over their skills and makes only the tables asked for', () => {
    const result = scoreFlask({
      reviews: [review(1, { readability: 5, 'logical correctness': 2 })],
      by: 'ability',
    })
    expect(Object.keys(result.published)).toEqual(['ability'])
    expect(result.published.ability?.rows).toEqual([
      { ability: 'Logical Thinking', sum: 2, count: 1, avg: 2 },
      { ability: 'User Alignment', sum: 5, count: 1, avg: 5 },
    ])
  })

  it('takes labels from the instance of the same id and tells missing and foreign reviews', () => {
    const reviews = [review(8, { readability: 4 }), { id: 9, score: { readability: 3 } }]
    const instances = [
      { ...instance!, id: 9 },
      { ...instance!, id: 10 },
    ]
    const { corrected, problems } = scoreFlask({ reviews, instances })
    expect(corrected.difficulty?.rows.at(-1)).toMatchObject({
      difficulty: 'expert level knowledge',
      sum: 3,
      cumu: 3,
    })
    expect(corrected.skill?.rows).toMatchObject([{ skill: 'readability', sum: 3, count: 1 }])
    expect(problems.map(({ code, places }) => [code, places[0]?.id]).slice(0, 3)).toEqual([
      ['record-missing', '10'],
      ['id-unknown', '8'],
      ['published-defect', '8'],
    ])
  })

  it('publishes difficulty by row position and corrects it by id, saying where the two part', () => {
    const level = (id: number, difficulty: string) => ({ ...instance!, id, difficulty })
    const [easy, formal, expert] = [FLASK_LEVELS[0], FLASK_LEVELS[2], FLASK_LEVELS[4]]
    const instances = [level(1, easy), level(2, formal), level(3, expert)]
    const reviews = [1, 3, 4].map((id) => ({ id, score: { readability: id } }))
    const { published, corrected, problems } = scoreFlask({ reviews, instances, by: 'difficulty' })
    const sums = (table = published.difficulty) =>
      Object.fromEntries(table!.rows.filter(({ count }) => count > 0).map((row) => [row.difficulty, row.sum]))
    expect(sums()).toEqual({ [easy]: 1, [formal]: 3, [expert]: 4 })
    expect(sums(corrected.difficulty)).toEqual({ [easy]: 1, [expert]: 3 })
    expect(problems.filter(({ code }) => code === 'published-defect')).toMatchObject([
      { count: 2, places: [{ id: '3' }, { id: '4' }] },
    ])
    const whole = scoreFlask({ reviews: [...reviews.slice(0, 1)], instances, by: 'difficulty' })
    expect(whole.problems.map(({ code }) => code)).not.toContain('published-defect')
  })

  it('gives empty tables for no reviews', () => {
    expect(scoreFlask({ reviews: [] }).published.skill).toEqual({
      rows: [],
      csv: 'skill,score,count,avg\r\n',
    })
  })

  it('never loses a score between the sums of skills, abilities and levels', () => {
    const scores = fc.dictionary(
      fc.constantFrom('readability', 'logical correctness', 'factuality', 'harmlessness'),
      fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom('N/A', '4', 'none')),
    )
    fc.assert(
      fc.property(fc.array(scores), (all) => {
        const { published } = scoreFlask({ reviews: all.map((score, index) => review(index, score)) })
        const count = (rows: readonly { readonly count: number }[] = []) =>
          rows.reduce((sum, row) => sum + row.count, 0)
        const skills = count(published.skill?.rows)
        expect(count(published.ability?.rows)).toBe(skills)
        expect(count(published.difficulty?.rows)).toBe(skills)
        expect(count(published.domain?.rows)).toBe(skills)
      }),
    )
  })
})
