import { pythonFloat } from '../../python/text.js'
import type { FlaskReview } from './records.js'
import {
  FLASK_ABILITIES,
  FLASK_DOMAINS,
  FLASK_LEVELS,
  FLASK_SKILLS,
  type FlaskAbility,
  type FlaskLevel,
  type FlaskSkill,
  skillBucket,
} from './vocabulary.js'

/** Sum, count and mean of scores; `avg` is `null` where nothing was scored. */
export interface FlaskMean {
  readonly sum: number
  readonly count: number
  readonly avg: number | null
}

export type SkillRow = FlaskMean & { readonly skill: FlaskSkill }
export type DomainRow = FlaskMean & { readonly domain: string }
export type AbilityRow = FlaskMean & { readonly ability: FlaskAbility }
export type DifficultyRow = FlaskMean & {
  readonly skill: FlaskSkill
  readonly difficulty: FlaskLevel
  /** Mean over this level and all easier ones; `null` while nothing has been scored. */
  readonly cumu: number | null
}

interface Sum {
  sum: number
  count: number
}

/** Scores by skill, in the published order; skills no review names are left out. */
export function aggregateSkills(reviews: readonly FlaskReview[]): SkillRow[] {
  const sums = new Map<string, Sum>()
  eachScore(reviews, {
    buckets: sums,
    create: () => ({ sum: 0, count: 0 }),
    add: (sum, value) => add(sum, value),
  })
  return FLASK_SKILLS.flatMap((skill) => {
    const sum = sums.get(skill)
    return sum === undefined ? [] : [{ skill, ...mean(sum) }]
  })
}

/** Scores by ability: all scores of its skills together. Abilities without any of their skills are left out. */
export function aggregateAbilities(skills: readonly SkillRow[]): AbilityRow[] {
  return (Object.keys(FLASK_ABILITIES) as FlaskAbility[]).flatMap((ability) => {
    const members: readonly FlaskSkill[] = FLASK_ABILITIES[ability]
    const rows = skills.filter(({ skill }) => members.includes(skill))
    if (rows.length === 0) return []
    const total = { sum: 0, count: 0 }
    for (const { sum, count } of rows) {
      total.sum += sum
      total.count += count
    }
    return [{ ability, ...mean(total) }]
  })
}

/** Scores by skill and difficulty level, five rows for each skill, easiest first. */
export function aggregateDifficulty(reviews: readonly FlaskReview[]): DifficultyRow[] {
  const levels = new Map<string, Map<string, Sum>>()
  eachScore(reviews, {
    buckets: levels,
    create: () => new Map(FLASK_LEVELS.map((level) => [level as string, { sum: 0, count: 0 }])),
    add: (bucket, value, { difficulty }) => {
      const sum = bucket.get(difficulty ?? '')
      if (sum !== undefined) add(sum, value)
    },
  })
  return FLASK_SKILLS.flatMap((skill) => {
    const bucket = levels.get(skill)
    if (bucket === undefined) return []
    const running = { sum: 0, count: 0 }
    return FLASK_LEVELS.map((difficulty) => {
      const sum = bucket.get(difficulty) as Sum
      running.sum += sum.sum
      running.count += sum.count
      return { skill, difficulty, ...mean(sum), cumu: mean(running).avg }
    })
  })
}

/**
 * Scores by domain, in the published order. Every score of a review counts for each of its domains, whatever its
 * key; domains no review has are left out.
 */
export function aggregateDomains(reviews: readonly FlaskReview[]): DomainRow[] {
  const sums = new Map<string, Sum>()
  for (const { domains = [], score } of reviews) {
    for (const domain of domains) {
      let sum = sums.get(domain)
      if (sum === undefined) sums.set(domain, (sum = { sum: 0, count: 0 }))
      for (const value of Object.values(score)) {
        const number = pythonFloat(value)
        if (number !== undefined) add(sum, number)
      }
    }
  }
  return FLASK_DOMAINS.flatMap((domain) => {
    const sum = sums.get(domain)
    return sum === undefined ? [] : [{ domain, ...mean(sum) }]
  })
}

/**
 * Walks all scores as the published scripts do. A bucket comes to be when a key names it, even for a value that is
 * then skipped, but not when the key's first word is a bucket already, whatever its second.
 */
function eachScore<T>(
  reviews: readonly FlaskReview[],
  {
    buckets,
    create,
    add: count,
  }: {
    readonly buckets: Map<string, T>
    readonly create: () => T
    readonly add: (bucket: T, value: number, review: FlaskReview) => void
  },
): void {
  for (const review of reviews) {
    for (const [key, value] of Object.entries(review.score)) {
      const name = skillBucket(key)
      if (name === undefined) continue
      if (!buckets.has(name) && !buckets.has(key.split(' ')[0] as string)) buckets.set(name, create())
      const bucket = buckets.get(name)
      const number = pythonFloat(value)
      if (bucket !== undefined && number !== undefined) count(bucket, number, review)
    }
  }
}

function add(sum: Sum, value: number): void {
  sum.sum += value
  sum.count += 1
}

function mean({ sum, count }: Sum): FlaskMean {
  return { sum, count, avg: count === 0 ? null : sum / count }
}
