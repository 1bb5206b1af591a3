import { MoaError, toMoaError, type Sampling } from '../../../../core/index.js'
import type {
  AnswerTable,
  Benchmark,
  Judge,
  JudgeDesk,
  JudgeReply,
  JudgeTask,
  Sample,
} from '../../../harness/benchmark.js'
import type { Json } from '../../../python/json.js'
import {
  PADDING_PAIR,
  chunksOf,
  planChunk,
  shownPair,
  verdictsOf,
  type PlannedPair,
} from '../judge/batches.js'
import { judgeOfPool } from '../judge/pairs.js'
import { readReply } from '../parse/read-reply.js'
import { judgeParser, type JudgeConfig } from '../read/judge-config.js'
import type { Pair } from '../read/votes.js'
import { judgeRequest } from './judge-request.js'
import { rawCompletion } from './judge-reply.js'

/** A judge's configuration with the model that plays it. */
export interface ConfiguredJudge {
  readonly config: JudgeConfig
  /** Text of its prompt template. */
  readonly template: string
  readonly judge: Judge
}

export interface AlpacaEvalOptions {
  readonly samples: readonly Sample[]
  /** The contestant whose outputs the others' are compared with. */
  readonly baseline: string
  /** A pool: each example goes to one of them. */
  readonly judges: readonly [ConfiguredJudge, ...ConfiguredJudge[]]
  /** Decides the order in which outputs are shown, and who of a pool judges. */
  readonly seed: number
  /** How contestants are asked, where they leave it open. */
  readonly sampling?: Sampling
}

/** What came of one prompt of the judge. */
export interface AlpacaVerdict {
  readonly contestant: string
  /** The judge's name, `annotator` in official files. */
  readonly judge: string
  /** The pairs that shared the prompt. */
  readonly pairs: readonly PairVerdict[]
  /** The reply as its parser read it; null when none was needed. */
  readonly raw: Json
}

export interface PairVerdict {
  readonly sample: string
  /** 1 to 2, the second output being the contestant's; null for a reply without a verdict. */
  readonly preference: number | null
  /** Whether the judge saw the contestant's output first. */
  readonly switched: boolean
}

interface SamplePair extends Pair {
  readonly sample: string
}

interface PairTask extends JudgeTask {
  readonly contestant: string
  readonly judge: ConfiguredJudge
  /** The outputs are the same text, so nobody has to judge them. */
  readonly identical: boolean
  readonly batch: readonly (PlannedPair<SamplePair> | null)[]
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
    judge: (task, desk) => judgeTask(task as PairTask, desk),
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
  return chunksOf(pairs).flatMap((chunk) => chunkTasks(chunk, contestant, options))
}

function chunkTasks(
  chunk: readonly SamplePair[],
  contestant: string,
  options: AlpacaEvalOptions,
): PairTask[] {
  const { judges, seed, baseline } = options
  const task = (judge: ConfiguredJudge, batch: PairTask['batch'], identical = false): PairTask => {
    const ids = batch.flatMap((planned) => (planned ? [planned.pair.sample] : []))
    const needs = ids.flatMap((id) => [[baseline, id] as const, [contestant, id] as const])
    return { id: `${contestant}/${ids.join('+')}`, needs, contestant, judge, identical, batch }
  }
  return judges.flatMap((judge): PairTask[] => {
    const own = chunk.filter(({ instruction }) => judgeOfPool(judges, { instruction, seed }) === judge)
    const { batchSize, randomizeOrder, shuffle } = judge.config
    const plan = planChunk(own, {
      size: batchSize,
      seed,
      randomizeOrder,
      // With one pair in a prompt it would change nothing but the order of calls.
      shuffle: shuffle && batchSize > 1,
    })
    const judged = plan.batches.map((batch) => task(judge, batch))
    const identical = plan.identical.map((pair) => task(judge, [{ pair, switched: false }], true))
    const copies = plan.copies.length === 0 ? [] : chunkTasks(plan.copies, contestant, options)
    return [...judged, ...identical, ...copies]
  })
}

async function judgeTask(
  { contestant, judge, identical, batch }: PairTask,
  desk: JudgeDesk,
): Promise<{ readonly verdict: AlpacaVerdict; readonly unscored?: string }> {
  const planned = batch.flatMap((plan) => (plan ? [plan] : []))
  if (identical) {
    const pairs = planned.map(({ pair }) => ({ sample: pair.sample, preference: 1.5, switched: false }))
    return { verdict: { contestant, judge: judge.config.name, pairs, raw: null } }
  }
  const reply = await askWithHint(judge, batch, desk)
  const raw = rawCompletion(judge.config, reply)
  const verdicts = verdictsOf(batch, readReply(judgeParser(judge.config), raw))
  const reason = verdicts.find((verdict) => verdict.reason !== undefined)?.reason
  const pairs = verdicts.map(({ pair, preference }, position) => ({
    sample: pair.sample,
    preference,
    switched: planned[position]?.switched ?? false,
  }))
  return {
    verdict: { contestant, judge: judge.config.name, pairs, raw },
    ...(reason !== undefined && { unscored: reason }),
  }
}

/** Asks, and tells a judge that can't give log-probabilities from one that merely failed. */
async function askWithHint(
  judge: ConfiguredJudge,
  batch: PairTask['batch'],
  desk: JudgeDesk,
): Promise<JudgeReply> {
  const shown = batch.map((plan) => (plan ? shownPair(plan) : PADDING_PAIR))
  const request = judgeRequest(judge, shown)
  const needsLogprobs = judge.config.parserName === 'logprob_parser'
  let reply: JudgeReply
  try {
    reply = await desk.ask(request, judge.judge)
  } catch (thrown) {
    const error = toMoaError(thrown)
    if (!needsLogprobs || !/logprob/i.test(`${error.message} ${error.param ?? ''}`)) throw thrown
    throw noLogprobs(judge, thrown)
  }
  if (needsLogprobs && reply.logprobs.length === 0 && reply.text !== '') throw noLogprobs(judge)
  return reply
}

function noLogprobs({ judge, config }: ConfiguredJudge, cause?: unknown): MoaError {
  return new MoaError(
    'unsupported_parameter',
    `The judge ${judge.model.id} gives no log-probabilities, which "${config.name}" reads its verdict from. Use a judge configuration that reads text, as in --judge ranking@${judge.model.id}, or another model.`,
    { ...(cause !== undefined && { cause }), param: 'logprobs' },
  )
}
