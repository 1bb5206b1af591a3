/**
 * An instance of the evaluation set, whichever generation of keys its file has: `question_id, text, metrics,
 * domain_labeled, difficulty_labeled` (July 2023, 1,700 instances) or `idx, instruction, skill, domain, difficulty`
 * (December 2023, 1,740 instances, and the 89 of the hard set).
 */
export interface FlaskInstance {
  readonly id: number
  readonly instruction: string
  /** The reference answer. */
  readonly answer: string
  /** Skill labels, usually three. */
  readonly skills: readonly string[]
  /** One or two domains; "-1" marks a failed label. */
  readonly domains: readonly string[]
  /** One of the five levels; "-1" marks a failed label. */
  readonly difficulty: string
  /** The file's line, all keys kept. */
  readonly row: Readonly<Record<string, unknown>>
}

/** A line of a model's answer file. */
export interface FlaskAnswer {
  readonly question_id: number
  readonly text: string
}

/** What the judge gave each skill: numbers, texts such as `N/A`, whatever its dictionary held. */
export type FlaskScores = Readonly<Record<string, unknown>>

/** A line of a review file. What the row doesn't say is taken from the evaluation set. */
export interface FlaskReview {
  readonly id: number
  readonly score: FlaskScores
  readonly instruction?: string
  readonly skills?: readonly string[]
  readonly domains?: readonly string[]
  readonly difficulty?: string
}

/** A line of the judge's `prompt.jsonl`. */
export interface FlaskPrompt {
  readonly prompt_id: number
  readonly system_prompt: string
  readonly prompt_template: string
  readonly defaults: Readonly<Record<string, string>>
}

/** An entry of `skillset_description.json`. */
export interface FlaskRubric {
  readonly Skill: string
  readonly Criteria: string
  readonly Scoring: Readonly<Record<'1' | '2' | '3' | '4' | '5', string>>
}
