import { needsReference } from './categories.js'
import { type JudgePromptName, judgePromptName } from './judge-prompt.js'
import type { MtBenchJudge, MtBenchQuestion, MtBenchTurn, PairJudgment, SingleJudgment } from './records.js'

export type MtBenchMode = 'single' | 'pairwise-baseline' | 'pairwise-all'

/** One thing to judge: an answer, or two models' answers (two judge calls). */
export interface MtBenchMatch {
  readonly questionId: number
  readonly turn: MtBenchTurn
  readonly promptName: JudgePromptName
  readonly models: readonly [string] | readonly [string, string]
}

export interface MatchPlanOptions {
  readonly mode: MtBenchMode
  readonly questions: readonly MtBenchQuestion[]
  /** The contestants, in the order their matches shall have. */
  readonly models: readonly string[]
  /** The model every other is compared with in mode `pairwise-baseline`. Default `gpt-3.5-turbo`. */
  readonly baseline?: string
}

/** The published scripts' baseline of pairwise comparison (MoA's own runs use `gpt-4`). */
export const DEFAULT_BASELINE = 'gpt-3.5-turbo'

/**
 * Everything a run judges, in the published order: turn 1 without and with reference answers, then turn 2
 * likewise; within each by question, then by model. Questions that don't have exactly two turns have no turn 2.
 */
export function matchPlan(options: MatchPlanOptions): MtBenchMatch[] {
  const { mode, questions } = options
  const opponents = opponentsOf(options)
  const plan: MtBenchMatch[] = []
  for (const turn of [1, 2] as const) {
    for (const reference of [false, true]) {
      for (const { question_id, category, turns } of questions) {
        if (needsReference(category) !== reference || (turn === 2 && turns.length !== 2)) continue
        const promptName = judgePromptName(mode === 'single' ? 'single' : 'pairwise', { category, turn })
        for (const models of opponents) plan.push({ questionId: question_id, turn, promptName, models })
      }
    }
  }
  return plan
}

function opponentsOf({
  mode,
  models,
  baseline = DEFAULT_BASELINE,
}: MatchPlanOptions): MtBenchMatch['models'][] {
  switch (mode) {
    case 'single':
      return models.map((model) => [model])
    case 'pairwise-baseline':
      return models.filter((model) => model !== baseline).map((model) => [model, baseline])
    case 'pairwise-all':
      return models.flatMap((first, index) =>
        models.slice(index + 1).map((second) => [first, second] as const),
      )
  }
}

/**
 * The matches of a plan that have no judgment yet, for resuming. A judgment counts whichever model stands first;
 * one without a verdict counts too, as in the published scripts.
 */
export function pendingMatches(
  plan: readonly MtBenchMatch[],
  {
    judge,
    judgments,
  }: { readonly judge: string; readonly judgments: readonly (SingleJudgment | PairJudgment)[] },
): MtBenchMatch[] {
  const done = new Set(judgments.map((judgment) => judgmentKey(judgment)))
  return plan.filter(
    ({ questionId, turn, promptName, models }) =>
      !done.has(matchKey({ questionId, turn, judge: [judge, promptName], models })),
  )
}

/** Judgments without repetitions, in their order; of several the first counts, as in FastChat's clean-up script. */
export function dedupeJudgments<T extends SingleJudgment | PairJudgment>(judgments: readonly T[]): T[] {
  const seen = new Set<string>()
  return judgments.filter((judgment) => {
    const key = judgmentKey(judgment)
    return !seen.has(key) && seen.add(key)
  })
}

/** What makes two judgments the same: question, turn, judge, prompt and models in either order. */
export function judgmentKey(judgment: SingleJudgment | PairJudgment): string {
  const models = 'model' in judgment ? [judgment.model] : [judgment.model_1, judgment.model_2]
  return matchKey({ questionId: judgment.question_id, turn: judgment.turn, judge: judgment.judge, models })
}

function matchKey(match: {
  readonly questionId: number
  readonly turn: MtBenchTurn
  readonly judge: MtBenchJudge
  readonly models: readonly string[]
}): string {
  const [first = '', second] = match.models
  const models = second === undefined || first <= second ? match.models : [second, first]
  return [match.questionId, match.turn, ...match.judge, ...models].join('\n')
}
