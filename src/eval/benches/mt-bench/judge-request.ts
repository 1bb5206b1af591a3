import { MoaError } from '../../../core/errors.js'
import type { ChatRequest } from '../../../core/request.js'
import { fillSlots } from '../../fill-slots.js'
import { needsReference } from './categories.js'
import { judgePrompt, judgePromptName } from './judge-prompt.js'
import type { MtBenchAnswer, MtBenchJudgePrompt, MtBenchQuestion, MtBenchTurn } from './records.js'

/** What judging needs besides the answers. */
export interface JudgingData {
  readonly prompts: ReadonlyMap<string, MtBenchJudgePrompt>
  /** Reference answers by question id: any set, whoever judges. The published scores use the `gpt-4` set. */
  readonly references: ReadonlyMap<number, MtBenchAnswer>
  /**
   * How the judge takes instructions. `anthropic` limits replies to 1024 tokens and moves a pairwise prompt's system
   * text in front of the question. Default `openai`.
   */
  readonly dialect?: 'openai' | 'anthropic'
}

/** A judge call: the prompt's name and text for the record, and the request. */
export interface JudgeCall {
  readonly promptName: string
  readonly userPrompt: string
  readonly request: ChatRequest
}

interface Judged {
  readonly question: MtBenchQuestion
  readonly turn: MtBenchTurn
}

/**
 * The call that scores one answer.
 * @throws MoaError `data_invalid` when a prompt, a reference or a turn of the answer is missing.
 */
export function singleJudgeCall(
  judged: Judged & { readonly answer: MtBenchAnswer },
  data: JudgingData,
): JudgeCall {
  const { question, turn, answer } = judged
  const prompt = judgePrompt(data.prompts, judgePromptName('single', { category: question.category, turn }))
  const values = {
    ...questionSlots(question),
    ...referenceSlots(question, data.references),
    answer: turnOf(answer, 1),
    ...(turn === 2 && { answer_1: turnOf(answer, 1), answer_2: turnOf(answer, 2) }),
  }
  const userPrompt = fillSlots(prompt.prompt_template, values)
  return {
    promptName: prompt.name,
    userPrompt,
    request: judgeRequest(prompt.system_prompt, userPrompt, data),
  }
}

/**
 * The two calls that compare two answers: game 1 shows the first as assistant A, game 2 the second.
 * @throws MoaError `data_invalid` when a prompt, a reference or a turn of an answer is missing.
 */
export function pairJudgeCalls(
  judged: Judged & { readonly answers: readonly [MtBenchAnswer, MtBenchAnswer] },
  data: JudgingData,
): readonly [JudgeCall, JudgeCall] {
  const [first, second] = judged.answers
  return [pairCall(judged, [first, second], data), pairCall(judged, [second, first], data)]
}

function pairCall(
  { question, turn }: Judged,
  [a, b]: readonly [MtBenchAnswer, MtBenchAnswer],
  data: JudgingData,
): JudgeCall {
  const prompt = judgePrompt(data.prompts, judgePromptName('pairwise', { category: question.category, turn }))
  const values = {
    ...questionSlots(question),
    ...referenceSlots(question, data.references),
    answer_a: turnOf(a, 1),
    answer_b: turnOf(b, 1),
    ...(turn === 2 && {
      answer_a_1: turnOf(a, 1),
      answer_a_2: turnOf(a, 2),
      answer_b_1: turnOf(b, 1),
      answer_b_2: turnOf(b, 2),
    }),
  }
  const userPrompt = fillSlots(prompt.prompt_template, values)
  if (data.dialect !== 'anthropic') {
    return {
      promptName: prompt.name,
      userPrompt,
      request: judgeRequest(prompt.system_prompt, userPrompt, data),
    }
  }
  // The published code leaves out the generic sentence, which is single-v1's whole system text.
  const generic = data.prompts.get('single-v1')?.system_prompt
  const headed =
    prompt.system_prompt === generic ? userPrompt : `[Instruction]\n${prompt.system_prompt}\n\n${userPrompt}`
  return { promptName: prompt.name, userPrompt: headed, request: judgeRequest('', headed, data) }
}

function judgeRequest(system: string, user: string, { dialect }: JudgingData): ChatRequest {
  return {
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      { role: 'user', content: user },
    ],
    temperature: 0,
    maxTokens: dialect === 'anthropic' ? 1024 : 2048,
  }
}

function questionSlots({ turns }: MtBenchQuestion): Record<string, string> {
  return { question: turns[0] ?? '', question_1: turns[0] ?? '', question_2: turns[1] ?? '' }
}

function referenceSlots(
  question: MtBenchQuestion,
  references: ReadonlyMap<number, MtBenchAnswer>,
): Record<string, string> {
  if (!needsReference(question.category)) return {}
  const turns = references.get(question.question_id)?.choices[0]?.turns
  if (turns !== undefined) return { ref_answer_1: turns[0] ?? '', ref_answer_2: turns[1] ?? '' }
  throw new MoaError(
    'data_invalid',
    `MT-Bench question ${question.question_id} (${question.category}) is judged against a reference answer, and the ` +
      `reference set has none for it; give a complete set such as reference_answer/gpt-4.jsonl.`,
  )
}

function turnOf(answer: MtBenchAnswer, turn: MtBenchTurn): string {
  const text = answer.choices[0]?.turns[turn - 1]
  if (text !== undefined) return text
  throw new MoaError(
    'data_invalid',
    `The answer of ${answer.model_id} to MT-Bench question ${answer.question_id} has no turn ${turn}; ` +
      `answer the question again before judging it.`,
  )
}
