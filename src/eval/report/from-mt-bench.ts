import { aggregatePair } from '../benches/mt-bench/aggregate-pair.js'
import { aggregateSingle } from '../benches/mt-bench/aggregate-single.js'
import { radarCategory, RADAR_CATEGORIES } from '../benches/mt-bench/categories.js'
import type { PairJudgment, SingleJudgment } from '../benches/mt-bench/records.js'
import { ProblemLog } from '../problems.js'
import type { DocumentItem, DocumentRow, EvalDocument } from './document.js'
import { fileDocument, type JudgedFile } from './file-document.js'
import { readVerdict } from './read-verdict.js'

/** The document of files of single-answer judgments. */
export function documentOfSingles(files: readonly JudgedFile<readonly SingleJudgment[]>[]): EvalDocument {
  const judgments = files.flatMap(({ data }) => data)
  const { average, firstTurn, secondTurn, radar } = aggregateSingle(judgments)
  const scoreIn = (table: typeof average, name: string): number | null =>
    table.find(({ model }) => model === name)?.score ?? null
  const rows: DocumentRow[] = average.map(({ model, score, count }) => ({
    name: model,
    values: {
      average: score,
      turn_1: scoreIn(firstTurn, model),
      turn_2: scoreIn(secondTurn, model),
      n_total: count,
    },
    intervals: {},
  }))
  return fileDocument(
    {
      benchmark: 'mt-bench',
      columns: [
        { key: 'average', label: 'average', digits: 2 },
        { key: 'turn_1', label: 'turn 1', digits: 2 },
        { key: 'turn_2', label: 'turn 2', digits: 2 },
        { key: 'n_total', label: 'judgments', digits: 0 },
      ],
      rows,
      measure: { label: 'score', digits: 2 },
      judges: judgesOf(judgments),
      items: itemsOf(judgments, (own) => meansOf(own)),
      radars: [
        {
          title: 'Categories',
          axes: RADAR_CATEGORIES,
          least: 0,
          most: 10,
          series: rows.map(({ name }) => ({
            name,
            values: RADAR_CATEGORIES.map(
              (axis) =>
                radar.find(({ model, category }) => model === name && category === axis)?.score ?? null,
            ),
          })),
        },
      ],
    },
    { ...about(files), scale: [1, 10] },
  )
}

/** The document of files of pairwise judgments: every comparison is two games, in both orders. */
export function documentOfPairs(files: readonly JudgedFile<readonly PairJudgment[]>[]): EvalDocument {
  const judgments = files.flatMap(({ data }) => data)
  const rows: DocumentRow[] = aggregatePair(judgments).map(({ model, win, loss, tie, ...rates }) => ({
    name: model,
    values: {
      win_rate_adjusted: 100 * rates.win_rate_adjusted,
      win_rate: 100 * rates.win_rate,
      loss_rate: 100 * rates.loss_rate,
      win,
      loss,
      tie,
    },
    intervals: {},
  }))
  return fileDocument(
    {
      benchmark: 'mt-bench',
      columns: [
        { key: 'win_rate_adjusted', label: 'adjusted win rate', digits: 2 },
        { key: 'win_rate', label: 'win rate', digits: 2 },
        { key: 'loss_rate', label: 'loss rate', digits: 2 },
        { key: 'win', label: 'won', digits: 0 },
        { key: 'loss', label: 'lost', digits: 0 },
        { key: 'tie', label: 'tied', digits: 0 },
      ],
      rows,
      measure: { label: 'adjusted win rate', even: 50, digits: 1 },
      judges: judgesOf(judgments),
      items: itemsOf(judgments, (own) => sharesOf(own)),
    },
    { ...about(files), scale: [0, 100] },
  )
}

function about(files: readonly JudgedFile<unknown>[]): {
  readonly names: readonly string[]
  readonly problems: EvalDocumentProblems
} {
  const log = new ProblemLog()
  for (const { problems } of files) log.merge(problems)
  return { names: files.map(({ name }) => name), problems: log.list() }
}

type EvalDocumentProblems = ReturnType<ProblemLog['list']>

const judgesOf = (judgments: readonly (SingleJudgment | PairJudgment)[]): readonly string[] => [
  ...new Set(judgments.map(({ judge }) => judge[0])),
]

type Judged = SingleJudgment | PairJudgment

/** Questions by id, with what was said of them. The files hold no questions, only prompts of the judge. */
function itemsOf<T extends Judged>(
  judgments: readonly T[],
  scoresOf: (own: readonly T[]) => DocumentItem['scores'],
): readonly DocumentItem[] {
  const byQuestion = new Map<number, T[]>()
  for (const judgment of judgments) {
    const own = byQuestion.get(judgment.question_id) ?? []
    byQuestion.set(judgment.question_id, own)
    own.push(judgment)
  }
  return [...byQuestion]
    .sort(([a], [b]) => a - b)
    .map(([id, own]) => {
      const category = radarCategory(id)
      const prompt = own.map((one) => ('user_prompt' in one ? one.user_prompt : undefined)).find(Boolean)
      return {
        id: String(id),
        ...(category !== undefined && { category }),
        turns: prompt === undefined ? [] : [prompt],
        answers: [],
        scores: scoresOf(own),
        judgments: own.flatMap((judgment) => readVerdict({ judgment: '', ...judgment }, String(id)) ?? []),
      }
    })
}

/** Mean over the turns that have a score. */
function meansOf(judgments: readonly SingleJudgment[]): DocumentItem['scores'] {
  const scores: Record<string, number | null> = {}
  for (const { model } of judgments) {
    const own = judgments.filter((one) => one.model === model && one.score >= 0)
    scores[model] = own.length === 0 ? null : own.reduce((sum, { score }) => sum + score, 0) / own.length
  }
  return scores
}

/** Share of comparisons won, a tie or a disagreement counting half. */
function sharesOf(judgments: readonly PairJudgment[]): DocumentItem['scores'] {
  const names = [...new Set(judgments.flatMap(({ model_1, model_2 }) => [model_1, model_2]))]
  return Object.fromEntries(
    names.map((name) => {
      const row = aggregatePair(
        judgments.filter(({ model_1, model_2 }) => model_1 === name || model_2 === name),
      ).find(({ model }) => model === name)
      return [name, row === undefined ? null : 100 * row.win_rate_adjusted]
    }),
  )
}
