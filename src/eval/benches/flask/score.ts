import { type Problem, ProblemLog } from '../../problems.js'
import {
  type AbilityRow,
  aggregateAbilities,
  aggregateDifficulty,
  aggregateDomains,
  aggregateSkills,
  type DifficultyRow,
  type DomainRow,
  type SkillRow,
} from './aggregate.js'
import { correctReviews } from './correct.js'
import { abilityCsv, difficultyCsv, domainCsv, type FlaskCsv, skillCsv } from './csv.js'
import type { FlaskInstance, FlaskReview } from './records.js'

export type FlaskGrouping = 'skill' | 'domain' | 'difficulty' | 'ability'

const GROUPINGS: readonly FlaskGrouping[] = ['skill', 'domain', 'difficulty', 'ability']

/** Rows of a table, and the table as the published script writes it. */
export type FlaskTable<Row> = FlaskCsv & { readonly rows: readonly Row[] }

/** The tables asked for. */
export interface FlaskTables {
  readonly skill?: FlaskTable<SkillRow>
  readonly domain?: FlaskTable<DomainRow>
  readonly difficulty?: FlaskTable<DifficultyRow>
  readonly ability?: FlaskTable<AbilityRow>
}

export interface FlaskScoreOptions {
  readonly reviews: readonly FlaskReview[]
  /** Tables to make. Default all. */
  readonly by?: FlaskGrouping | readonly FlaskGrouping[]
  /**
   * The evaluation set. Gives reviews their skills, domains and difficulty, joined by id, and tells which reviews
   * are missing or foreign. Default: what the reviews' own rows say.
   */
  readonly instances?: readonly FlaskInstance[]
  /** The hard set, to score its part of a full run as well. Instances are found by their text. */
  readonly hard?: readonly FlaskInstance[]
}

export interface FlaskScoreSet {
  readonly reviews: number
  /** What the published scripts write. Abilities, which no script has, are summed from the same skill rows. */
  readonly published: FlaskTables
  /** Over one review per instance, and only scores of 1 to 5 for the skills that were asked. */
  readonly corrected: FlaskTables & { readonly rule: string }
}

export interface FlaskResult extends FlaskScoreSet {
  readonly benchmark: 'flask'
  /** The skill table of the hard set's part; present when `hard` was given. */
  readonly hard?: FlaskScoreSet
  readonly problems: readonly Problem[]
}

/**
 * Scores FLASK reviews. Difficulty is taken from the review's own instance, not from the row position the published
 * script relies on; both agree on complete reviews in order.
 */
export function scoreFlask(options: FlaskScoreOptions): FlaskResult {
  const { instances, hard } = options
  const log = new ProblemLog()
  const reviews = instances === undefined ? options.reviews : joined(options.reviews, instances, log)
  const by = options.by === undefined ? GROUPINGS : typeof options.by === 'string' ? [options.by] : options.by
  const known = instances === undefined ? undefined : new Set(instances.map(({ id }) => id))
  const scored = scoreSet(reviews, { by, log, known })
  return {
    benchmark: 'flask',
    ...scored,
    ...(hard !== undefined && { hard: scoreHard(reviews, hard, log) }),
    problems: log.list(),
  }
}

function scoreHard(
  reviews: readonly FlaskReview[],
  hard: readonly FlaskInstance[],
  log: ProblemLog,
): FlaskScoreSet {
  const texts = new Set(hard.map(({ instruction }) => instruction))
  const part = reviews.filter(({ instruction }) => instruction !== undefined && texts.has(instruction))
  const found = new Set(part.map(({ instruction }) => instruction))
  for (const { id, instruction } of hard) {
    if (!found.has(instruction)) {
      log.add('record-missing', 'No review has the text of this hard instance.', { id: `hard ${id}` })
    }
  }
  // Its problems are already told with the whole set's.
  return scoreSet(part, { by: ['skill'], log: new ProblemLog(), known: undefined })
}

/** Reviews with what their instance says; problems of the join are logged. */
function joined(
  reviews: readonly FlaskReview[],
  instances: readonly FlaskInstance[],
  log: ProblemLog,
): readonly FlaskReview[] {
  const byId = new Map(instances.map((instance) => [instance.id, instance]))
  const reviewed = new Set(reviews.map(({ id }) => id))
  for (const { id } of instances) {
    if (!reviewed.has(id)) log.add('record-missing', 'The instance has no review.', { id: String(id) })
  }
  return reviews.map((review) => {
    const instance = byId.get(review.id)
    if (instance === undefined) {
      const message = 'The evaluation set has no instance of this id; only the published tables count it.'
      log.add('id-unknown', message, { id: String(review.id) })
      return review
    }
    const { instruction, skills, domains, difficulty } = instance
    return { ...review, instruction, skills, domains, difficulty }
  })
}

function scoreSet(
  reviews: readonly FlaskReview[],
  {
    by,
    log,
    known,
  }: {
    readonly by: readonly FlaskGrouping[]
    readonly log: ProblemLog
    readonly known: ReadonlySet<number> | undefined
  },
): FlaskScoreSet {
  const published = tables(reviews, by)
  for (const [name, table] of Object.entries(published) as [string, FlaskCsv][]) {
    if (table.error !== undefined) {
      const message = 'A row without a score ends the published script, so its CSV stops above that row.'
      log.add('published-defect', message, { id: name })
    }
  }
  const corrected = correctReviews(
    reviews.filter(({ id }) => known === undefined || known.has(id)),
    log,
  )
  return {
    reviews: reviews.length,
    published,
    corrected: {
      rule: 'the first review with scores of each known instance, scores of 1 to 5 for the skills asked for only',
      ...tables(corrected, by),
    },
  }
}

function tables(reviews: readonly FlaskReview[], by: readonly FlaskGrouping[]): FlaskTables {
  const skills = aggregateSkills(reviews)
  const domains = by.includes('domain') ? aggregateDomains(reviews) : []
  const levels = by.includes('difficulty') ? aggregateDifficulty(reviews) : []
  const abilities = aggregateAbilities(skills)
  return {
    ...(by.includes('skill') && { skill: { rows: skills, ...skillCsv(skills) } }),
    ...(by.includes('domain') && { domain: { rows: domains, ...domainCsv(domains) } }),
    ...(by.includes('difficulty') && { difficulty: { rows: levels, ...difficultyCsv(levels) } }),
    ...(by.includes('ability') && { ability: { rows: abilities, ...abilityCsv(abilities) } }),
  }
}
