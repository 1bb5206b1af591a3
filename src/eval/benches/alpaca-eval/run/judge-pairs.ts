import { MoaError, toMoaError } from '../../../../core/index.js'
import type { Judge, JudgeDesk, JudgeReply } from '../../../harness/benchmark.js'
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

/** Judges under one name: each pair goes to one of them. */
export type JudgePool = readonly [ConfiguredJudge, ...ConfiguredJudge[]]

/** A pair to be judged, with the sample it belongs to. */
export interface SamplePair extends Pair {
  readonly sample: string
}

/** Pairs that share a prompt. */
export interface PairBatch {
  readonly judge: ConfiguredJudge
  /** The outputs are the same text, so nobody has to judge them. */
  readonly identical: boolean
  /** In the order of the prompt; null is padding. */
  readonly pairs: readonly (PlannedPair<SamplePair> | null)[]
}

/** A judged pair. */
export interface PairVerdict {
  readonly sample: string
  /** 1 to 2, where 2 is for the second output; null for a reply without a verdict. */
  readonly preference: number | null
  /** Whether the judge saw the second output first. */
  readonly switched: boolean
}

/** What came of one prompt. */
export interface BatchVerdict {
  readonly pairs: readonly PairVerdict[]
  /** The reply as its parser read it; null when none was needed. */
  readonly raw: Json
  /** Why there is a pair without a verdict. */
  readonly unscored?: string
}

/**
 * Who judges which pairs together, in which order of showing.
 *
 * @param options.seed decides the order of showing, who of a pool judges, and who shares a prompt.
 */
export function batchPairs(
  pairs: readonly SamplePair[],
  options: { readonly judges: JudgePool; readonly seed: number },
): PairBatch[] {
  return chunksOf(pairs).flatMap((chunk) => batchChunk(chunk, options))
}

function batchChunk(
  chunk: readonly SamplePair[],
  options: { readonly judges: JudgePool; readonly seed: number },
): PairBatch[] {
  const { judges, seed } = options
  return judges.flatMap((judge): PairBatch[] => {
    const own = chunk.filter(({ instruction }) => judgeOfPool(judges, { instruction, seed }) === judge)
    const { batchSize, randomizeOrder, shuffle } = judge.config
    const plan = planChunk(own, {
      size: batchSize,
      seed,
      randomizeOrder,
      // With one pair in a prompt it would change nothing but the order of calls.
      shuffle: shuffle && batchSize > 1,
    })
    const judged = plan.batches.map((batch) => ({ judge, pairs: batch, identical: false }))
    const identical = plan.identical.map((pair) => ({
      judge,
      pairs: [{ pair, switched: false }],
      identical: true,
    }))
    const copies = plan.copies.length === 0 ? [] : batchChunk(plan.copies, options)
    return [...judged, ...identical, ...copies]
  })
}

/** The samples of a batch, as a part of a key. */
export function batchKey({ pairs }: PairBatch): string {
  return pairs.flatMap((planned) => (planned ? [planned.pair.sample] : [])).join('+')
}

/** Judges a batch. @throws whatever the judge's model throws; `unsupported_parameter` for one without log-probabilities */
export async function judgeBatch(batch: PairBatch, desk: JudgeDesk): Promise<BatchVerdict> {
  const planned = batch.pairs.flatMap((plan) => (plan ? [plan] : []))
  if (batch.identical) {
    const pairs = planned.map(({ pair }) => ({ sample: pair.sample, preference: 1.5, switched: false }))
    return { pairs, raw: null }
  }
  const { config } = batch.judge
  const raw = rawCompletion(config, await askWithHint(batch, desk))
  const verdicts = verdictsOf(batch.pairs, readReply(judgeParser(config), raw))
  const reason = verdicts.find((verdict) => verdict.reason !== undefined)?.reason
  const pairs = verdicts.map(({ pair, preference }, position) => ({
    sample: pair.sample,
    preference,
    switched: planned[position]?.switched ?? false,
  }))
  return { pairs, raw, ...(reason !== undefined && { unscored: reason }) }
}

/** Asks, and tells a judge that can't give log-probabilities from one that merely failed. */
async function askWithHint({ judge, pairs }: PairBatch, desk: JudgeDesk): Promise<JudgeReply> {
  const shown = pairs.map((plan) => (plan ? shownPair(plan) : PADDING_PAIR))
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
