import type { Message } from '../../../core/message.js'
import type { ChatRequest } from '../../../core/request.js'
import { fillSlots } from '../../fill-slots.js'
import { parseV01Label } from './labels.js'
import type { V01Game, V01Judgment } from './records.js'

/** What `judge_config` of v0.1 holds, and the line that asks for a label once more. */
export interface V01JudgeSettings {
  readonly system_prompt: string
  readonly prompt_template: readonly string[]
  /** Default 0. */
  readonly temperature?: number
  /** Default 4096. */
  readonly max_tokens?: number
  /** Attempts at a label in all. Default 2. */
  readonly number_of_judgment_attempts?: number
  /**
   * What a judge without a label is told. The published script has its own sentence, which stands in no data file;
   * give it to repeat published runs to the letter.
   */
  readonly retry_prompt?: string
}

const RETRY_PROMPT = 'Please go on, and end with exactly one of the five verdict labels.'

/** What a judge who can't be reached is recorded to have said. */
export const V01_ERROR_REPLY = '$ERROR$'

/** One game of v0.1 between two answers, and how far it has come. */
export interface V01Match {
  readonly settings: V01JudgeSettings
  readonly question: string
  /** The answer shown as assistant A: the baseline's in game 1, the candidate's in game 2. */
  readonly answerA: string
  readonly answerB: string
  /** What the judge has replied so far, in order. */
  readonly replies: readonly string[]
}

export type V01Step =
  { readonly done: false; readonly request: ChatRequest } | { readonly done: true; readonly game: V01Game }

/**
 * The next judge call of a game, or the finished game. A judge that gives no label is asked to go on; its replies
 * are joined, each after a line feed, and searched together.
 */
export function v01Step({ settings, question, answerA, answerB, replies }: V01Match): V01Step {
  const userPrompts = settings.prompt_template.map((template) =>
    fillSlots(template, { question_1: question, answer_1: answerA, answer_2: answerB }),
  )
  const judgment = replies.map((reply) => `\n${reply}`).join('')
  const { score, tryAgain } = parseV01Label(judgment)
  if (replies.length > 0 && (!tryAgain || replies.length >= (settings.number_of_judgment_attempts ?? 2))) {
    return { done: true, game: { user_prompt: userPrompts[0] ?? '', judgment, score } }
  }
  const messages: Message[] = [
    { role: 'system', content: settings.system_prompt },
    ...userPrompts.map((content) => ({ role: 'user' as const, content })),
  ]
  for (const reply of replies) {
    messages.push({ role: 'assistant', content: reply })
    messages.push({ role: 'user', content: settings.retry_prompt ?? RETRY_PROMPT })
  }
  return {
    done: false,
    request: { messages, temperature: settings.temperature ?? 0, maxTokens: settings.max_tokens ?? 4096 },
  }
}

/** The two games of a question with nothing asked yet: game 1 shows the baseline as A, game 2 the candidate. */
export function v01Matches(judged: {
  readonly settings: V01JudgeSettings
  readonly question: string
  readonly baseline: string
  readonly candidate: string
}): readonly [V01Match, V01Match] {
  const { settings, question, baseline, candidate } = judged
  const match = { settings, question, replies: [] }
  return [
    { ...match, answerA: baseline, answerB: candidate },
    { ...match, answerA: candidate, answerB: baseline },
  ]
}

/** The judgment line of a question. */
export function v01Judgment(judged: {
  readonly questionId: string
  readonly model: string
  readonly judge: string
  readonly games: readonly [V01Game, V01Game]
}): V01Judgment {
  const { questionId, model, judge, games } = judged
  return { question_id: questionId, model, judge, games }
}
