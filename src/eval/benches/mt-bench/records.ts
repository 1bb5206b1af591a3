/** The files of MT-Bench (`lm-sys/FastChat:fastchat/llm_judge`), one type per line format. */

/** A line of `question.jsonl`. The 80 questions have ids 81 to 160 and two turns each. */
export interface MtBenchQuestion {
  readonly question_id: number
  readonly category: string
  readonly turns: readonly string[]
  /** Overrides the category's temperature. No MT-Bench question has it. */
  readonly required_temperature?: number
}

/** A line of `model_answer/<model>.jsonl`, also of `reference_answer/<set>.jsonl`. */
export interface MtBenchAnswer {
  readonly question_id: number
  readonly answer_id: string
  readonly model_id: string
  readonly choices: readonly { readonly index: number; readonly turns: readonly string[] }[]
  /** Seconds since 1970. */
  readonly tstamp: number
}

/** A line of `judge_prompts.jsonl`. */
export interface MtBenchJudgePrompt {
  readonly name: string
  readonly type: 'single' | 'pairwise'
  readonly system_prompt: string
  readonly prompt_template: string
}

export type MtBenchTurn = 1 | 2

/** Judge model and name of the judge prompt. */
export type MtBenchJudge = readonly [model: string, prompt: string]

/** A line of `model_judgment/<judge>_single.jsonl`. `score` is -1 where the judge gave none. */
export interface SingleJudgment {
  readonly question_id: number
  readonly model: string
  readonly judge: MtBenchJudge
  readonly user_prompt?: string
  readonly judgment?: string
  readonly score: number
  readonly turn: MtBenchTurn
  readonly tstamp?: number
}

/** Who won a game, in terms of the record's models. */
export type GameWinner = 'model_1' | 'model_2' | 'tie' | 'error'

/** A line of `model_judgment/<judge>_pair.jsonl`. Game 1 shows model_1 as assistant A, game 2 model_2. */
export interface PairJudgment {
  readonly question_id: number
  readonly model_1: string
  readonly model_2: string
  readonly g1_winner: GameWinner
  readonly g2_winner: GameWinner
  readonly judge: MtBenchJudge
  readonly g1_user_prompt?: string
  readonly g1_judgment?: string
  readonly g2_user_prompt?: string
  readonly g2_judgment?: string
  readonly turn: MtBenchTurn
  readonly tstamp?: number
}

/** A vote on two models' answers, by a person or a judge model. */
export interface MtBenchVote {
  readonly question_id: number
  readonly model_a: string
  readonly model_b: string
  /** `model_a`, `model_b`, or a text that contains "tie". */
  readonly winner: string
  /** A person's label (`expert_12`, `author_3`) or judge model and prompt. */
  readonly judge: string | MtBenchJudge
  readonly turn: MtBenchTurn
}
