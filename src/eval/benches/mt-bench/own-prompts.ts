import { bothAnswers, FAIR, tagged } from '../judge-wording.js'
import type { JudgePromptName } from './judge-prompt.js'
import type { MtBenchJudgePrompt } from './records.js'

const RATE = `Say in a few sentences what is good and what is bad about it. Then close with a rating from 1 (useless) to 10
(could not be better), in double square brackets and in exactly this form: "[[rating]]", for example: Rating: [[5]]`

const CHOOSE = `Say in a few sentences how they differ. Do not let the order in which they stand, or their length, sway you. Then close
with your verdict in exactly this form: "[[A]]" if A is better, "[[B]]" if B is better, "[[C]]" if they are equally good.`

const REFERENCE = `A reference answer is known to be right. Compare with it step by step, and find the mistakes before you decide.`

interface Form {
  readonly reference: boolean
  readonly turns: 1 | 2
}

function reference({ reference, turns }: Form): string[] {
  if (!reference) return []
  const texts = turns === 1 ? ['{ref_answer_1}'] : ['{ref_answer_1}', '{ref_answer_2}']
  return texts.map((text, turn) => tagged('reference', text, turns === 1 ? undefined : String(turn + 1)))
}

function question({ turns }: Form): string[] {
  return turns === 1
    ? [tagged('question', '{question}')]
    : ['{question_1}', '{question_2}'].map((text, turn) => tagged('question', text, String(turn + 1)))
}

/** A conversation as one text, first turn before second. */
const turnsOf = (first: string, second: string): string =>
  `First turn:\n{${first}}\n\nSecond turn:\n{${second}}`

function single(form: Form): MtBenchJudgePrompt {
  const answer = form.turns === 1 ? '{answer}' : turnsOf('answer_1', 'answer_2')
  const what =
    form.turns === 1 ? 'answer' : "answers to a user's two questions; rate the answer to the second"
  return {
    name: '',
    type: 'single',
    system_prompt: `You rate an assistant's ${what}. ${FAIR}`,
    prompt_template: [
      ...question(form),
      ...reference(form),
      tagged('answer', answer, 'A'),
      ...(form.reference ? [REFERENCE] : []),
      RATE,
    ].join('\n\n'),
  }
}

function pair(form: Form): MtBenchJudgePrompt {
  const [a, b] =
    form.turns === 1
      ? ['{answer_a}', '{answer_b}']
      : [turnsOf('answer_a_1', 'answer_a_2'), turnsOf('answer_b_1', 'answer_b_2')]
  const what =
    form.turns === 1 ? 'to a question' : "to a user's two questions; what counts is the answer to the second"
  return {
    name: '',
    type: 'pairwise',
    system_prompt: `You compare the answers of two assistants ${what}. ${FAIR}${form.reference ? ` ${REFERENCE}` : ''} ${CHOOSE}`,
    prompt_template: [...question(form), ...reference(form), bothAnswers(a, b)].join('\n\n'),
  }
}

const FORMS: Readonly<Record<JudgePromptName, MtBenchJudgePrompt>> = {
  'single-v1': single({ reference: false, turns: 1 }),
  'single-v1-multi-turn': single({ reference: false, turns: 2 }),
  'single-math-v1': single({ reference: true, turns: 1 }),
  'single-math-v1-multi-turn': single({ reference: true, turns: 2 }),
  'pair-v2': pair({ reference: false, turns: 1 }),
  'pair-v2-multi-turn': pair({ reference: false, turns: 2 }),
  'pair-math-v1': pair({ reference: true, turns: 1 }),
  'pair-math-v1-multi-turn': pair({ reference: true, turns: 2 }),
}

/** Judge prompts of this package, by the published names and with the published slots. */
export const OWN_JUDGE_PROMPTS: ReadonlyMap<string, MtBenchJudgePrompt> = new Map(
  Object.entries(FORMS).map(([name, prompt]) => [name, { ...prompt, name: `own-${name}` }]),
)
