import type { Benchmark, JudgeTask, Sample } from '../../../harness/benchmark.js'
import type { Gold } from '../analyse/gold.js'
import { pairKey } from '../judge/batches.js'
import {
  batchKey,
  batchPairs,
  judgeBatch,
  type BatchVerdict,
  type JudgePool,
  type PairBatch,
} from './judge-pairs.js'

/** A row of the leaderboard of judges. */
export interface JudgeContestant {
  readonly name: string
  readonly judges: JudgePool
}

/** What came of one prompt, of one judge with one seed. */
export interface JudgeTrialVerdict extends Omit<BatchVerdict, 'unscored'> {
  /** The row it belongs to. */
  readonly judge: string
  readonly seed: number
}

interface TrialTask extends JudgeTask {
  readonly judge: string
  readonly seed: number
  readonly batch: PairBatch
}

/** Each pair that people voted on, as a sample: its turns are the instruction and both outputs; its id is its place. */
export function pairSamples({ pairs }: Gold): readonly Sample[] {
  return pairs.map(({ instruction, output_1, output_2 }, place) => ({
    id: String(place),
    turns: [instruction, output_1, output_2],
  }))
}

/** Judges vote on pairs that people have voted on, once for each seed. Nobody answers anything. */
export function alpacaJudges(options: {
  readonly gold: Gold
  readonly samples: readonly Sample[]
  readonly judges: readonly JudgeContestant[]
  /** How often each pair is judged, with seeds from 0. */
  readonly seeds: number
}): Benchmark {
  return {
    samples: options.samples,
    request: () => undefined,
    tasks: () => options.judges.flatMap((judge) => tasksOf(judge, options)),
    async judge(task, desk) {
      const { judge, seed, batch } = task as TrialTask
      const { unscored, ...verdict } = await judgeBatch(batch, desk)
      return {
        verdict: { judge, seed, ...verdict } satisfies JudgeTrialVerdict,
        ...(unscored !== undefined && { unscored }),
      }
    },
  }
}

function tasksOf(
  { name, judges }: JudgeContestant,
  options: { readonly gold: Gold; readonly samples: readonly Sample[]; readonly seeds: number },
): TrialTask[] {
  const ids = new Map(
    options.samples.map(({ id, turns: [instruction = '', output_1 = '', output_2 = ''] }) => [
      pairKey({ instruction, output_1, output_2 }),
      id,
    ]),
  )
  return Array.from({ length: options.seeds }, (_, seed) => seed).flatMap((seed) => {
    const pairs = (options.gold.orders[seed] ?? options.gold.pairs).flatMap((pair) => {
      const sample = ids.get(pairKey(pair))
      return sample === undefined ? [] : [{ ...pair, sample }]
    })
    return batchPairs(pairs, { judges, seed }).map((batch) => ({
      id: `${name}/${seed}/${batchKey(batch)}`,
      needs: [],
      judge: name,
      seed,
      batch,
    }))
  })
}
