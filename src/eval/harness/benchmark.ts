import type { ChatRequest, FinishReason, Model, TokenLogprob, ToolCall, Usage } from '../../core/index.js'

/** One thing to answer. */
export interface Sample {
  /** Short, unique within the benchmark, fit for keys. */
  readonly id: string
  /** What is asked, turn by turn. */
  readonly turns: readonly string[]
  readonly category?: string
  /** A known good answer, by turn. */
  readonly reference?: readonly string[]
}

/** A contestant's answer to a sample. */
export interface Answer {
  readonly contestant: string
  readonly sample: string
  /** One text per turn. */
  readonly turns: readonly string[]
  readonly finishReasons: readonly FinishReason[]
  readonly usage: Usage
  /** US dollars; `null` when no call had a known price. */
  readonly costUsd: number | null
  readonly unpricedCalls: number
  /** Time the answer took; what was replayed counts with the time it took then. */
  readonly seconds: number
  /** Upstream calls, retries and cancelled ones included. */
  readonly calls: number
  /** How the answer fell short of its recipe, one sentence each. */
  readonly degraded: readonly string[]
  /** Seconds since 1970. */
  readonly at: number
}

/** What a judge said. */
export interface JudgeReply {
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  readonly logprobs: readonly TokenLogprob[]
  readonly finishReason: FinishReason
  readonly usage: Usage
  readonly costUsd: number | null
  readonly seconds: number
}

/** Who judges. The role is fixed, the model behind it is not. */
export interface Judge {
  /** As tables and records call it. */
  readonly name: string
  readonly model: Model
  readonly fingerprint: string
}

/** One thing to judge. */
export interface JudgeTask {
  /** Unique within the run, fit for keys. */
  readonly id: string
  /** Answers it needs, by contestant and sample. */
  readonly needs: readonly (readonly [contestant: string, sample: string])[]
}

/** What judging has at hand. */
export interface JudgeDesk {
  answer(contestant: string, sample: string): Answer
  /**
   * Asks a judge. Calls of one task may run side by side.
   *
   * @throws whatever the model throws
   */
  ask(request: ChatRequest, judge: Judge): Promise<JudgeReply>
  /** Seconds since 1970. */
  now(): number
}

/** What came of a task, as plain data; only the benchmark knows its shape. */
export interface Judgment<Verdict = unknown> {
  readonly id: string
  readonly verdict: Verdict
  /** Why the judge's reply gives no score; it is left out of metrics as the benchmark's rule says. */
  readonly unscored?: string
  readonly calls: number
  readonly usage: Usage
  readonly costUsd: number | null
  /** Time of its calls, added up. */
  readonly seconds: number
}

/** A benchmark as the harness sees it: what is asked, and how answers are judged. Metrics are pure functions beside it. */
export interface Benchmark {
  readonly samples: readonly Sample[]
  /** What a contestant is asked next, after its answers so far; `undefined` when that was all. */
  request(sample: Sample, turns: readonly string[]): ChatRequest | undefined
  /** Everything to judge. Called when all answers are in; those that failed are not among `answers`. */
  tasks(answers: AnswerTable): readonly JudgeTask[]
  /** Judges one task. A reply without a verdict is a result, not an error. */
  judge(task: JudgeTask, desk: JudgeDesk): Promise<{ readonly verdict: unknown; readonly unscored?: string }>
}

/** All answers there are. */
export interface AnswerTable {
  readonly contestants: readonly string[]
  get(contestant: string, sample: string): Answer | undefined
}
