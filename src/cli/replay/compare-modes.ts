import type { CallRecord } from '../../core/call.js'
import type { Result } from '../../core/collect.js'
import { errorInfo, type ErrorInfo } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import type { PromptMode } from '../../engine/recipe.js'
import { inParallel } from '../../eval/harness/pool.js'
import type { Recording, RunLine } from '../../record/index.js'
import type { Workspace } from '../workspace/open.js'
import { answerAgain, type Changes } from './again.js'
import { difference, type Difference } from './influence.js'
import { compareAnswers, type Verdict } from './judge.js'

/** One run answered in both prompt modes from the same proposals. */
export interface ModePair extends Difference {
  readonly run: string
  readonly recipe: string
  readonly native: ModeAnswer
  readonly together: ModeAnswer
  /** Only with a judge; `null` when its verdict can't be read. */
  readonly better?: PromptMode | 'tie' | null
}

/** A run that could not be answered in both modes. */
export interface FailedPair {
  readonly run: string
  readonly recipe: string
  readonly error: ErrorInfo
}

export interface ModeAnswer {
  readonly answer: string
  /** Of the call that wrote the answer. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number | null
  /** The recording held this answer; nobody was asked. */
  readonly recorded: boolean
}

export interface ModeReport {
  readonly pairs: readonly ModePair[]
  readonly failed: readonly FailedPair[]
  readonly meanChange: number | null
  readonly wins: { readonly native: number; readonly together: number; readonly tie: number }
  /** Those made now, retries one by one. */
  readonly calls: readonly CallRecord[]
}

export interface CompareOptions {
  readonly recording: Recording
  readonly workspace: Workspace
  readonly changes: Changes
  readonly judge?: Model | undefined
  readonly signal: AbortSignal
}

/** Runs worked on at a time. */
const WIDTH = 4

/**
 * Answers every run in the modes `native` and `together` and compares the answers in pairs. A run that fails in either
 * is left out and told.
 *
 * @throws the reason of the signal
 */
export async function compareModes(runs: readonly RunLine[], options: CompareOptions): Promise<ModeReport> {
  const calls: CallRecord[] = []
  const pairs: ModePair[] = []
  const failed: FailedPair[] = []
  await inParallel(runs, WIDTH, async (run) => {
    try {
      pairs.push(await pairOf(run, { ...options, calls }))
    } catch (error) {
      options.signal.throwIfAborted()
      failed.push({ run: run.run, recipe: run.recipe, error: errorInfo(error) })
    }
  })
  const place = new Map(runs.map(({ run }, index) => [run, index]))
  const inOrder = <T extends { readonly run: string }>(list: T[]): T[] =>
    list.sort((a, b) => (place.get(a.run) ?? 0) - (place.get(b.run) ?? 0))
  const count = (wanted: ModePair['better']): number => pairs.filter(({ better }) => better === wanted).length
  return {
    pairs: inOrder(pairs),
    failed: inOrder(failed),
    meanChange: pairs.length === 0 ? null : pairs.reduce((sum, { change }) => sum + change, 0) / pairs.length,
    wins: { native: count('native'), together: count('together'), tie: count('tie') },
    calls,
  }
}

async function pairOf(
  run: RunLine,
  { recording, workspace, changes, judge, signal, calls }: CompareOptions & { readonly calls: CallRecord[] },
): Promise<ModePair> {
  const inMode = (mode: PromptMode): Promise<Result> => {
    const { template, ...others } = changes
    const own = mode === 'together' && template !== undefined ? { template } : {}
    return answerAgain({ recording, run, workspace }, { ...others, ...own, mode }, signal)
  }
  const [native, together] = await Promise.all([inMode('native'), inMode('together')])
  calls.push(...[...native.calls, ...together.calls].filter(({ replayedFrom }) => replayedFrom === undefined))
  const pair = { request: run.request, first: native.text, second: together.text }
  const judging = { signal, onCall: (call: CallRecord): void => void calls.push(call) }
  const verdict = judge && (await compareAnswers(judge, pair, judging))
  return {
    run: run.run,
    recipe: run.recipe,
    ...difference(native.text, together.text),
    native: modeAnswer(native),
    together: modeAnswer(together),
    ...(verdict !== undefined && { better: modeOf(verdict) }),
  }
}

function modeOf(verdict: Verdict): PromptMode | 'tie' | null {
  if (verdict === 'first') return 'native'
  return verdict === 'second' ? 'together' : verdict
}

function modeAnswer({ text, calls }: Result): ModeAnswer {
  const last = calls.findLast(({ outcome }) => outcome === 'completed')
  return {
    answer: text,
    inputTokens: last?.usage.inputTokens ?? 0,
    outputTokens: last?.usage.outputTokens ?? 0,
    costUsd: last?.costUsd ?? null,
    recorded: last?.replayedFrom === 'recording',
  }
}
