import { aggregateSkills } from '../benches/flask/aggregate.js'
import type { FlaskReview } from '../benches/flask/records.js'
import { FLASK_SKILLS } from '../benches/flask/vocabulary.js'
import { ProblemLog } from '../problems.js'
import type { DocumentItem, DocumentRow, EvalDocument } from './document.js'
import { fileDocument, type JudgedFile } from './file-document.js'

/** The document of review files, one model each. */
export function documentOfReviews(files: readonly JudgedFile<readonly FlaskReview[]>[]): EvalDocument {
  const log = new ProblemLog()
  for (const { problems } of files) log.merge(problems)
  const rows = files.map(({ name, data }): DocumentRow => {
    const skills = aggregateSkills(data)
    const [sum, count] = skills.reduce(([a, b], row) => [a + row.sum, b + row.count], [0, 0])
    const averages = skills.map(({ skill, avg }) => [
      skill,
      Number.isFinite(Number(avg)) ? Number(avg) : null,
    ])
    return {
      name,
      values: {
        ...(Object.fromEntries(averages) as Record<string, number | null>),
        mean: count === 0 ? null : sum / count,
        n_total: data.length,
      },
      intervals: {},
    }
  })
  const meanOf = ({ values }: DocumentRow): number => Number(values['mean'] ?? -Infinity)
  return fileDocument(
    {
      benchmark: 'flask',
      columns: [
        { key: 'mean', label: 'mean', digits: 2 },
        ...FLASK_SKILLS.map((key) => ({ key, label: key, digits: 2 })),
        { key: 'n_total', label: 'reviews', digits: 0 },
      ],
      rows: rows.sort((a, b) => meanOf(b) - meanOf(a)),
      measure: { label: 'mean score', digits: 2 },
      items: itemsOf(files),
    },
    { names: files.map(({ name }) => name), problems: log.list(), scale: [1, 5] },
  )
}

function itemsOf(files: readonly JudgedFile<readonly FlaskReview[]>[]): readonly DocumentItem[] {
  const byId = new Map<number, { name: string; review: FlaskReview }[]>()
  for (const { name, data } of files)
    for (const review of data) {
      const own = byId.get(review.id) ?? []
      byId.set(review.id, own)
      own.push({ name, review })
    }
  return [...byId]
    .sort(([a], [b]) => a - b)
    .map(([id, own]) => {
      const first = own[0]?.review
      return {
        id: String(id),
        ...(first?.domains?.[0] !== undefined && { category: first.domains[0] }),
        turns: first?.instruction === undefined ? [] : [first.instruction],
        answers: [],
        scores: Object.fromEntries(own.map(({ name, review }) => [name, meanOf(review)])),
        judgments: own.map(({ name, review }) => ({
          contestants: [name],
          verdict: Object.entries(review.score)
            .map(([skill, score]) => `${skill} ${String(score)}`)
            .join(', '),
          texts: [],
          ...(meanOf(review) === null && { unscored: 'the reply has no scores' }),
        })),
      }
    })
}

/** Mean of the scores that are numbers; null without any. */
function meanOf({ score }: FlaskReview): number | null {
  const values = Object.values(score).map(Number).filter(Number.isFinite)
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
