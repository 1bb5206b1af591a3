import { MoaError } from '../../../../core/errors.js'
import type { Sampling } from '../../../../core/request.js'
import type { Benchmark, Judge, JudgeTask, Sample } from '../../../harness/benchmark.js'
import type { RecordedTurns } from '../../../harness/contestant.js'
import { flaskAnswerRequest, flaskJudgeRequest } from '../judge-request.js'
import { parseFlaskReview, type NoScoresReason } from '../parse.js'
import type { FlaskInstance, FlaskPrompt, FlaskRubric, FlaskScores } from '../records.js'

export interface FlaskRunOptions {
  readonly samples: readonly Sample[]
  readonly instances: readonly FlaskInstance[]
  readonly judge: Judge
  readonly prompts: readonly FlaskPrompt[]
  readonly rubrics: readonly FlaskRubric[]
  /** Asks the judge at temperature 0 for at most 1024 tokens, which the published scripts mean to and don't. */
  readonly deterministic?: boolean
  /** In place of temperature 0.7 and 2048 tokens. */
  readonly sampling?: Sampling
}

/** What came of a review. */
export interface FlaskRunVerdict {
  readonly contestant: string
  readonly instance: number
  readonly review: string
  readonly score: FlaskScores
  readonly totalTokens: number
}

interface ReviewTask extends JudgeTask {
  readonly contestant: string
  readonly sample: string
}

/** A sample for each instance; ids are instance ids. */
export function flaskSamples(instances: readonly FlaskInstance[]): readonly Sample[] {
  return instances.map(({ id, instruction, domains, answer }) => ({
    id: String(id),
    turns: [instruction],
    ...(domains[0] !== undefined && { category: domains[0] }),
    reference: [answer],
  }))
}

/** Recorded answers by sample. */
export function flaskTurns(answers: ReadonlyMap<number, string>): RecordedTurns {
  return new Map([...answers].map(([id, text]) => [String(id), [text]] as const))
}

const REASONS: Readonly<Record<NoScoresReason, string>> = {
  'no-braces': 'the reply has no dictionary',
  'no-literal': 'the dictionary in the reply cannot be read',
  'no-dictionary': 'what stands in braces in the reply is no dictionary',
}

/** FLASK as the harness runs it: one answer to each instance, reviewed skill by skill. */
export function flask(options: FlaskRunOptions): Benchmark {
  const { samples, judge, sampling = {} } = options
  const instances = new Map(options.instances.map((instance) => [String(instance.id), instance]))
  const instanceOf = (id: string): FlaskInstance => {
    const instance = instances.get(id)
    if (instance !== undefined) return instance
    throw new MoaError('internal', `FLASK has no instance ${id}.`)
  }
  return {
    samples,
    request: ({ id }, answered) =>
      answered.length > 0 ? undefined : flaskAnswerRequest(instanceOf(id), sampling),
    tasks: ({ contestants }) =>
      contestants.flatMap((contestant) =>
        samples.map(({ id }): ReviewTask => ({
          id: `${contestant}/${id}`,
          needs: [[contestant, id]],
          contestant,
          sample: id,
        })),
      ),
    async judge(task, desk) {
      const { contestant, sample } = task as ReviewTask
      const instance = instanceOf(sample)
      const response = desk.answer(contestant, sample).turns[0] ?? ''
      const { text, usage } = await desk.ask(flaskJudgeRequest({ ...options, instance, response }), judge)
      const { score, reason } = parseFlaskReview(text)
      const verdict: FlaskRunVerdict = {
        contestant,
        instance: instance.id,
        review: text,
        score,
        totalTokens: usage.inputTokens + usage.outputTokens,
      }
      return { verdict, ...(reason !== undefined && { unscored: REASONS[reason] }) }
    },
  }
}
