import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson } from '../../../../test/shared.js'
import { sha256Hex } from '../../../util/hash.js'
import {
  type AgreementRow,
  answerRecord,
  answerRequest,
  judgeAgreement,
  matchPlan,
  type MtBenchAnswer,
  type MtBenchQuestion,
  normalisedPairCounts,
  pairJudgeCalls,
  parsePairVerdict,
  parseSingleVerdict,
  parseTwoScoreVerdict,
  readMtBenchAnswers,
  readMtBenchJudgePrompts,
  readMtBenchQuestions,
  readMtBenchVotes,
  readPairJudgments,
  readSingleJudgments,
  scoreMtBench,
  singleJudgeCall,
} from './index.js'

const bench = 'benchmarks/mt_bench'
const present = hasShared(bench)
const golden = <T>(name: string): T => readSharedJson<T>(`${bench}/goldens/${name}`)

interface Case {
  readonly id: string
  readonly reply: string
  readonly score?: number
  readonly winner?: string
  readonly error?: string
}

interface Run {
  readonly mode: 'single' | 'pairwise-all' | 'pairwise-baseline'
  readonly args?: readonly string[]
  readonly error: string | null
  readonly tables: readonly Record<string, unknown>[][]
}

/** Python's `json.dumps(value, sort_keys=True, ensure_ascii=False)`. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}: ${pythonJson(field)}`).join(', ')}}`
}

function loadJudging() {
  const { data: questions } = readMtBenchQuestions(readShared(`${bench}/question.jsonl`))
  const { data: prompts } = readMtBenchJudgePrompts(readShared(`${bench}/judge_prompts.jsonl`))
  const { data: references } = readMtBenchAnswers(readShared(`${bench}/reference_answer/gpt-4.jsonl`))
  return { questions, prompts, references }
}

function expectRows(rows: readonly object[], wanted: readonly Record<string, unknown>[]): void {
  expect(rows).toHaveLength(wanted.length)
  for (const [index, row] of wanted.entries()) {
    const mine = rows[index] as Record<string, unknown>
    for (const [key, value] of Object.entries(row)) {
      if (typeof value !== 'number') expect(mine[key]).toBe(value)
      // The goldens' rates are printed to 15 decimals.
      else if (key !== 'turn')
        expect(Math.abs((mine[key] as number) - value)).toBeLessThan(2e-15 + 1e-12 * value)
    }
  }
}

describe.runIf(present)('MT-Bench against the original code', () => {
  it('reads single scores', () => {
    for (const { id, reply, score, error } of golden<{ cases: Case[] }>('parse_single.json').cases) {
      // Where the original raises, there is no score.
      expect([id, parseSingleVerdict(reply).score]).toEqual([id, error === undefined ? score : -1])
    }
  })

  it.each([
    ['parse_pair.json', parsePairVerdict],
    ['parse_two_scores.json', parseTwoScoreVerdict],
  ])('reads the verdicts of %s', (name, parse) => {
    for (const { id, reply, winner } of golden<{ cases: Case[] }>(name).cases) {
      expect([id, parse(reply).winner]).toEqual([id, winner])
    }
  })

  it('builds every judge request', () => {
    const { questions, prompts, references } = loadJudging()
    const { answer_texts, hashes, full } = golden<{
      answer_texts: string[]
      hashes: { question_id: number; judge_prompt: string; answer_seed: number; request_sha256: string }[]
      full: { id: string; question_id: number; judge_prompt: string; answer_seed: number; request: unknown }[]
    }>('judge_requests.json')
    const answer = (seed: number): MtBenchAnswer => ({
      question_id: 0,
      answer_id: '',
      model_id: 'm',
      choices: [
        {
          index: 0,
          turns: [1, 2].map((turn) => `${answer_texts[(seed + turn - 1) % 5]} (a${seed}t${turn})`),
        },
      ],
      tstamp: 0,
    })
    const build = (id: number, prompt: string, seed: number): unknown => {
      const question = questions.find(({ question_id }) => question_id === id) as MtBenchQuestion
      const turn = prompt.endsWith('-multi-turn') ? 2 : 1
      const call = prompt.startsWith('single')
        ? singleJudgeCall({ question, turn, answer: answer(seed) }, { prompts, references })
        : pairJudgeCalls(
            { question, turn, answers: [answer(seed), answer(seed + 1)] },
            { prompts, references },
          )[0]
      expect(call.promptName).toBe(prompt)
      const { messages, temperature, maxTokens } = call.request
      return { model: 'gpt-4', messages, temperature, max_tokens: maxTokens }
    }
    for (const { question_id, judge_prompt, answer_seed, request } of full) {
      expect(build(question_id, judge_prompt, answer_seed)).toEqual(request)
    }
    expect(hashes.length).toBeGreaterThan(100)
    for (const { question_id, judge_prompt, answer_seed, request_sha256 } of hashes) {
      expect(sha256Hex(pythonJson(build(question_id, judge_prompt, answer_seed)))).toBe(request_sha256)
    }
  })

  it('plans matches in the original order', () => {
    const { data: questions } = readMtBenchQuestions(readShared(`${bench}/question.jsonl`))
    for (const plan of golden<{ plans: PlanGolden[] }>('match_plan.json').plans) {
      const { models, mode, baseline } = plan
      const matches = matchPlan({ models, mode, questions, ...(baseline !== null && { baseline }) }).map(
        (match) => [
          match.questionId,
          match.promptName,
          match.models.length === 1 ? match.models[0] : match.models,
        ],
      )
      expect(matches).toHaveLength(plan.matches)
      expect(matches.slice(0, plan.first.length)).toEqual(plan.first)
      expect(sha256Hex(pythonJson(matches))).toBe(plan.order_sha256)
    }
  })

  it("asks contestants what MoA's aggregator is asked, references aside", () => {
    for (const { input, calls, answer_line } of golden<{ cases: FlowGolden[] }>('moa_answer_flow.json')
      .cases) {
      const final = calls.filter(({ model }) => model === input.model)
      const perChoice = input.question.turns.length
      for (const [index, call] of final.entries()) {
        const start = index - (index % perChoice)
        const answers = final.slice(start, index).map(({ reply }) => reply as string)
        const request = answerRequest({
          question: input.question,
          answers,
          ...(input.force !== undefined && { temperature: input.force }),
          ...(input.max_tokens !== undefined && { maxTokens: input.max_tokens }),
        })
        const { messages, temperature, max_tokens } = call
        expect(request).toEqual({
          messages: messages.filter(({ role }) => role !== 'system'),
          temperature,
          maxTokens: max_tokens,
        })
      }
      const { choices, answer_id, tstamp } = answer_line
      const turns = choices.map((choice) => choice.turns)
      expect(
        answerRecord({
          question: input.question,
          model: input.model,
          choices: turns,
          id: answer_id,
          time: tstamp,
        }),
      ).toEqual(answer_line)
    }
  })

  it.each([
    ['goldens/synA_single.jsonl.gz', 'goldens/synA_pair.jsonl.gz', 'goldens/synA_show_result.json'],
    ['goldens/synA_single.jsonl.gz', 'goldens/synA_pair.jsonl.gz', 'goldens/synA_radar_results.json'],
    ['real/phi3_single.jsonl.gz', 'real/phi3_pair.jsonl.gz', 'real/phi3_results.json'],
    ['real/mamba_single_a.jsonl.gz', undefined, 'real/mamba_a_results.json'],
  ])('scores %s and %s', (singleFile, pairFile, resultFile) => {
    const single = readSingleJudgments(readShared(`${bench}/${singleFile}`))
    const pairs = pairFile === undefined ? undefined : readPairJudgments(readShared(`${bench}/${pairFile}`))
    expect([...single.problems, ...(pairs?.problems ?? [])]).toEqual([])
    const { runs, radar } = readSharedJson<{ runs: Run[]; radar?: Record<string, unknown>[] }>(
      `${bench}/${resultFile}`,
    )
    for (const { mode, args = [], error, tables } of runs) {
      const option = (name: string): readonly string[] | undefined => {
        const at = args.indexOf(name)
        if (at === -1) return undefined
        const rest = args.slice(at + 1)
        const end = rest.findIndex((value) => value.startsWith('--'))
        return end === -1 ? rest : rest.slice(0, end)
      }
      const models = option('--model-list')
      const baseline = option('--baseline-model')?.[0]
      if (mode === 'single') {
        const { published } = scoreMtBench({ mode, judgments: single.data, ...(models && { models }) })
        expectRows(published.firstTurn, tables[0] ?? [])
        expectRows(published.secondTurn, tables[1] ?? [])
        expectRows(published.average, tables[2] ?? [])
        if (radar !== undefined && models === undefined) expectRows(published.radar, radar)
      } else {
        const score = () =>
          scoreMtBench({
            mode,
            judgments: pairs?.data ?? [],
            ...(models && { models }),
            ...(baseline !== undefined && { baseline }),
          })
        if (error === null) expectRows(score().published, tables[0] ?? [])
        else expect(score).toThrowError(expect.objectContaining({ code: 'data_invalid' }))
      }
    }
  })

  it('counts normalised pairs', () => {
    const { data: rows } = readPairJudgments(readShared(`${bench}/goldens/synA_pair.jsonl.gz`))
    const counts = normalisedPairCounts(rows).map(({ judge, model_1, model_2, outcome, count }) => [
      [judge[1], model_1, model_2, outcome].join('|'),
      count,
    ])
    expect(Object.fromEntries(counts)).toEqual(golden('synA_pair_normalised_counts.json'))
  })

  it('computes agreement', () => {
    const votes = ['agrA_votes_gpt4_pair.json.gz', 'agrA_votes_human.json.gz'].flatMap(
      (name) => readMtBenchVotes(readShared(`${bench}/goldens/${name}`)).data,
    )
    const wanted =
      golden<Record<'gpt4-pair vs human' | 'human vs human', AgreementRow[]>>('agrA_agreement.json')
    for (const pair of ['gpt4-pair vs human', 'human vs human'] as const) {
      expect(judgeAgreement(votes, pair)).toEqual({ rows: wanted[pair], problems: [] })
    }
  })

  it("re-reads every real reply to GPT-4's recorded score or verdict, and rebuilds every recorded prompt", () => {
    const { questions, prompts, references } = loadJudging()
    const answersOf = (model: string) =>
      readMtBenchAnswers(readShared(`${bench}/real/model_answer_${model}.jsonl.gz`), { questions }).data
    const answers = new Map(['phi-3', 'phi-3-dpo'].map((model) => [model, answersOf(model)]))
    const answerOf = (model: string, id: number) => answers.get(model)?.get(id) as MtBenchAnswer
    const questionOf = (id: number) =>
      questions.find(({ question_id }) => question_id === id) as MtBenchQuestion
    const data = { prompts, references }
    for (const file of ['phi3', 'mamba']) {
      const name = file === 'phi3' ? 'phi3_single' : 'mamba_single_a'
      for (const row of readSingleJudgments(readShared(`${bench}/real/${name}.jsonl.gz`)).data) {
        expect(parseSingleVerdict(row.judgment ?? '').score).toBe(row.score)
        if (row.user_prompt === undefined) continue
        const { turn, question_id } = row
        const call = singleJudgeCall(
          { question: questionOf(question_id), turn, answer: answerOf(row.model, question_id) },
          data,
        )
        expect([call.promptName, call.userPrompt]).toEqual([row.judge[1], row.user_prompt])
      }
    }
    for (const row of readPairJudgments(readShared(`${bench}/real/phi3_pair.jsonl.gz`)).data) {
      const { turn, question_id, model_1, model_2 } = row
      const calls = pairJudgeCalls(
        {
          question: questionOf(question_id),
          turn,
          answers: [answerOf(model_1, question_id), answerOf(model_2, question_id)],
        },
        data,
      )
      expect(calls.map(({ userPrompt }) => userPrompt)).toEqual([row.g1_user_prompt, row.g2_user_prompt])
    }
  })
})

interface PlanGolden {
  readonly models: string[]
  readonly mode: 'single' | 'pairwise-baseline' | 'pairwise-all'
  readonly baseline: string | null
  readonly matches: number
  readonly first: unknown[]
  readonly order_sha256: string
}

interface FlowGolden {
  readonly input: {
    readonly question: MtBenchQuestion
    readonly model: string
    readonly force?: number
    readonly max_tokens?: number
  }
  readonly calls: {
    readonly model: string
    readonly temperature: number
    readonly max_tokens: number
    readonly messages: { readonly role: string; readonly content: string }[]
    readonly reply: string | null
  }[]
  readonly answer_line: MtBenchAnswer
}
