import { MoaError } from '../../../core/errors.js'
import { needsReference } from './categories.js'
import type { MtBenchJudgePrompt, MtBenchTurn } from './records.js'

export type JudgePromptName =
  | 'single-v1'
  | 'single-v1-multi-turn'
  | 'single-math-v1'
  | 'single-math-v1-multi-turn'
  | 'pair-v2'
  | 'pair-v2-multi-turn'
  | 'pair-math-v1'
  | 'pair-math-v1-multi-turn'

/** The judge prompt for a category and turn. */
export function judgePromptName(
  kind: 'single' | 'pairwise',
  { category, turn }: { readonly category: string; readonly turn: MtBenchTurn },
): JudgePromptName {
  const reference = needsReference(category)
  const single = reference ? 'single-math-v1' : 'single-v1'
  const pair = reference ? 'pair-math-v1' : 'pair-v2'
  const name = kind === 'single' ? single : pair
  return turn === 1 ? name : `${name}-multi-turn`
}

/**
 * The judge prompt of a name.
 * @throws MoaError `data_invalid` when the prompt file doesn't have it.
 */
export function judgePrompt(
  prompts: ReadonlyMap<string, MtBenchJudgePrompt>,
  name: JudgePromptName,
): MtBenchJudgePrompt {
  const prompt = prompts.get(name)
  if (prompt !== undefined) return prompt
  throw new MoaError(
    'data_invalid',
    `The judge prompts lack "${name}"; they have ${[...prompts.keys()].join(', ') || 'none'}. ` +
      `Give MT-Bench's judge_prompts.jsonl.`,
  )
}
