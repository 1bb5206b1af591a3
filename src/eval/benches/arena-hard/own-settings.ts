import { bothAnswers, FAIR, tagged } from '../judge-wording.js'
import type { V01JudgeSettings } from './judge-v01.js'
import { V2_BASELINES, type V2JudgeSettings } from './judge-v2.js'

const VERDICT = `Close with exactly one of these five verdicts: [[A>>B]] if A is much better, [[A>B]] if A is better, [[A=B]] if they are
as good as each other, [[B>A]] if B is better, [[B>>A]] if B is much better.`

const SYSTEM = `You compare the answers of two assistants, A and B, to what a user asked. ${FAIR} First work out an answer of your own;
then find the mistakes of both and say how they differ. ${VERDICT}`

/** For prompts that have no right answer to work out. */
const CREATIVE_SYSTEM = `You compare the answers of two assistants, A and B, to what a user asked for. ${FAIR} Judge the writing: idea, voice,
language, and whether it is what was asked for. Say how they differ. ${VERDICT}`

/** Judge settings of this package for v0.1, with the published slots. */
export const OWN_V01_SETTINGS: V01JudgeSettings = {
  system_prompt: SYSTEM,
  prompt_template: [`${tagged('question', '{question_1}')}\n\n${bothAnswers('{answer_1}', '{answer_2}')}`],
}

/** Judge settings of this package for v2.0, with the published slots and baselines. */
export const OWN_V2_SETTINGS: V2JudgeSettings = {
  prompt_template: `${tagged('question', '{QUESTION}')}\n\n${bothAnswers('{ANSWER_A}', '{ANSWER_B}')}`,
  categories: Object.fromEntries(
    Object.entries(V2_BASELINES).map(([category, baseline]) => [
      category,
      { baseline, system_prompt: category === 'creative_writing' ? CREATIVE_SYSTEM : SYSTEM },
    ]),
  ),
}
