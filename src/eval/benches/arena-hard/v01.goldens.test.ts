import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson, readSharedJsonl } from '../../../../test/shared.js'
import { ProblemLog } from '../../problems.js'
import { FixedResamples } from '../../stats/resample.js'
import { countBattles, v01Battles } from './battles-v01.js'
import { v01Csv } from './csv-v01.js'
import { eloTable } from './elo-v01.js'
import { v01Matches, v01Step, type V01Match } from './judge-v01.js'
import { parseV01Label } from './labels.js'
import { v01Lines } from './leaderboard-v01.js'
import { countMarkdown, type StyleVector, styleVector, withoutCode } from './markdown-counts.js'
import { readArenaAnswers, readArenaQuestions, readV01Judgments } from './read.js'
import type { MarkdownCounts, StyleMetadata, V01Judgment } from './records.js'
import { scoreArenaHardV01, type V01ScoreOptions } from './score-v01.js'
import { type StyleControl } from './style.js'
import { fitStyledElo } from './style-v01.js'

const bench = 'benchmarks/arena_hard'
const present = hasShared(bench)
const golden = <T>(name: string): T => readSharedJson<T>(`${bench}/goldens/${name}`)

interface Fit {
  readonly elo: Readonly<Record<string, number>>
  readonly win_rate_pct: Readonly<Record<string, number>>
  readonly style_coef: number[]
  readonly resample_elo: Readonly<Record<string, number>>[]
  readonly resample_style_coef: number[][]
}

interface Battling {
  readonly weight: number
  readonly first_game_only: boolean
  readonly battles: number
  readonly winner_counts: Readonly<Record<string, number>>
  readonly elo: Readonly<Record<string, number>>
  readonly win_rate_pct: Readonly<Record<string, number>>
}

type Results = Readonly<Record<string, Battling>> &
  Readonly<Record<`control_${StyleControl}`, Fit>> & {
    readonly resample_elo: Readonly<Record<string, number>>[]
    readonly script_runs: { readonly args: string[]; readonly lines: string[] }[]
  }

function load() {
  const { data: judgments } = readV01Judgments(readShared(`${bench}/goldens/v01A_judgments.jsonl.gz`))
  const metadata = golden<Record<string, Record<string, StyleMetadata>>>('v01A_style.json.gz')
  const style = new Map(
    Object.entries(metadata).map(([model, rows]) => [
      model,
      new Map(Object.entries(rows).map(([id, row]): [string, StyleVector] => [id, styleVector(row)])),
    ]),
  )
  const answers = Object.entries(metadata).flatMap(([model, rows]) =>
    Object.entries(rows).map(([questionId, { token_len }]) => ({
      questionId,
      model,
      text: '',
      tokenLength: token_len,
    })),
  )
  return { judgments, style, answers, results: golden<Results>('v01A_results.json') }
}

describe.runIf(present)('Arena-Hard v0.1 against the original code', () => {
  it('reads labels', () => {
    const { cases } = golden<{
      cases: { id: string; reply: string; score: string | null; try_again: boolean }[]
    }>('v01_get_score.json')
    for (const { id, reply, score, try_again } of cases) {
      expect([id, parseV01Label(reply)]).toEqual([id, { score, tryAgain: try_again }])
    }
  })

  it('judges by the same protocol', () => {
    interface Protocol {
      readonly requests: {
        readonly messages: { readonly role: string; readonly content: string }[]
        readonly temperature: number
        readonly max_tokens: number
        readonly reply: string
      }[]
      readonly output: V01Judgment
    }
    const { cases } = golden<{ cases: Protocol[] }>('v01_judging_protocol.json')
    const config = readSharedJson<V01Match['settings']>(`${bench}/v0.1/judge_config.json`)
    const retry = cases
      .flatMap(({ requests }) => requests.map(({ messages }) => messages[3]?.content))
      .find(Boolean)
    const settings = { ...config, ...(retry !== undefined && { retry_prompt: retry }) }
    for (const { requests, output } of cases) {
      const queue = [...requests]
      const matches = v01Matches({
        settings,
        question: 'What is {x}?',
        baseline: 'Baseline text',
        candidate: 'Candidate {text} $1',
      })
      const games = matches.map((match) => {
        const replies: string[] = []
        for (;;) {
          const step = v01Step({ ...match, replies })
          if (step.done) return step.game
          const { messages, temperature, max_tokens, reply } = queue.shift()!
          expect(step.request).toEqual({ messages, temperature, maxTokens: max_tokens })
          replies.push(reply)
        }
      })
      expect(games).toEqual(output.games)
      expect(queue).toEqual([])
    }
  })

  it('counts markdown', () => {
    const { cases, real_answers_header_list_bold: real } = golden<{
      cases: { id: string; text: string; after_code_removal: string; counts: MarkdownCounts }[]
      real_answers_header_list_bold: Record<string, Record<string, [number, number, number]>>
    }>('markdown_counts.json')
    for (const { id, text, after_code_removal, counts } of cases) {
      expect([id, withoutCode(text), countMarkdown(text)]).toEqual([id, after_code_removal, counts])
    }
    for (const [model, wanted] of Object.entries(real)) {
      const { data: rows } = readArenaAnswers(readShared(`${bench}/v0.1/model_answer_${model}.jsonl.gz`))
      const counts = rows.map(({ questionId, text }) => {
        const [, ...totals] = styleVector({ token_len: 0, ...countMarkdown(text) })
        return [questionId, totals]
      })
      expect(Object.fromEntries(counts.filter(([id]) => (id as string) in wanted))).toEqual(wanted)
    }
  })

  it('makes the same battles, Elo and win rates', () => {
    const { judgments, results } = load()
    for (const name of ['weight3', 'weight3_first_game', 'weight1', 'weight1_first_game']) {
      const wanted = results[name] as Battling
      const options = { weight: wanted.weight, firstGameOnly: wanted.first_game_only }
      const battles = v01Battles(judgments, options, new ProblemLog())
      expect(battles.codes).toHaveLength(wanted.battles)
      const counts = countBattles(battles).flatMap(({ wins, losses, ties }, index) => [
        [`${battles.models[index]}|model_a`, losses],
        [`${battles.models[index]}|model_b`, wins],
        [`${battles.models[index]}|tie`, ties],
      ])
      expect(Object.fromEntries(counts)).toEqual(wanted.winner_counts)
      const { published } = scoreArenaHardV01({ version: 'v0.1', judgments, ...options, rounds: 1 })
      for (const { model, elo, score } of published.rows) {
        expect(score).toBe(wanted.win_rate_pct[model])
        expect(Math.abs((elo as number) - (wanted.elo[model] as number))).toBeLessThan(0.05)
      }
    }
  })

  it('rates the fixed resamples alike', () => {
    const { judgments, results } = load()
    const battles = v01Battles(judgments, {}, new ProblemLog())
    const resampler = new FixedResamples(golden<number[][]>('v01A_resample_index.json.gz'))
    const { published } = eloTable(battles, { rounds: 5, resampler })
    expect(results.resample_elo).toHaveLength(5)
    for (const [round, wanted] of results.resample_elo.entries()) {
      for (const { model, draws } of published)
        expect(Math.abs(draws[round]! - wanted[model]!)).toBeLessThan(0.05)
    }
  })

  it.each<StyleControl>(['style', 'length', 'markdown'])('controls %s', (control) => {
    const { judgments, results, style } = load()
    const battles = v01Battles(judgments, {}, new ProblemLog())
    const wanted = results[`control_${control}`]
    const resampler = new FixedResamples(golden<number[][]>('v01A_resample_index.json.gz'))
    const rounds = wanted.resample_elo.length
    const fit = fitStyledElo(battles, { style, control, rounds, resampler })
    const close = (mine: readonly number[], theirs: readonly number[], tolerance: number): void => {
      expect(mine).toHaveLength(theirs.length)
      for (const [index, value] of theirs.entries())
        expect(Math.abs(mine[index]! - value)).toBeLessThan(tolerance)
    }
    close(
      fit.elo.map(({ elo }) => elo),
      fit.elo.map(({ model }) => wanted.elo[model]!),
      0.02,
    )
    close(fit.coefficients, wanted.style_coef, 1e-4)
    for (const [round, elos] of wanted.resample_elo.entries()) {
      close(
        fit.elo.map(({ draws }) => draws[round]!),
        fit.elo.map(({ model }) => elos[model]!),
        0.02,
      )
      close(fit.resampledCoefficients[round]!, wanted.resample_style_coef[round]!, 1e-4)
    }
    const { published } = scoreArenaHardV01({
      version: 'v0.1',
      judgments,
      style,
      styleControl: control,
      rounds: 1,
    })
    for (const { model, score } of published.rows) expect(score).toBeCloseTo(wanted.win_rate_pct[model]!, 1)
  })

  it('prints the lines of whole script runs, bootstrap included', () => {
    const { judgments, results, style, answers } = load()
    const controls: Record<string, Partial<V01ScoreOptions>> = {
      '--style-control': { styleControl: 'style' },
      '--length-control-only': { styleControl: 'length' },
      '--markdown-control-only': { styleControl: 'markdown' },
      '--first-game-only': { firstGameOnly: true },
    }
    for (const { args, lines } of results.script_runs) {
      const [option = ''] = args
      const scores = scoreArenaHardV01({ version: 'v0.1', judgments, answers, style, ...controls[option] })
      const printed = v01Lines(scores.published.rows, { elo: option === '--show-elo' })
      expect([args, ...printed]).toEqual([
        args,
        ...lines.filter((line) => !line.startsWith('Style Coefficients')),
      ])
      expect(scores.corrected.rows).toEqual(scores.published.rows)
      const coefficients = lines.find((line) => line.startsWith('Style Coefficients'))
      if (coefficients !== undefined) {
        const wanted = [...coefficients.matchAll(/: (-?[\d.]+)/g)].map(([, value]) => Number(value))
        const mine = Object.values(scores.published.style_coefficients ?? {})
        expect(mine.map((value) => Math.round(value * 1000) / 1000)).toEqual(wanted)
      }
    }
  })

  it('rewrites the published leaderboard file', () => {
    const text = readShared(`${bench}/v0.1/leaderboard_20240731.csv`)
    const rows = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [, model, score, lower, upper, tokens] =
          /^([^,]+),([\d.]+),([\d.]+),([\d.]+),"[^"]*",([\d.]+),2024-07-31$/.exec(line) ?? []
        const elo = { elo: null, elo_lower: null, elo_upper: null }
        const figures = { score: Number(score), lower: Number(lower), upper: Number(upper) }
        return { model: model!, ...figures, ...elo, average_tokens: Number(tokens) }
      })
    expect(rows.length).toBeGreaterThan(20)
    expect(v01Csv(rows, '2024-07-31')).toBe(text)
  })

  it('reads the published questions and answers', () => {
    const { data: questions, problems } = readArenaQuestions(readShared(`${bench}/v0.1/question.jsonl.gz`))
    expect([questions.length, problems]).toEqual([500, []])
    const answers = readArenaAnswers(readShared(`${bench}/v0.1/model_answer_gpt-4-0314.jsonl.gz`), {
      questions,
    })
    expect([answers.data.length, answers.problems]).toEqual([500, []])
    expect(readSharedJsonl(`${bench}/v0.1/question.jsonl.gz`)).toHaveLength(500)
  })
})
