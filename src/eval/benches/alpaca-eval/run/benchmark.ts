import type { Sampling } from '../../../../core/index.js'
import type { AnswerTable, Benchmark, JudgeTask, Sample } from '../../../harness/benchmark.js'
import {
  batchKey,
  batchPairs,
  judgeBatch,
  type BatchVerdict,
  type JudgePool,
  type PairBatch,
  type SamplePair,
} from './judge-pairs.js'

export interface AlpacaEvalOptions {
  readonly samples: readonly Sample[]
  /** The contestant whose outputs the others' are compared with. */
  readonly baseline: string
  readonly judges: JudgePool
  /** Decides the order in which outputs are shown, and who of a pool judges. */
  readonly seed: number
  /** How contestants are asked, where they leave it open. */
  readonly sampling?: Sampling
}

/** What came of one prompt of the judge: the first output is the baseline's, the second the contestant's. */
export interface AlpacaVerdict extends Omit<BatchVerdict, 'unscored'> {
  readonly contestant: string
  /** The judge's name, `annotator` in official files. */
  readonly judge: string
}

interface PairTask extends JudgeTask {
  readonly contestant: string
  readonly batch: PairBatch
}

/** AlpacaEval as the harness runs it: one answer to each instruction, judged in pairs with the baseline's. */
export function alpacaEval(options: AlpacaEvalOptions): Benchmark {
  const { samples, sampling = {} } = options
  return {
    samples,
    request: ({ turns }, answered) =>
      answered.length > 0
        ? undefined
        : { messages: [{ role: 'user', content: turns[0] ?? '' }], ...sampling },
    tasks: (answers) =>
      answers.contestants
        .filter((contestant) => contestant !== options.baseline)
        .flatMap((contestant) => tasksOf(contestant, answers, options)),
    async judge(task, desk) {
      const { contestant, batch } = task as PairTask
      const { unscored, ...verdict } = await judgeBatch(batch, desk)
      return {
        verdict: { contestant, judge: batch.judge.config.name, ...verdict } satisfies AlpacaVerdict,
        ...(unscored !== undefined && { unscored }),
      }
    },
  }
}

function tasksOf(contestant: string, answers: AnswerTable, options: AlpacaEvalOptions): PairTask[] {
  const { samples, baseline } = options
  const pairs = samples.flatMap(({ id, turns }): SamplePair[] => {
    const [first, second] = [answers.get(baseline, id), answers.get(contestant, id)]
    if (first === undefined || second === undefined) return []
    const [output_1 = '', output_2 = ''] = [first.turns[0], second.turns[0]]
    return [{ sample: id, instruction: turns[0] ?? '', output_1, output_2 }]
  })
  return batchPairs(pairs, options).map((batch) => {
    const ids = batch.pairs.flatMap((planned) => (planned ? [planned.pair.sample] : []))
    const needs = ids.flatMap((id) => [[baseline, id] as const, [contestant, id] as const])
    return { id: `${contestant}/${batchKey(batch)}`, needs, contestant, batch }
  })
}
