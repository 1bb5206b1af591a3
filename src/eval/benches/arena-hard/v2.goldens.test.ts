import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson } from '../../../../test/shared.js'
import { ProblemLog } from '../../problems.js'
import { FixedResamples } from '../../stats/resample.js'
import { countPoints, cutPath, v2Entries } from './entries-v2.js'
import { v2Judgment, v2JudgeRequests, type V2CategorySettings, type V2JudgeSettings } from './judge-v2.js'
import { parseV2Label } from './labels.js'
import type { V2Row } from './leaderboard-v2.js'
import { countMarkdown, type StyleVector, styleVector } from './markdown-counts.js'
import { readArenaAnswers, readArenaQuestions, readV2Judgments } from './read.js'
import type { StyleMetadata, V2Judgment } from './records.js'
import { scoreArenaHardV2 } from './score-v2.js'
import { exactFit, publishedFit, styleModel } from './style-v2.js'

const bench = 'benchmarks/arena_hard'
const present = hasShared(bench)
const golden = <T>(name: string): T => readSharedJson<T>(`${bench}/goldens/${name}`)

interface Bound {
  readonly model: string
  readonly scores?: number
  readonly lower?: number
  readonly upper?: number
}

interface Table {
  readonly mean: Bound[]
  readonly lower: Bound[]
  readonly upper: Bound[]
  readonly table: { readonly Model: string; readonly 'Scores (%)': number; readonly 'CI (%)': string }[]
}

interface Category {
  readonly battle_entries: number
  readonly point_mean: Readonly<Record<string, number>>
  readonly entries_per_model: Readonly<Record<string, number>>
  readonly plain: Table
  readonly 'style_length+markdown': Table & {
    readonly coef_median: number[]
    readonly fit_on_all_rows: number[]
    readonly exact_optimum_same_start: number[]
    readonly first_rows_X: number[][]
    readonly resample_fits: number[][]
  }
}

type CategoryName = 'hard_prompt' | 'creative_writing'
type Results = Readonly<Record<CategoryName, Category>>
const categories: readonly CategoryName[] = ['hard_prompt', 'creative_writing']

function load() {
  const { data: judgments } = readV2Judgments(readShared(`${bench}/goldens/v2A_judgments.jsonl.gz`))
  const metadata = golden<Record<string, Record<string, StyleMetadata>>>('v2A_style.json.gz')
  const style = new Map(
    Object.entries(metadata).map(([model, rows]) => [
      model,
      new Map(Object.entries(rows).map(([id, row]): [string, StyleVector] => [id, styleVector(row)])),
    ]),
  )
  return { judgments, style, results: golden<Results>('v2A_results.json') }
}

function modelOf(category: CategoryName) {
  const { judgments, style, results } = load()
  const rows = judgments.filter((judgment) => judgment.category === category)
  const log = new ProblemLog()
  const entries = v2Entries(rows, { baseline: rows[0]!.baseline, weight: 3 }, log)
  return { model: styleModel(entries, { style, control: 'style', log }), wanted: results[category] }
}

function distance(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a.length).toBe(b.length)
  return Math.max(...b.map((value, index) => Math.abs((a[index] as number) - value)))
}

describe.runIf(present)('Arena-Hard v2.0 against the original code', () => {
  it('reads labels', () => {
    const { cases } = golden<{
      cases: { id: string; reply: string; score: string | null; aggregatable: boolean }[]
    }>('v2_get_score.json')
    for (const { id, reply, score, aggregatable } of cases) {
      expect([id, parseV2Label(reply)]).toEqual([id, { score, aggregatable }])
    }
  })

  it('judges by the same protocol', () => {
    interface Protocol {
      readonly requests: {
        readonly messages: unknown
        readonly temperature: number
        readonly max_tokens: number
        readonly reply: string | null
      }[]
      readonly output: V2Judgment
    }
    const config = readSharedJson<Omit<V2JudgeSettings, 'categories'>>(`${bench}/v2.0/judge_config.json`)
    const settings = {
      ...config,
      categories: readSharedJson<Record<string, V2CategorySettings>>(`${bench}/v2.0/judge_settings.json`),
    }
    for (const { requests, output } of golden<{ cases: Protocol[] }>('v2_judging_protocol.json').cases) {
      const built = v2JudgeRequests({
        settings,
        category: output.category,
        question: 'What is {x}?',
        baseline: 'Baseline text',
        candidate: 'Candidate {ANSWER_B} $1',
      })
      expect(built).toEqual(
        requests.map(({ messages, temperature, max_tokens }) => ({
          messages,
          temperature,
          maxTokens: max_tokens,
        })),
      )
      const { uid, category, judge, model, baseline } = output
      const replies = requests.map(({ reply }) => reply) as [string | null, string | null]
      expect(v2Judgment({ uid, category, judge, model, baseline, requests: built, replies })).toEqual(output)
    }
  })

  it("recounts the published metadata of o3-mini's answers", () => {
    const { data: questions } = readArenaQuestions(readShared(`${bench}/v2.0/question.jsonl.gz`))
    const file = 'model_answer_o3-mini-2025-01-31.jsonl.gz'
    const { data: rows, problems } = readArenaAnswers(readShared(`${bench}/v2.0/${file}`), { questions })
    expect([questions.length, rows.length, problems]).toEqual([750, 750, []])
    for (const { questionId, text, style } of rows) {
      const { token_len, ...counts } = style!
      expect(token_len).toBeGreaterThan(0)
      expect([questionId, countMarkdown(text)]).toEqual([questionId, counts])
    }
  })

  it.each(categories)('counts the entries and point means of %s', (category) => {
    const { judgments, results } = load()
    const rows = judgments.filter((judgment) => judgment.category === category)
    const log = new ProblemLog()
    const entries = v2Entries(rows, { baseline: rows[0]!.baseline, weight: 3 }, log)
    const wanted = results[category]
    expect(entries.codes).toHaveLength(wanted.battle_entries)
    const totals = countPoints(entries)
    for (const [name, mean] of Object.entries(wanted.point_mean)) {
      const { sum, count } = totals[entries.models.indexOf(cutPath(name))]!
      expect(count).toBe(wanted.entries_per_model[name])
      expect(Math.abs(sum / count - mean)).toBeLessThan(1e-12)
    }
  })

  it.each(categories)('imitates the published fits of %s and finds the optimum behind them', (category) => {
    const { model, wanted } = modelOf(category)
    const golden_ = wanted['style_length+markdown']
    const { width, values, columns, blocks } = model.rows
    for (const [entry, row] of golden_.first_rows_X.entries()) {
      const mine = new Float64Array(columns)
      const pair = Math.floor(model.codes[entry]! / 3)
      const block = blocks.find(({ start, end }) => start <= pair && pair < end)!
      for (const [k, column] of block.columns.entries()) mine[column] = values[pair * width + k]!
      expect(distance(mine, row)).toBeLessThan(1e-5)
    }
    const counts = new Uint32Array(3 * model.pairs)
    for (const code of model.codes) counts[code]! += 1
    expect(distance(publishedFit(model, counts), golden_.fit_on_all_rows)).toBeLessThan(2e-3)
    expect(distance(exactFit(model, counts)!, golden_.exact_optimum_same_start)).toBeLessThan(1e-5)
    const resampler = new FixedResamples(
      golden<Record<string, number[][]>>('v2A_resample_index.json.gz')[category]!,
    )
    for (const fit of golden_.resample_fits) {
      resampler.tally(model.codes, counts)
      const mine = publishedFit(model, counts)
      expect(distance(mine, fit)).toBeLessThan(2e-3)
      const share = (coefficients: ArrayLike<number>, column: number): number =>
        1 / (1 + Math.exp((coefficients[model.baseline] as number) - (coefficients[column] as number)))
      for (const column of model.names.keys()) {
        expect(Math.abs(share(mine, column) - share(fit, column))).toBeLessThan(0.0005)
      }
    }
  })

  // The goldens' tables were drawn with these seeds.
  const seeds = { plain: 31, style: 32 }

  it('draws the same plain leaderboard from the same seed', () => {
    const { judgments, results } = load()
    const scores = scoreArenaHardV2({ version: 'v2.0', judgments, seed: seeds.plain })
    expect(scores.categories.map(({ category }) => category)).toEqual(categories)
    for (const { category, baseline, published, corrected } of scores.categories) {
      const wanted = results[category as CategoryName]
      expect(printed(published.rows)).toEqual(wanted.plain.table)
      for (const row of published.rows) if (row.model !== baseline) expectBounds(row, wanted.plain, 1e-12)
      for (const { model, score } of corrected.rows) {
        const [, mean = 0.5] =
          Object.entries(wanted.point_mean).find(([name]) => cutPath(name) === model) ?? []
        expect(Math.abs((score as number) - mean)).toBeLessThan(1e-12)
      }
    }
    const nulls = scores.problems.find(({ code }) => code === 'unscored')
    expect(nulls?.count).toBe(24)
  })

  it('draws the same style-controlled leaderboard from the same seed', () => {
    const { judgments, style, results } = load()
    const scores = scoreArenaHardV2({
      version: 'v2.0',
      judgments,
      style,
      styleControl: 'style',
      seed: seeds.style,
    })
    for (const { category, published, corrected } of scores.categories) {
      const wanted = results[category as CategoryName]['style_length+markdown']
      for (const row of published.rows) expectBounds(row, wanted, 0.0005)
      expect(printed(published.rows).map(({ Model }) => Model)).toEqual(
        wanted.table.map(({ Model }) => Model),
      )
      const coefficients = Object.values(published.style_coefficients ?? {})
      expect(distance(coefficients, wanted.coef_median.slice(-4))).toBeLessThan(2e-3)
      for (const row of corrected.rows) {
        expectBounds(row, wanted, 0.01)
        expect(
          Math.abs(row.score! - wanted.mean.find(({ model }) => model === row.model)!.scores!),
        ).toBeLessThan(0.005)
      }
    }
  })

  it("stays close to the original's unseeded runs", () => {
    const { judgments, style } = load()
    const { script_stdout_unseeded: runs } = golden<{
      script_stdout_unseeded: { args: string[]; stdout: string }[]
    }>('v2A_results.json')
    for (const { args, stdout } of runs) {
      const options = args.length === 0 ? {} : ({ style, styleControl: 'style' } as const)
      const { categories: scores } = scoreArenaHardV2({ version: 'v2.0', judgments, ...options })
      const lines = [...stdout.matchAll(/^\d+ +(\S+) +([\d.]+) +\(-([\d.]+) \/ \+([\d.]+)\)$/gm)]
      expect(lines).toHaveLength(4)
      for (const [, model, score, below, above] of lines) {
        const row = scores[0]!.published.rows.find((own) => own.model === model)!
        expect(Math.abs(row.score! * 100 - Number(score))).toBeLessThan(1)
        expect(Math.abs((row.score! - row.lower!) * 100 - Number(below))).toBeLessThan(1.5)
        expect(Math.abs((row.upper! - row.score!) * 100 - Number(above))).toBeLessThan(1.5)
      }
    }
  })

  it('controls length or markdown alone, where the original crashes or drops a model', () => {
    const { judgments, style } = load()
    for (const [styleControl, elements] of [
      ['length', ['token_len']],
      ['markdown', ['header_count', 'list_count', 'bold_count']],
    ] as const) {
      const [scores] = scoreArenaHardV2({
        version: 'v2.0',
        judgments,
        style,
        styleControl,
        rounds: 5,
      }).categories
      expect(Object.keys(scores!.published.style_coefficients!)).toEqual(elements)
      expect(scores!.published.rows).toHaveLength(4)
      for (const [index, { model, score }] of scores!.published.rows.entries()) {
        expect(scores!.corrected.rows[index]!.model).toBe(model)
        expect(Math.abs(scores!.corrected.rows[index]!.score! - score!)).toBeLessThan(0.005)
      }
    }
  })
})

function printed(rows: readonly V2Row[]) {
  return rows.map(({ model, score_percent, interval_percent }) => ({
    Model: model,
    'Scores (%)': score_percent,
    'CI (%)': interval_percent,
  }))
}

function expectBounds(row: V2Row, wanted: Table, tolerance: number): void {
  const of = (bounds: readonly Bound[]): Bound => bounds.find(({ model }) => model === row.model)!
  expect(Math.abs(row.score! - of(wanted.mean).scores!)).toBeLessThan(tolerance)
  expect(Math.abs(row.lower! - of(wanted.lower).lower!)).toBeLessThan(tolerance)
  expect(Math.abs(row.upper! - of(wanted.upper).upper!)).toBeLessThan(tolerance)
}
