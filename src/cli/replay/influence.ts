import type { CallRecord } from '../../core/call.js'
import type { Result } from '../../core/collect.js'
import { MoaError } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import { similarity } from '../../engine/agreement.js'
import { finalAnswer } from '../../engine/final-answer.js'
import { inParallel } from '../../eval/harness/pool.js'
import { answerAgain, type Changes, type Recorded } from './again.js'
import { compareAnswers, type Verdict } from './judge.js'

/** How far one answer is from another, told without asking anybody. */
export interface Difference {
  /** 0 for the same words, 1 for none in common: 1 minus the cosine similarity of word counts. */
  readonly change: number
  /** Whether the final answer is another one; `null` where either states none. */
  readonly otherFinalAnswer: boolean | null
}

/** What the answer owes to one proposer. */
export interface Influence extends Difference {
  readonly proposer: string
  /** How alike its proposal is to the answer, 0 to 1; `null` when it gave none. */
  readonly likeness: number | null
  /** Without it the judge finds the answer `better`, `worse` or not different; only with a judge. */
  readonly verdict?: 'better' | 'worse' | 'tie' | null
}

/** Leave one out, over all proposers. */
export interface InfluenceReport {
  readonly run: string
  readonly recipe: string
  readonly answer: string
  /** The same aggregator asked again with every proposal: what changes by chance alone. */
  readonly again: Difference
  /** Most influential first. */
  readonly proposers: readonly Influence[]
  /** Those made now, retries one by one. */
  readonly calls: readonly CallRecord[]
}

/** Answers asked for at a time; what providers allow counts besides. */
const WIDTH = 8

/**
 * Leaves out each proposer in turn and compares the answers. The aggregator is asked once for each proposer and once
 * more with all of them.
 *
 * @throws {@link MoaError} `usage` when there are less than two proposers; what the aggregator or judge throws
 */
export async function influence(
  recorded: Recorded,
  options: { readonly changes: Changes; readonly judge?: Model | undefined; readonly signal: AbortSignal },
): Promise<InfluenceReport> {
  const { changes, judge, signal } = options
  const { run } = recorded
  const whole = await answerAgain(recorded, changes, signal)
  const names = [...new Set(whole.proposals.map(({ slot }) => slot.name))]
  if (names.length < 2)
    throw new MoaError(
      'usage',
      'There is one usable proposal in the recorded run; leaving it out leaves none.',
    )
  const calls = [...whole.calls]
  const answers = new Map<string | undefined, string>()
  await inParallel([undefined, ...names], WIDTH, async (name) => {
    const change = name === undefined ? { fresh: true } : { without: [...(changes.without ?? []), name] }
    const result = await answerAgain(recorded, { ...changes, ...change }, signal)
    answers.set(name, result.text)
    calls.push(...result.calls)
  })
  const proposers: Influence[] = []
  const judging = { signal, onCall: (call: CallRecord): void => void calls.push(call) }
  await inParallel(names, WIDTH, async (name) => {
    const other = answers.get(name) ?? ''
    const verdict = judge
      ? await compareAnswers(judge, { request: run.request, first: whole.text, second: other }, judging)
      : undefined
    proposers.push({
      proposer: name,
      ...difference(whole.text, other),
      likeness: likeness(whole, name),
      ...(verdict !== undefined && { verdict: ofAnswerWithout(verdict) }),
    })
  })
  return {
    run: run.run,
    recipe: run.recipe,
    answer: whole.text,
    again: difference(whole.text, answers.get(undefined) ?? ''),
    proposers: proposers.sort((a, b) => b.change - a.change),
    calls: calls.filter(({ replayedFrom }) => replayedFrom === undefined),
  }
}

/** Compares two answers by their words and final answers. */
export function difference(before: string, after: string): Difference {
  const [a, b] = [finalAnswer(before), finalAnswer(after)]
  return {
    change: Math.max(0, 1 - similarity(before, after)),
    otherFinalAnswer: a === undefined || b === undefined ? null : a !== b,
  }
}

/** Of the last layer, which is the one the answer was made from. */
function likeness({ proposals, text }: Result, name: string): number | null {
  const last = Math.max(...proposals.map(({ slot }) => slot.stage))
  const proposal = proposals.find(({ slot }) => slot.name === name && slot.stage === last)
  return proposal === undefined ? null : similarity(proposal.text, text)
}

function ofAnswerWithout(verdict: Verdict): 'better' | 'worse' | 'tie' | null {
  if (verdict === 'first') return 'worse'
  return verdict === 'second' ? 'better' : verdict
}
