import { createHash } from 'node:crypto'
import { ERROR_TABLE, MoaError, isAbort, toMoaError } from '../../core/errors.js'
import type { ChatRequest } from '../../core/request.js'
import {
  journaled,
  runBenchmark,
  type Benchmark,
  type Contestant,
  type EvalLog,
  type RunSpec,
  type Sample,
} from '../../eval/harness/index.js'
import { canonicalJson } from '../../util/hash.js'
import { readItems, type BatchItem } from '../batch/items.js'
import { openJournal, type BatchJournal } from '../batch/journal.js'
import { checkOutput, writeOutputs } from '../batch/output.js'
import { tellResult } from '../batch/result.js'
import { EvalProgress } from '../display/eval-progress.js'
import { readTextFile } from '../input.js'
import { tellSimulated, tellWarnings, warn } from '../notices.js'
import type { Invocation } from '../program.js'
import { requestOf, select, type RecipeFlags, type Selection } from '../select.js'
import type { Shell } from '../shell.js'
import { formatCount } from '../view/format.js'
import { innerRecipes } from '../workspace/fingerprint.js'
import { openWorkspace, type Workspace } from '../workspace/open.js'

export interface BatchOptions extends RecipeFlags {
  readonly record?: string
  readonly input: string
  readonly output: string
  readonly system?: string
  readonly generator?: string
  readonly concurrency: number
  readonly limit?: number
  /** US dollars for the whole batch. */
  readonly maxCost?: number
  readonly details?: boolean
  readonly overwrite?: boolean
  readonly restart?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** `moa batch`: a file of questions to a file of answers. */
export async function batch({ shell, options, exitWith }: Invocation<BatchOptions>): Promise<void> {
  const journalPath = `${options.output}.journal`
  checkOutput(options.output, { overwrite: options.overwrite === true, journal: journalPath })
  const items = readItems(readTextFile(options.input), options.input).slice(0, options.limit)
  let journal: BatchJournal | undefined
  const workspace = await openWorkspace({
    config: options.config,
    record: options.record,
    onProblem: ({ message }) => warn(shell, message),
    // Models are found before the journal is opened and asked only afterwards.
    around: (model) => journaled(model, () => (journal as BatchJournal).log.calls),
  })
  let done = false
  try {
    await workspace.prepare(options.recipe, shell.signal)
    tellWarnings(workspace, shell)
    const selection = await select(workspace, options)
    tellSimulated(workspace, selection, shell)
    const work = batchOf(items, { selection, workspace, options })
    journal = openJournal({
      path: journalPath,
      spec: work.spec,
      samples: work.benchmark.samples,
      restart: options.restart === true,
    })
    const { log } = journal
    const failure = await answerAll({ work, journal, shell, options })
    const { contestant } = work
    const written = writeOutputs(log, {
      path: options.output,
      items,
      generator: contestant.name,
      details: options.details === true,
    })
    done = log.record.status === 'finished'
    if (failure !== undefined && written === 0 && options.json !== true) throw failure
    await tellResult({ log, written, total: items.length, shell, options, generator: contestant.name })
    exitWith(done ? 0 : exitOf(log, written))
  } finally {
    journal?.close(done)
    await workspace.close()
  }
}

interface Work {
  readonly spec: RunSpec
  readonly benchmark: Benchmark
  readonly contestant: Contestant
}

/** A batch is a benchmark without judges. */
function batchOf(
  items: readonly BatchItem[],
  { selection, workspace, options }: { selection: Selection; workspace: Workspace; options: BatchOptions },
): Work {
  const { maxCost: _, ...perAnswer } = options
  const base = requestOf([], perAnswer)
  const samples: Sample[] = items.map(({ turns }, index) => ({
    id: String(index + 1).padStart(6, '0'),
    turns,
  }))
  const { plan } = selection
  const inner = plan ? innerRecipes(workspace, plan) : {}
  const fingerprint = canonicalJson({
    plan: plan?.hash ?? selection.name,
    names: workspace.settings.models,
    ...(Object.keys(inner).length > 0 && { inner }),
  })
  const contestant: Contestant = {
    name: options.generator ?? selection.name,
    model: selection.model,
    recorded: false,
    fingerprint,
  }
  const asked = canonicalJson({ base, system: options.system, turns: samples.map(({ turns }) => turns) })
  const { name } = contestant
  return {
    contestant,
    benchmark: {
      samples,
      request: ({ turns }, answered) => requestFor(turns, answered, { base, system: options.system }),
      tasks: () => [],
      judge: () => Promise.reject(new MoaError('internal', 'A batch has no judge.')),
    },
    spec: {
      benchmark: 'batch',
      contestants: [{ name, fingerprint, recorded: false }],
      judges: [],
      seed: options.seed ?? 0,
      ...(options.limit !== undefined && { limit: options.limit }),
      options: { asked: createHash('sha256').update(asked).digest('hex') },
    },
  }
}

/** The next turn, after what was asked and answered before. */
function requestFor(
  turns: readonly string[],
  answered: readonly string[],
  { base, system }: { base: ChatRequest; system: string | undefined },
): ChatRequest | undefined {
  const next = turns[answered.length]
  if (next === undefined) return undefined
  const before = answered.flatMap((answer, index) => [
    { role: 'user' as const, content: turns[index] as string },
    { role: 'assistant' as const, content: answer },
  ])
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    ...before,
    { role: 'user' as const, content: next },
  ]
  return { ...base, messages }
}

/** @returns what kept the batch from its end, unless it was the user. */
async function answerAll(run: {
  readonly work: Work
  readonly journal: BatchJournal
  readonly shell: Shell
  readonly options: BatchOptions
}): Promise<MoaError | undefined> {
  const { work, journal, shell, options } = run
  const { log, resumed } = journal
  const progress = options.quiet === true ? undefined : new EvalProgress(shell)
  if (resumed && progress) {
    const { done, total } = { done: log.answers(), total: log.samples().length }
    shell.note(`Going on: ${formatCount(done)} of ${formatCount(total)} are answered already.`)
  }
  try {
    await runBenchmark({
      log,
      benchmark: work.benchmark,
      contestants: [work.contestant],
      concurrency: options.concurrency,
      ...(options.maxCost !== undefined && { maxCostUsd: options.maxCost }),
      resumed,
      signal: shell.signal,
      onEvent: (event) => progress?.add(event),
    })
    return undefined
  } catch (error) {
    progress?.end()
    if (!isAbort(error)) return toMoaError(error)
    if (options.quiet !== true)
      shell.note(`${formatCount(log.answers())} answers are kept; the same command goes on with the rest.`)
    throw error
  }
}

/** Without a single answer it is the failure of what was asked; else the result is a part. */
function exitOf(log: EvalLog, written: number): number {
  const [first] = log.failures()
  return written > 0 || first === undefined ? 3 : ERROR_TABLE[first.error.code].exit
}
