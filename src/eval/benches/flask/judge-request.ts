import { MoaError } from '../../../core/errors.js'
import type { ChatRequest } from '../../../core/request.js'
import { fillSlots } from '../../fill-slots.js'
import type { FlaskInstance, FlaskPrompt, FlaskReview, FlaskRubric } from './records.js'
import { parseFlaskReview } from './parse.js'

/** The published judge reads prompt 2, the one with a reference answer. */
export const FLASK_PROMPT_ID = 2

/** What a contestant is asked: the bare instruction. Published sampling: temperature 0.7, 2048 tokens. */
export function flaskAnswerRequest(
  instance: Pick<FlaskInstance, 'instruction'>,
  {
    temperature = 0.7,
    maxTokens = 2048,
  }: { readonly temperature?: number; readonly maxTokens?: number } = {},
): ChatRequest {
  return { messages: [{ role: 'user', content: instance.instruction }], temperature, maxTokens }
}

export interface FlaskJudging {
  readonly instance: FlaskInstance
  /** The contestant's answer. */
  readonly response: string
  readonly prompts: readonly FlaskPrompt[]
  readonly rubrics: readonly FlaskRubric[]
  /**
   * Asks at temperature 0 for at most 1024 tokens. The published scripts mean to and never send it, so published
   * scores come from the provider's default temperature. Default false.
   */
  readonly deterministic?: boolean
}

/**
 * The call that judges an answer on its instance's skills.
 * @throws MoaError `data_invalid` when the prompts lack the one the judge reads.
 */
export function flaskJudgeRequest(judging: FlaskJudging): ChatRequest {
  const { instance, response, prompts, rubrics, deterministic = false } = judging
  const prompt = prompts.find(({ prompt_id }) => prompt_id === FLASK_PROMPT_ID)
  if (prompt === undefined) {
    throw new MoaError(
      'data_invalid',
      `FLASK judges with prompt ${FLASK_PROMPT_ID}, which the prompts lack; give FLASK's gpt_review prompt.jsonl.`,
    )
  }
  const user = fillSlots(prompt.prompt_template, {
    ...prompt.defaults,
    skills: instance.skills.map((label) => rubricText(label, rubrics)).join(''),
    question: instance.instruction,
    sample_answer: instance.answer,
    response,
    num: '3',
  })
  return {
    messages: [
      { role: 'system', content: prompt.system_prompt },
      { role: 'user', content: user },
    ],
    ...(deterministic && { temperature: 0, maxTokens: 1024 }),
  }
}

/** The first rubric whose name contains the label; a label without one shows nothing, as published. */
function rubricText(label: string, rubrics: readonly FlaskRubric[]): string {
  const rubric = rubrics.find(({ Skill }) => Skill.includes(label))
  if (rubric === undefined) return ''
  const scores = (['1', '2', '3', '4', '5'] as const).map(
    (score) => `\nScore ${score}: ${rubric.Scoring[score]}`,
  )
  return `\n${rubric.Skill}: ${rubric.Criteria}${scores.join('')}\n\n`
}

/** The line of the review file: the instance's own line, the answer, the reply and its scores. */
export function flaskReviewRecord(reviewed: {
  readonly instance: FlaskInstance
  readonly response: string
  readonly reply: string
  /** Tokens of the judge call, prompt included. */
  readonly totalTokens: number
}): Record<string, unknown> {
  const { instance, response, reply, totalTokens } = reviewed
  return {
    ...instance.row,
    target_txt: response,
    review: reply,
    score: parseFlaskReview(reply).score,
    total_tokens_step4: totalTokens,
  }
}

/** A review in the form {@link scoreFlask} takes, without going through a file. */
export function flaskReview(instance: FlaskInstance, reply: string): FlaskReview {
  const { id, instruction, skills, domains, difficulty } = instance
  return { id, score: parseFlaskReview(reply).score, instruction, skills, domains, difficulty }
}
