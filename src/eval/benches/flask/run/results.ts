import type { EvalLog } from '../../../harness/eval-log.js'
import { fileName, type ExportFile } from '../../../harness/export-file.js'
import type { ResultColumn, ResultRow, RunResults } from '../../../harness/results.js'
import { writeJsonl } from '../../../jsonl.js'
import { ProblemLog } from '../../../problems.js'
import { meanInterval } from '../../../stats/index.js'
import { mean } from '../../../stats/summary.js'
import { correctReviews } from '../correct.js'
import { flaskReview, flaskReviewRecord } from '../judge-request.js'
import { readFlaskInstances } from '../read.js'
import type { FlaskInstance, FlaskReview } from '../records.js'
import { scoreFlask, type FlaskResult } from '../score.js'
import { FLASK_ABILITIES, FLASK_SKILLS } from '../vocabulary.js'
import type { FlaskRunVerdict } from './benchmark.js'

/** Name of the attachment that says what was asked and which skills count. */
export const INSTANCES_FILE = 'instances.jsonl'

const COLUMNS: readonly ResultColumn[] = [
  { key: 'average', label: 'average' },
  ...Object.keys(FLASK_ABILITIES).map((ability) => ({ key: ability, label: ability })),
  { key: 'reviews', label: 'reviews', digits: 0 },
  ...FLASK_SKILLS.map((skill) => ({ key: skill, label: skill, detail: true })),
]

/** Every figure of FLASK, from the log alone. */
export function flaskResults(log: EvalLog): RunResults {
  const instances = instancesOf(log)
  const problems = new ProblemLog()
  const scores = new Map<string, ReadonlyMap<string, number>>()
  const rows = log.contestants.flatMap((contestant): ResultRow[] => {
    const reviews = reviewsOf(log, contestant, instances)
    if (reviews.length === 0) return []
    const result = scoreFlask({ reviews, instances, by: ['skill', 'ability'] })
    problems.merge(named(result, contestant))
    const own = instanceScores(reviews)
    if (own.size > 0) scores.set(contestant, own)
    return [rowOf(contestant, result, own)]
  })
  const rank = ({ values }: ResultRow): number => Number(values['average'] ?? -Infinity)
  return {
    columns: COLUMNS,
    rows: rows.sort((a, b) => rank(b) - rank(a)),
    measure: { key: 'average', label: 'score' },
    scores,
    problems: problems.list(),
  }
}

/** The instances of the run's samples, in the order of the evaluation set. */
function instancesOf(log: EvalLog): readonly FlaskInstance[] {
  const text = log.attachment(INSTANCES_FILE)
  const chosen = new Set(log.samples().map(({ id }) => id))
  const { data } = readFlaskInstances(text ?? '', { source: INSTANCES_FILE })
  return data.filter(({ id }) => chosen.has(String(id)))
}

/** A contestant's verdicts in the order of the instances. */
function verdictsOf(log: EvalLog, contestant: string): ReadonlyMap<number, FlaskRunVerdict> {
  const found = new Map<number, FlaskRunVerdict>()
  for (const { verdict } of log.judgments<FlaskRunVerdict>())
    if (verdict.contestant === contestant) found.set(verdict.instance, verdict)
  return found
}

function reviewsOf(
  log: EvalLog,
  contestant: string,
  instances: readonly FlaskInstance[],
): readonly FlaskReview[] {
  const verdicts = verdictsOf(log, contestant)
  return instances.flatMap((instance): FlaskReview[] => {
    const verdict = verdicts.get(instance.id)
    return verdict === undefined ? [] : [flaskReview(instance, verdict.review)]
  })
}

/** The problems of several contestants are told together, so each place says whose it is. */
function named({ problems }: FlaskResult, contestant: string): FlaskResult['problems'] {
  return problems.map((problem) => ({
    ...problem,
    places: problem.places.map((place) => ({ ...place, id: `${contestant} ${place.id ?? ''}`.trim() })),
  }))
}

/** Mean of the skills asked for, of each instance that has a score. */
function instanceScores(reviews: readonly FlaskReview[]): ReadonlyMap<string, number> {
  const scores = correctReviews(reviews, new ProblemLog()).flatMap(({ id, score }) => {
    const values = Object.values(score).map(Number)
    return values.length === 0 ? [] : [[String(id), mean(values)] as const]
  })
  return new Map(scores)
}

function rowOf(
  contestant: string,
  { published, corrected, reviews }: FlaskResult,
  own: ReadonlyMap<string, number>,
): ResultRow {
  const skills = published.skill?.rows ?? []
  const abilities = published.ability?.rows ?? []
  const values = [...own.values()]
  const differing = (corrected.skill?.rows ?? []).filter(
    ({ skill, avg }) => avg !== skills.find((row) => row.skill === skill)?.avg,
  )
  return {
    contestant,
    values: {
      average: values.length === 0 ? null : mean(values),
      reviews,
      ...Object.fromEntries(abilities.map(({ ability, avg }) => [ability, avg])),
      ...Object.fromEntries(
        FLASK_SKILLS.map((skill) => [skill, skills.find((row) => row.skill === skill)?.avg ?? null]),
      ),
      ...Object.fromEntries(differing.map(({ skill, avg }) => [`${skill}_corrected`, avg])),
    },
    intervals: values.length < 2 ? {} : { average: meanInterval(values) },
  }
}

/** The run's files as the published scripts write them. */
export function flaskFiles(log: EvalLog): readonly ExportFile[] {
  const instances = instancesOf(log)
  return log.contestants.flatMap((contestant): ExportFile[] => {
    const verdicts = verdictsOf(log, contestant)
    const answered = instances.flatMap((instance) => {
      const text = log.get(contestant, String(instance.id))?.turns[0]
      return text === undefined ? [] : [{ instance, text, verdict: verdicts.get(instance.id) }]
    })
    const reviews = answered.flatMap(({ instance, text, verdict }) =>
      verdict === undefined
        ? []
        : [
            flaskReviewRecord({
              instance,
              response: text,
              reply: verdict.review,
              totalTokens: verdict.totalTokens,
            }),
          ],
    )
    const name = fileName(contestant)
    return [
      {
        path: `model_output/${name}.jsonl`,
        text: writeJsonl(answered.map(({ instance, text }) => ({ question_id: instance.id, text }))),
      },
      ...(reviews.length === 0
        ? []
        : [{ path: `gpt_review/${name}_review.jsonl`, text: writeJsonl(reviews) }]),
    ]
  })
}
