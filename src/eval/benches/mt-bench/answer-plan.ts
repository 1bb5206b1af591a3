import type { Message } from '../../../core/message.js'
import type { ChatRequest } from '../../../core/request.js'
import { answerTemperature } from './categories.js'
import type { MtBenchAnswer, MtBenchQuestion } from './records.js'

/** The published limit of an answer, in tokens. */
export const ANSWER_MAX_TOKENS = 1024

export interface AnswerTurn {
  readonly question: MtBenchQuestion
  /** The contestant's answers to the turns before, in order; the next turn is asked. */
  readonly answers: readonly string[]
  /** Forces a temperature; see {@link answerTemperature}. */
  readonly temperature?: number
  /** Default 1024. */
  readonly maxTokens?: number
  /** A system message, for contestants that are asked with one. Default none, as MoA asks. */
  readonly system?: string
}

/**
 * What a contestant is asked for the next turn of a question: every turn so far with its own answers as history.
 * `undefined` once all turns are answered. A mixture's references never show here: the mixture adds them afresh
 * for each turn.
 */
export function answerRequest(turn: AnswerTurn): ChatRequest | undefined {
  const { question, answers, system } = turn
  if (answers.length >= question.turns.length) return undefined
  const messages: Message[] = system === undefined ? [] : [{ role: 'system', content: system }]
  for (const [index, content] of question.turns.slice(0, answers.length + 1).entries()) {
    messages.push({ role: 'user', content })
    const answer = answers[index]
    if (answer !== undefined) messages.push({ role: 'assistant', content: answer })
  }
  return {
    messages,
    temperature: answerTemperature(question, turn.temperature),
    maxTokens: turn.maxTokens ?? ANSWER_MAX_TOKENS,
  }
}

/** The answer line of a question; `choices` holds each choice's turns. */
export function answerRecord(answer: {
  readonly question: MtBenchQuestion
  readonly model: string
  readonly choices: readonly (readonly string[])[]
  /** A fresh id for the line. */
  readonly id: string
  /** Seconds since 1970. */
  readonly time: number
}): MtBenchAnswer {
  return {
    question_id: answer.question.question_id,
    answer_id: answer.id,
    model_id: answer.model,
    choices: answer.choices.map((turns, index) => ({ index, turns })),
    tstamp: answer.time,
  }
}
