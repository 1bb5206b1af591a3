import { MoaError } from '../../../../core/errors.js'
import type { EvalLog } from '../../../harness/eval-log.js'
import { fileName, type ExportFile } from '../../../harness/export-file.js'
import type { ResultColumn, ResultRow, RunResults } from '../../../harness/results.js'
import { writeJsonl } from '../../../jsonl.js'
import { meanInterval } from '../../../stats/index.js'
import type { PairRow } from '../aggregate-pair.js'
import { RADAR_CATEGORIES } from '../categories.js'
import { hasVerdict } from '../check.js'
import { judgmentKey, type MtBenchMode } from '../match-plan.js'
import type { MtBenchAnswer, PairJudgment, SingleJudgment } from '../records.js'
import { scoreMtBench, type PairScores, type SingleScores } from '../score.js'
import { writeMtBenchAnswers } from '../write.js'
import {
  answerLine,
  JUDGING_FILE,
  questionOf,
  readJudgingData,
  withPrompts,
  type MtBenchVerdict,
} from './benchmark.js'

const SINGLE_COLUMNS: readonly ResultColumn[] = [
  { key: 'average', label: 'average' },
  { key: 'turn_1', label: 'turn 1' },
  { key: 'turn_2', label: 'turn 2' },
  { key: 'judgments', label: 'judged', digits: 0 },
  ...RADAR_CATEGORIES.map((category) => ({ key: category, label: category, detail: true })),
]

const PAIR_COLUMNS: readonly ResultColumn[] = [
  { key: 'win_rate_adjusted', label: 'win rate adjusted', digits: 4 },
  { key: 'win_rate', label: 'win rate', digits: 4 },
  { key: 'loss_rate', label: 'loss rate', digits: 4 },
  { key: 'win', label: 'win', digits: 0 },
  { key: 'loss', label: 'loss', digits: 0 },
  { key: 'tie', label: 'tie', digits: 0 },
]

/** Every figure of MT-Bench, from the log alone. */
export function mtBenchResults(log: EvalLog): RunResults {
  const mode = modeOf(log)
  const judgments = judgmentsOf(log, withoutReplies)
  if (!judgments.some(hasVerdict)) return noResults(mode, judgments.length)
  const questions = log.samples().map(questionOf)
  if (mode === 'single') {
    const own = judgments as readonly SingleJudgment[]
    return singleResults(scoreMtBench({ mode, judgments: own, questions }), own)
  }
  const { baseline } = log.record.spec
  const own = judgments as readonly PairJudgment[]
  return pairResults(
    scoreMtBench({ mode, judgments: own, questions, ...(baseline !== undefined && { baseline }) }),
    own,
  )
}

/** The mode of a run. */
export function modeOf(log: EvalLog): MtBenchMode {
  return log.record.spec.options['mode'] as MtBenchMode
}

/** Judgments by question and turn, so that their order does not depend on who was faster. */
function judgmentsOf(
  log: EvalLog,
  kept: (verdict: MtBenchVerdict) => MtBenchVerdict = (verdict) => verdict,
): readonly MtBenchVerdict[] {
  const order = new Map(log.contestants.map((name, place) => [name, place]))
  const place = (judgment: MtBenchVerdict): number =>
    order.get('model' in judgment ? judgment.model : judgment.model_1) ?? 0
  const judgments: MtBenchVerdict[] = []
  for (const { verdict } of log.judgments<MtBenchVerdict>()) judgments.push(kept(verdict))
  return judgments.sort(
    (a, b) =>
      a.turn - b.turn ||
      a.question_id - b.question_id ||
      place(a) - place(b) ||
      (judgmentKey(a) < judgmentKey(b) ? -1 : 1),
  )
}

/** What scores look at: of a large run the replies would fill the memory. */
function withoutReplies(verdict: MtBenchVerdict): MtBenchVerdict {
  const { question_id, judge, turn } = verdict
  if ('model' in verdict) return { question_id, model: verdict.model, judge, score: verdict.score, turn }
  const { model_1, model_2, g1_winner, g2_winner } = verdict
  return { question_id, model_1, model_2, g1_winner, g2_winner, judge, turn }
}

function noResults(mode: MtBenchMode, judged: number): RunResults {
  const message = 'No judgment has a verdict; there is nothing to score.'
  return {
    columns: mode === 'single' ? SINGLE_COLUMNS : PAIR_COLUMNS,
    rows: [],
    measure: mode === 'single' ? SINGLE_MEASURE : PAIR_MEASURE,
    scores: new Map(),
    problems: judged === 0 ? [] : [{ code: 'unscored', message, count: judged, places: [] }],
  }
}

const SINGLE_MEASURE = { key: 'average', label: 'score' }
const PAIR_MEASURE = { key: 'win_rate_adjusted', label: 'win rate' }

function singleResults(
  { published, problems }: SingleScores,
  judgments: readonly SingleJudgment[],
): RunResults {
  const scores = scoresBySample(
    judgments.filter(hasVerdict).map(({ model, question_id, score }) => [model, question_id, score]),
  )
  const turn = (rows: typeof published.average, model: string): number | null =>
    rows.find((row) => row.model === model)?.score ?? null
  const rows = published.average.map(({ model, score, count }): ResultRow => {
    const categories = published.radar.filter((point) => point.model === model)
    return {
      contestant: model,
      values: {
        average: score,
        turn_1: turn(published.firstTurn, model),
        turn_2: turn(published.secondTurn, model),
        judgments: count,
        ...Object.fromEntries(categories.map((point) => [point.category, point.score])),
      },
      intervals: intervalOf('average', scores.get(model)),
    }
  })
  return { columns: SINGLE_COLUMNS, rows, measure: SINGLE_MEASURE, scores, problems }
}

function pairResults({ published, problems }: PairScores, judgments: readonly PairJudgment[]): RunResults {
  const points = judgments.filter(hasVerdict).flatMap((judgment): Point[] => {
    const { model_1, model_2, question_id } = judgment
    const first = pointsOf(judgment)
    return [
      [model_1, question_id, first],
      [model_2, question_id, 1 - first],
    ]
  })
  const all = scoresBySample(points)
  const scores = new Map(published.map(({ model }) => [model, all.get(model) ?? new Map<string, number>()]))
  const rows = published.map((row: PairRow): ResultRow => {
    const { model, ...values } = row
    return { contestant: model, values, intervals: intervalOf('win_rate_adjusted', scores.get(model)) }
  })
  return { columns: PAIR_COLUMNS, rows, measure: PAIR_MEASURE, scores, problems }
}

function pointsOf({ g1_winner, g2_winner }: PairJudgment): number {
  if (g1_winner === 'tie' || g1_winner !== g2_winner) return 0.5
  return g1_winner === 'model_1' ? 1 : 0
}

type Point = readonly [model: string, question: number, value: number]

/** Mean of a contestant's points on each question. */
function scoresBySample(points: readonly Point[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const sums = new Map<string, Map<string, { total: number; count: number }>>()
  for (const [model, question, value] of points) {
    let own = sums.get(model)
    if (own === undefined) sums.set(model, (own = new Map<string, { total: number; count: number }>()))
    const sum = own.get(String(question)) ?? { total: 0, count: 0 }
    sum.total += value
    sum.count += 1
    own.set(String(question), sum)
  }
  return new Map(
    [...sums].map(([model, own]) => [
      model,
      new Map([...own].map(([question, { total, count }]) => [question, total / count])),
    ]),
  )
}

/** Over questions: both turns of one question depend on each other. */
function intervalOf(key: string, scores: ReadonlyMap<string, number> | undefined): ResultRow['intervals'] {
  return scores === undefined || scores.size < 2 ? {} : { [key]: meanInterval([...scores.values()]) }
}

/** The run's files as the published scripts write them. */
export function mtBenchFiles(log: EvalLog): readonly ExportFile[] {
  const samples = log.samples()
  const [judge] = log.record.spec.judges
  const answers = log.contestants.map((name) => {
    const lines = samples.flatMap((sample) => {
      const answer = log.get(name, sample.id)
      return answer === undefined ? [] : [answerLine(questionOf(sample), answer)]
    })
    return { path: `model_answer/${fileName(name)}.jsonl`, text: writeMtBenchAnswers(lines) }
  })
  const judgments = wholeJudgments(log)
  if (judgments.length === 0) return answers
  const kind = modeOf(log) === 'single' ? 'single' : 'pair'
  const path = `model_judgment/${fileName(judge?.name ?? 'judge')}_${kind}.jsonl`
  return [...answers, { path, text: writeJsonl(judgments) }]
}

/** Judgments with their prompts, which the log holds only in what they are made of. */
function wholeJudgments(log: EvalLog): readonly MtBenchVerdict[] {
  const data = readJudgingData(log.attachment(JUDGING_FILE) ?? '{"prompts":[],"references":[]}')
  const questions = new Map(log.samples().map((sample) => [Number(sample.id), questionOf(sample)]))
  return judgmentsOf(log).flatMap((verdict) => {
    const question = questions.get(verdict.question_id)
    if (question === undefined) return []
    const answer = (model: string): MtBenchAnswer => {
      const given = log.get(model, String(verdict.question_id))
      if (given !== undefined) return answerLine(question, given)
      throw new MoaError('internal', `Run ${log.id} judged an answer of ${model} that it does not have.`)
    }
    return [withPrompts(verdict, { question, answer, data })]
  })
}
