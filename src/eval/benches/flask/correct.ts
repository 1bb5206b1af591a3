import type { Problem, ProblemLog } from '../../problems.js'
import { pythonFloat } from '../../python/text.js'
import type { FlaskReview, FlaskScores } from './records.js'
import { FLASK_DOMAINS, FLASK_LEVELS, isFlaskSkill, skillBucket } from './vocabulary.js'

const levels: ReadonlySet<string | undefined> = new Set(FLASK_LEVELS)
const domainNames: ReadonlySet<string> = new Set(FLASK_DOMAINS)

/**
 * One review for each instance, the first that has scores, reduced to what the judge was asked: skills of the
 * instance, once each, 1 to 5. Everything left out is logged; `N/A` is an allowed answer and just not counted.
 */
export function correctReviews(reviews: readonly FlaskReview[], log: ProblemLog): FlaskReview[] {
  const firsts = new Map<number, FlaskReview>()
  for (const review of reviews) {
    const first = firsts.get(review.id)
    if (first !== undefined) {
      const message =
        'Reviewed more than once; the published tables count every review, the corrected the first with scores.'
      log.add('record-duplicate', message, { id: String(review.id) })
    }
    if (first === undefined || (isEmpty(first.score) && !isEmpty(review.score))) firsts.set(review.id, review)
  }
  return [...firsts.values()].map((review) => {
    checkLabels(review, log)
    return { ...review, score: askedScores(review, log) }
  })
}

const isEmpty = (score: FlaskScores): boolean => Object.keys(score).length === 0

function checkLabels({ id, difficulty, domains, score }: FlaskReview, log: ProblemLog): void {
  const place = { id: String(id) }
  if (isEmpty(score)) log.add('unscored', 'The judge gave no readable scores; nothing is counted.', place)
  if (difficulty !== undefined && !levels.has(difficulty)) {
    log.add(
      'value-unusable',
      'The difficulty is none of the five levels; left out of the difficulty table.',
      place,
    )
  }
  if (domains?.some((domain) => !domainNames.has(domain)) === true) {
    log.add(
      'value-unusable',
      'A domain is none of the ten; that domain is left out of the domain table.',
      place,
    )
  }
}

function askedScores({ id, score, skills }: FlaskReview, log: ProblemLog): FlaskScores {
  const asked = skills && new Set(skills.map((label) => skillBucket(label.toLowerCase())))
  const kept = new Map<string, [string, unknown]>()
  for (const [key, value] of Object.entries(score)) {
    const bucket = skillBucket(key)
    const refused = isFlaskSkill(bucket) ? refusal(value, { bucket, asked, kept }) : NO_SKILL
    if (refused !== undefined) log.add(refused.code, refused.message, { id: `${id}, ${key}` })
    else if (value !== 'N/A') kept.set(bucket as string, [key, value])
  }
  return Object.fromEntries(kept.values())
}

type Refusal = Pick<Problem, 'code' | 'message'>

const NO_SKILL: Refusal = {
  code: 'value-unusable',
  message: 'The key is no FLASK skill; only the published domain table counts it.',
}
const NOT_ASKED: Refusal = {
  code: 'value-unusable',
  message: 'The skill was not asked for; only the published tables count it.',
}
const TWICE: Refusal = {
  code: 'record-duplicate',
  message: 'Two keys score the same skill; the corrected tables count the first.',
}
const NO_NUMBER: Refusal = {
  code: 'value-unusable',
  message: 'The value is not a number; it is not counted.',
}
const OUT_OF_RANGE: Refusal = {
  code: 'value-unusable',
  message: 'The score is outside 1 to 5; only the published tables count it.',
}

/** Why the corrected tables don't count a score; `undefined` when nothing speaks against it. */
function refusal(
  value: unknown,
  {
    bucket,
    asked,
    kept,
  }: {
    readonly bucket: string
    readonly asked: ReadonlySet<string | undefined> | undefined
    readonly kept: ReadonlyMap<string, unknown>
  },
): Refusal | undefined {
  if (asked?.has(bucket) === false) return NOT_ASKED
  if (kept.has(bucket)) return TWICE
  if (value === 'N/A') return undefined
  const number = pythonFloat(value)
  if (number === undefined) return NO_NUMBER
  return number >= 1 && number <= 5 ? undefined : OUT_OF_RANGE
}
