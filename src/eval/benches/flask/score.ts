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
   * The evaluation set in its order. Gives reviews their skills, domains and difficulty, joined by id, and tells which
   * reviews are missing or foreign. Default: what the reviews' own rows say.
   */
  readonly instances?: readonly FlaskInstance[]
  /** The hard set, to score its part of a full run as well. Instances are found by their text. */
  readonly hard?: readonly FlaskInstance[]
}

export interface FlaskScoreSet {
  readonly reviews: number
  /**
   * What the published scripts write, difficulty taken by row position where the evaluation set is given. Abilities,
   * which no script has, are summed from the same skill rows.
   */
  readonly published: FlaskTables
  /** Over one review per instance with its own difficulty, and only scores of 1 to 5 for the skills that were asked. */
  readonly corrected: FlaskTables & { readonly rule: string }
}

export interface FlaskResult extends FlaskScoreSet {
  readonly benchmark: 'flask'
  /** The skill table of the hard set's part; present when `hard` was given. */
  readonly hard?: FlaskScoreSet
  readonly problems: readonly Problem[]
}

/**
 * Scores FLASK reviews. The published difficulty table takes the levels from the evaluation set by row position, which
 * shifts once a review is missing or out of order; the corrected one takes them by id.
 */
export function scoreFlask(options: FlaskScoreOptions): FlaskResult {
  const { instances, hard } = options
  const log = new ProblemLog()
  const reviews = instances === undefined ? options.reviews : joined(options.reviews, instances, log)
  const by = options.by === undefined ? GROUPINGS : typeof options.by === 'string' ? [options.by] : options.by
  const levels = by.includes('difficulty') ? publishedLevels(reviews, instances, log) : undefined
  const known = instances === undefined ? undefined : new Set(instances.map(({ id }) => id))
  const scored = scoreSet(reviews, { by, log, known, levels })
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
  return scoreSet(part, { by: ['skill'], log: new ProblemLog(), known: undefined, levels: undefined })
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

/**
 * The difficulty of each row as the published script has it: that of the evaluation set's row at the same place.
 * `undefined` when the rows' own are the same, or no evaluation set tells.
 */
function publishedLevels(
  reviews: readonly FlaskReview[],
  instances: readonly FlaskInstance[] | undefined,
  log: ProblemLog,
): readonly (string | undefined)[] | undefined {
  if (instances === undefined) {
    const moved = reviews.find(({ id }, row) => row > 0 && id !== (reviews[row - 1] as FlaskReview).id + 1)
    if (moved !== undefined) log.add('published-defect', UNTOLD, { id: String(moved.id) })
    return undefined
  }
  const levels = reviews.map((_, row) => instances[row]?.difficulty)
  let shifted = false
  for (const [row, { id }] of reviews.entries()) {
    if (instances[row]?.id === id) continue
    shifted = true
    log.add('published-defect', SHIFTED, { id: String(id) })
  }
  return shifted ? levels : undefined
}

const SHIFTED =
  'The review does not stand at the row of its instance; the published difficulty table gives it the level of ' +
  'whatever instance stands there, the corrected its own.'
const UNTOLD =
  'Reviews are missing or out of order from here on, where the published script takes wrong difficulty levels; ' +
  'give the evaluation set to see its figures.'

function withLevels(
  reviews: readonly FlaskReview[],
  levels: readonly (string | undefined)[],
): readonly FlaskReview[] {
  return reviews.map(({ difficulty: _, ...review }, row) => {
    const difficulty = levels[row]
    return difficulty === undefined ? review : { ...review, difficulty }
  })
}

function scoreSet(
  reviews: readonly FlaskReview[],
  {
    by,
    log,
    known,
    levels,
  }: {
    readonly by: readonly FlaskGrouping[]
    readonly log: ProblemLog
    readonly known: ReadonlySet<number> | undefined
    readonly levels: readonly (string | undefined)[] | undefined
  },
): FlaskScoreSet {
  const published = tables(reviews, by, levels)
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

/** The tables asked for; `levels` are the difficulties of the rows, where they are not the reviews' own. */
function tables(
  reviews: readonly FlaskReview[],
  by: readonly FlaskGrouping[],
  levels?: readonly (string | undefined)[],
): FlaskTables {
  const skills = aggregateSkills(reviews)
  const domains = by.includes('domain') ? aggregateDomains(reviews) : []
  const byLevel = by.includes('difficulty')
    ? aggregateDifficulty(levels ? withLevels(reviews, levels) : reviews)
    : []
  const abilities = aggregateAbilities(skills)
  return {
    ...(by.includes('skill') && { skill: { rows: skills, ...skillCsv(skills) } }),
    ...(by.includes('domain') && { domain: { rows: domains, ...domainCsv(domains) } }),
    ...(by.includes('difficulty') && { difficulty: { rows: byLevel, ...difficultyCsv(byLevel) } }),
    ...(by.includes('ability') && { ability: { rows: abilities, ...abilityCsv(abilities) } }),
  }
}
