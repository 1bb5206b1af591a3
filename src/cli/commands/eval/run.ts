import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import { withLock } from '../../../eval/data/lock.js'
import { MoaError } from '../../../core/errors.js'
import { wrapModel, type Model } from '../../../core/model.js'
import type { Sampling } from '../../../core/request.js'
import type { BenchmarkName } from '../../../eval/harness/benchmark-names.js'
import { checkNames } from '../../../eval/harness/contestant.js'
import type { EvalLog, EvalLogs } from '../../../eval/harness/eval-log.js'
import { journaled } from '../../../eval/harness/journaled.js'
import { runBenchmark } from '../../../eval/harness/run.js'
import { specHash, type RunSpec } from '../../../eval/harness/run-spec.js'
import { selectSamples } from '../../../eval/harness/select-samples.js'
import { formatProblem, ProblemLog } from '../../../eval/problems.js'
import { tellWarnings, warn } from '../../notices.js'
import type { Invocation } from '../../program.js'
import type { Shell } from '../../shell.js'
import { openWorkspace, type Workspace } from '../../workspace/open.js'
import { OWN_FLAGS, type Bench, type BenchSetup, type PreparedRun, type RunFlags } from './benches/bench.js'
import { benchOf } from './benches/index.js'
import { Cast } from './contestants.js'
import { dataPlaces } from '../../data/places.js'
import { benchData, checkFolder } from './bench-data.js'
import { openEvalLogs } from './eval-logs.js'
import { EvalProgress } from '../../display/eval-progress.js'
import { exitOfPart, isPartial, SIMULATED, runReport, writeReport } from './report-run.js'

/** A run that has come to its end, or to where it had to stop. */
export interface EndedRun {
  readonly log: EvalLog
  readonly bench: Bench
  readonly problems: ProblemLog
}

/** `moa eval run`: answers, judgments, figures. The same run goes on where it was stopped. */
export async function evalRun({ shell, args, options, exitWith }: Invocation<RunFlags>): Promise<void> {
  await withRun({ name: args[0] as BenchmarkName, options, shell }, async ({ log, bench, problems }) => {
    const report = runReport(log, bench.results(log))
    await writeReport(report, { shell, json: options.json === true })
    const { status, reason } = log.record
    if (status === 'stopped' && reason !== undefined) warn(shell, reason)
    if (isPartial(report, problems.list())) exitWith(exitOfPart(report))
  })
}

/** Runs a benchmark, or what is left of it, and hands over its log while it is open. */
export async function withRun(
  {
    name,
    options,
    shell,
  }: { readonly name: BenchmarkName; readonly options: RunFlags; readonly shell: Shell },
  use: (run: EndedRun) => Promise<void>,
): Promise<void> {
  const bench = await benchOf(name)
  checkFlags(name, bench, options)
  // Every call in work listens for the end.
  setMaxListeners(0, shell.signal)
  // Calls are journaled in a run that is known only once its models are.
  let log: EvalLog | undefined
  const workspace = await openWorkspace({
    config: options.config,
    record: options.record,
    onProblem: ({ message }) => warn(shell, message),
    // Times and costs of an evaluation are to be those of its own calls.
    cache: false,
    around: (model) => journaledLater(model, () => log),
  })
  const store = openEvalLogs(workspace.settings)
  try {
    tellWarnings(workspace, shell)
    const problems = new ProblemLog()
    const cast = new Cast({ workspace, problems, signal: shell.signal })
    const prepared = await bench.prepare(setupOf({ options, workspace, cast, problems, shell }))
    checkNames(prepared.contestants)
    if (cast.simulated) warn(shell, SIMULATED)
    const begun = begin({ name, options, prepared, logs: store.logs, simulated: cast.simulated })
    log = begun.log
    for (const problem of problems.list()) warn(shell, formatProblem(problem))
    const lock = join(workspace.settings.dataFolder, `${log.id}.lock`)
    await withLock(lock, () => go({ ...begun, options, prepared, shell }), `is at work on run ${log.id}`)
    await use({ log, bench, problems })
  } finally {
    store.close()
    await workspace.close()
  }
}

/** Refuses flags that would be passed over. @throws MoaError `usage` */
function checkFlags(name: BenchmarkName, bench: Bench, options: RunFlags): void {
  for (const [flag, written] of Object.entries(OWN_FLAGS) as [keyof typeof OWN_FLAGS, string][])
    if (options[flag] !== undefined && !bench.flags.includes(flag))
      throw new MoaError('usage', `${written} means nothing to ${name}; leave it out.`)
}

/** A model whose calls are journaled from the moment there is a log. */
function journaledLater(model: Model, log: () => EvalLog | undefined): Model {
  let wrapped: Model | undefined
  return wrapModel(model, (request, streaming) => {
    const run = log()
    if (run !== undefined) wrapped ??= journaled(model, run.calls)
    return (wrapped ?? model).stream(request, streaming)
  })
}

interface Setting {
  readonly options: RunFlags
  readonly workspace: Workspace
  readonly cast: Cast
  readonly problems: ProblemLog
  readonly shell: Shell
}

function setupOf({ options, workspace, cast, problems, shell }: Setting): BenchSetup {
  const { data, seed, temperature, maxTokens } = options
  const sampling: Sampling = {
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
  }
  if (options.judgeConfigs !== undefined) checkFolder('--judge-configs', options.judgeConfigs)
  return {
    flags: options,
    seed: seed ?? 0,
    sampling,
    data: benchData(dataPlaces(workspace.settings, data), problems),
    problems,
    signal: shell.signal,
    contestant: (text, read) => cast.contestant(text, read),
    judge: async (model, judge) => ({
      name: judge,
      model: await cast.model(model),
      fingerprint: cast.fingerprint(model),
    }),
    isModel: (text) => cast.isModel(text),
  }
}

/** Finds the run that is to go on, or starts one. */
function begin(options: {
  readonly name: BenchmarkName
  readonly options: RunFlags
  readonly prepared: PreparedRun
  readonly logs: EvalLogs
  readonly simulated: boolean
}): { readonly log: EvalLog; readonly resumed: boolean } {
  const { name, options: flags, prepared, logs, simulated } = options
  const { seed, sample, limit } = flags
  const samples = selectSamples(prepared.samples, { seed: seed ?? 0, sample, limit })
  const spec: RunSpec = {
    benchmark: name,
    contestants: prepared.contestants.map(({ name: called, fingerprint, recorded }) => ({
      name: called,
      fingerprint,
      recorded,
    })),
    judges: prepared.judges,
    seed: seed ?? 0,
    options: {
      ...prepared.options,
      ...(seed !== undefined && { samplingSeed: seed }),
      ...(simulated && { simulated }),
    },
    ...(prepared.baseline !== undefined && { baseline: prepared.baseline }),
    ...(sample !== undefined && { sample }),
    ...(limit !== undefined && { limit }),
  }
  const hash = specHash(spec)
  const known = flags.new === true ? undefined : logs.sameSpec(hash)
  if (known !== undefined) return { log: known, resumed: true }
  const log = logs.create({ spec, specHash: hash, createdAt: Date.now() }, samples)
  for (const [file, text] of Object.entries(prepared.attachments ?? {})) log.attach(file, text)
  return { log, resumed: false }
}

async function go(run: {
  readonly log: EvalLog
  readonly resumed: boolean
  readonly options: RunFlags
  readonly prepared: PreparedRun
  readonly shell: Shell
}): Promise<void> {
  const { log, resumed, options, prepared, shell } = run
  const { concurrency, maxCost, seed, quiet = false } = options
  const progress = quiet ? undefined : new EvalProgress(shell)
  if (!quiet) shell.note(resumed ? `Run ${log.id} goes on.` : `Run ${log.id}`)
  try {
    await runBenchmark({
      log,
      benchmark: prepared.benchmark(log.samples()),
      contestants: prepared.contestants,
      concurrency,
      resumed,
      signal: shell.signal,
      onEvent: (event) => progress?.add(event),
      ...(maxCost !== undefined && { maxCostUsd: maxCost }),
      ...(seed !== undefined && { seed }),
    })
  } catch (error) {
    if (shell.signal.aborted) shell.note(`Run ${log.id} was stopped; the same command goes on where it was.`)
    throw error
  } finally {
    progress?.end()
  }
}

/** @throws MoaError `usage` for a run of a benchmark these commands don't know. */
export async function resultsOf(log: EvalLog): Promise<ReturnType<typeof runReport>> {
  const { benchmark } = log.record.spec
  const bench = await benchOf(benchmark)
  if (log.samples().length === 0) throw new MoaError('data_invalid', `Run ${log.id} has no samples.`)
  return runReport(log, bench.results(log))
}
