import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson } from '../../../../test/shared.js'
import { textOf } from '../../../core/message.js'
import { sha256Hex } from '../../../util/hash.js'
import {
  type FlaskReview,
  type FlaskTables,
  flaskAnswerRequest,
  flaskJudgeRequest,
  parseFlaskReview,
  readFlaskAnswers,
  readFlaskInstances,
  readFlaskPrompts,
  readFlaskReviews,
  readFlaskRubrics,
  scoreFlask,
} from './index.js'

const bench = 'benchmarks/flask'
const present = hasShared(bench)
const golden = <T>(name: string): T => readSharedJson<T>(`${bench}/goldens/${name}`)
const instances = (name: string) => readFlaskInstances(readShared(`${bench}/${name}.jsonl.gz`))

interface Aggregate {
  readonly csv: Readonly<Record<string, string>>
  readonly error: string | null
}

interface EdgeCase {
  readonly name: string
  readonly reviews: readonly { readonly score: Record<string, unknown> }[]
  readonly domain_labeled_per_review: readonly string[][]
  readonly difficulty_per_review: readonly string[]
  readonly skill_csv: string
  readonly skill_error: string | null
  readonly domain_csv: string
  readonly domain_error: string | null
  readonly difficulty_csv: string
}

describe.runIf(present)('FLASK against the original code', () => {
  it('reads replies', () => {
    const { cases } = golden<{ cases: { id: string; reply: string; score: unknown }[] }>('parse_score.json')
    for (const { id, reply, score } of cases) expect([id, parseFlaskReview(reply).score]).toEqual([id, score])
  })

  it('builds the judge prompt of every instance', () => {
    const { data: prompts } = readFlaskPrompts(readShared(`${bench}/prompt.jsonl`))
    const rubrics = readFlaskRubrics(readShared(`${bench}/skillset_description.json`))
    const wanted = golden<{
      response: string
      moa_format_1740: Record<string, string>
      hard_89: Record<string, string>
      full: { idx: number; system: string; user: string }[]
    }>('judge_prompts.json')
    const messagesOf = (instance: ReturnType<typeof instances>['data'][number]): string[] =>
      flaskJudgeRequest({ instance, response: wanted.response, prompts, rubrics }).messages.map(
        ({ content }) => textOf(content),
      )
    const full = instances('flask_evaluation')
    expect(full.problems).toEqual([])
    let compared = 0
    const compare = (rows: typeof full.data, hashes: Record<string, string>): void => {
      for (const instance of rows) {
        const hash = hashes[String(instance.id)]
        if (hash === undefined) continue
        expect([instance.id, sha256Hex(messagesOf(instance).join('\0'))]).toEqual([instance.id, hash])
        compared += 1
      }
    }
    compare(full.data, wanted.moa_format_1740)
    compare(instances('flask_hard_evaluation').data, wanted.hard_89)
    // Text, skills and reference answers of the first release are the same.
    compare(instances('flask_evaluation_v1_1700').data, wanted.moa_format_1740)
    expect(compared).toBe(870 + 44 + 850)
    for (const { idx, system, user } of wanted.full) {
      const instance = full.data.find(({ id }) => id === idx)
      expect(instance && messagesOf(instance)).toEqual([system, user])
    }
  })

  it("asks contestants what MoA's final call asks, references aside", () => {
    interface Flow {
      readonly item: { readonly text: string }
      readonly args: { readonly model: string }
      readonly calls: {
        readonly model: string
        readonly messages: { readonly role: string }[]
        readonly temperature: number
        readonly max_tokens: number
      }[]
    }
    for (const { item, args, calls } of golden<{ cases: Flow[] }>('moa_answer_flow.json').cases) {
      const { messages, temperature, max_tokens } = calls.filter(({ model }) => model === args.model).at(-1)!
      expect(flaskAnswerRequest({ instruction: item.text })).toEqual({
        messages: messages.filter(({ role }) => role !== 'system'),
        temperature,
        maxTokens: max_tokens,
      })
    }
  })

  it.each([
    ['flaskA_old1700_review', 'old1700', 'flask_evaluation_v1_1700'],
    ['flaskA_moa1740_review', 'moa1740', 'flask_evaluation'],
    ['flaskA_moa1740_review', 'moa1740_keys_renamed', 'flask_evaluation'],
    ['flaskA_hard89_review', 'hard89', 'flask_hard_evaluation'],
  ])('writes the tables of %s (%s) byte for byte', (file, run, set) => {
    const { data: reviews, problems } = readFlaskReviews(readShared(`${bench}/goldens/${file}.jsonl.gz`))
    expect(problems).toEqual([])
    const wanted = golden<Record<string, Aggregate>>('flaskA_aggregates.json')
    const results = [scoreFlask({ reviews }), scoreFlask({ reviews, instances: instances(set).data })]
    let compared = 0
    for (const { published } of results) {
      for (const by of ['skill', 'domain', 'difficulty'] as const) {
        const script = wanted[`${run}/aggregate_${by === 'difficulty' ? 'difficulty_skill' : by}`]
        const csv = Object.values(script?.csv ?? {})[0]
        if (csv === undefined) continue
        expect(published[by]?.csv).toBe(csv)
        compared += 1
      }
    }
    expect(compared).toBeGreaterThan(0)
  })

  it('stops where the original scripts stop', () => {
    for (const golden_ of golden<{ cases: EdgeCase[] }>('aggregate_edge_cases.json').cases) {
      const reviews = golden_.reviews.map(({ score }, index): FlaskReview => ({
        id: index + 1,
        score,
        domains: golden_.domain_labeled_per_review[index] as string[],
        difficulty: golden_.difficulty_per_review[index] as string,
      }))
      const { published } = scoreFlask({ reviews })
      const text = (by: keyof FlaskTables) => [published[by]?.csv, published[by]?.error ?? null]
      expect([golden_.name, ...text('skill')]).toEqual([golden_.name, golden_.skill_csv, golden_.skill_error])
      expect([golden_.name, ...text('domain')]).toEqual([
        golden_.name,
        golden_.domain_csv,
        golden_.domain_error,
      ])
      expect([golden_.name, ...text('difficulty')]).toEqual([golden_.name, golden_.difficulty_csv, null])
    }
  })

  it('joins published answers by id and finds the hard instances in the full set', () => {
    const { data: rows } = instances('flask_evaluation_v1_1700')
    const { data: answers, problems } = readFlaskAnswers(readShared(`${bench}/model_output/gpt4.jsonl.gz`), {
      instances: rows,
    })
    expect([answers.size, problems]).toEqual([1700, []])
    const { data: reviews } = readFlaskReviews(readShared(`${bench}/goldens/flaskA_moa1740_review.jsonl.gz`))
    const result = scoreFlask({
      reviews,
      instances: instances('flask_evaluation').data,
      hard: instances('flask_hard_evaluation').data,
      by: 'skill',
    })
    expect(result.hard?.reviews).toBe(88)
    expect(result.problems.find(({ message }) => message.includes('hard'))?.count).toBe(1)
  })
})
