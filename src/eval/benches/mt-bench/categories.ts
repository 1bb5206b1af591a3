import { MoaError } from '../../../core/errors.js'
import type { MtBenchQuestion } from './records.js'

/** Radar labels in the order of the questions: ten each, from id 81 on. */
export const RADAR_CATEGORIES = [
  'Writing',
  'Roleplay',
  'Reasoning',
  'Math',
  'Coding',
  'Extraction',
  'STEM',
  'Humanities',
] as const

const FIRST_QUESTION = 81

/** The radar label of a question id, `undefined` for ids that aren't MT-Bench's. */
export function radarCategory(questionId: number): (typeof RADAR_CATEGORIES)[number] | undefined {
  return Number.isInteger(questionId)
    ? RADAR_CATEGORIES[Math.floor((questionId - FIRST_QUESTION) / 10)]
    : undefined
}

const REFERENCE_CATEGORIES = new Set(['math', 'reasoning', 'coding', 'arena-hard-200'])

/** Whether the judge of a category is shown reference answers. */
export function needsReference(category: string): boolean {
  return REFERENCE_CATEGORIES.has(category)
}

const TEMPERATURES: Readonly<Record<string, number>> = {
  writing: 0.7,
  roleplay: 0.7,
  extraction: 0,
  math: 0,
  coding: 0,
  reasoning: 0,
  stem: 0.1,
  humanities: 0.1,
}

/**
 * The temperature a question is answered at: the forced one, else the question's own `required_temperature`, else
 * its category's, else 0.7.
 * @throws MoaError `data_invalid` when the question requires one temperature and another is forced.
 */
export function answerTemperature(
  question: Pick<MtBenchQuestion, 'question_id' | 'category' | 'required_temperature'>,
  forced?: number,
): number {
  const required = question.required_temperature
  if (forced !== undefined && required !== undefined) {
    throw new MoaError(
      'data_invalid',
      `MT-Bench question ${question.question_id} requires temperature ${required}, but ${forced} is forced; ` +
        `drop the forced temperature or the question's required_temperature.`,
    )
  }
  if (forced !== undefined) return forced
  if (required !== undefined) return required
  return Object.hasOwn(TEMPERATURES, question.category) ? (TEMPERATURES[question.category] as number) : 0.7
}
