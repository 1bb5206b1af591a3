/** The skills as the published tables name and order them. */
export const FLASK_SKILLS = [
  'robustness',
  'correctness',
  'efficiency',
  'factuality',
  'commonsense',
  'comprehension',
  'insightfulness',
  'completeness',
  'metacognition',
  'readability',
  'conciseness',
  'harmlessness',
] as const

export type FlaskSkill = (typeof FLASK_SKILLS)[number]

/** The paper's four abilities (arXiv 2307.10928, figure 1). No published code uses them. */
export const FLASK_ABILITIES = {
  'Logical Thinking': ['robustness', 'correctness', 'efficiency'],
  'Background Knowledge': ['factuality', 'commonsense'],
  'Problem Handling': ['comprehension', 'insightfulness', 'completeness', 'metacognition'],
  'User Alignment': ['conciseness', 'readability', 'harmlessness'],
} as const satisfies Record<string, readonly FlaskSkill[]>

export type FlaskAbility = keyof typeof FLASK_ABILITIES

/** The domains in the published order. The tables print the first word only. */
export const FLASK_DOMAINS = [
  'Humanities',
  'Language',
  'Social Science',
  'History',
  'Culture',
  'Technology',
  'Coding',
  'Math',
  'Natural Science',
  'Health',
] as const

/** The difficulty levels, easiest first. */
export const FLASK_LEVELS = [
  'simple lifestyle knowledge',
  'advanced lifestyle knowledge',
  'formal education knowledge',
  'major level knowledge',
  'expert level knowledge',
] as const

export type FlaskLevel = (typeof FLASK_LEVELS)[number]

/**
 * The bucket a key of a judge's dictionary falls into: its second blank-separated word if it contains "logical",
 * else its first. `undefined` for a lone "logical".
 */
export function skillBucket(key: string): string | undefined {
  return key.split(' ')[key.includes('logical') ? 1 : 0]
}

const skills: ReadonlySet<string> = new Set(FLASK_SKILLS)

export function isFlaskSkill(bucket: string | undefined): bucket is FlaskSkill {
  return bucket !== undefined && skills.has(bucket)
}
