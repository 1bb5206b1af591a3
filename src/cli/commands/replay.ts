import { MoaError } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import { exitOf, runAnswer, type AnswerFlags } from '../answer.js'
import { readTextFile } from '../input.js'
import { tellSimulated } from '../notices.js'
import type { Invocation } from '../program.js'
import { again, hasProposals, type Changes } from '../replay/again.js'
import { playRun, type PlayFlags } from '../replay/play.js'
import { lastRun, recordedRuns, type RecordedRuns } from '../replay/recorded-runs.js'
import { influenceText, modesText, runsText } from '../replay/reports.js'
import type { Shell } from '../shell.js'
import { openWorkspace, type Workspace } from '../workspace/open.js'

export interface ReplayFlags extends AnswerFlags, PlayFlags {
  /** A run's number or the beginning of its id. */
  readonly run?: string
  readonly list?: boolean
  readonly aggregator?: string
  readonly mode?: 'native' | 'together'
  readonly template?: string
  readonly without?: readonly string[]
  readonly influence?: boolean
  readonly compareModes?: boolean
  readonly judge?: string
  readonly config?: string
}

/** What a replay works on. */
interface Job {
  readonly shell: Shell
  readonly file: string
  readonly flags: ReplayFlags
  readonly runs: RecordedRuns
  readonly exitWith: (code: number) => void
}

/** `moa replay FILE`: plays a recorded run, or goes on with its proposals in another way. */
export async function replay({ shell, args, options, exitWith }: Invocation<ReplayFlags>): Promise<void> {
  const [file = ''] = args
  checkFlags(options)
  const runs = recordedRuns(file, options.run, shell)
  const job: Job = { shell, file, flags: options, runs, exitWith }
  if (options.list) return shell.write(runsText(runs, { json: options.json === true, out: shell }))
  if (options.compareModes) return withWorkspace(job, reportModes)
  if (options.influence) return withWorkspace(job, reportInfluence)
  if (Object.keys(changesOf(options)).length > 0) return withWorkspace(job, answerOnceMore)
  exitWith(await playRun({ shell, recording: runs.recording, run: lastRun(runs, job), flags: options }))
}

/** @throws {@link MoaError} `usage` for flags that have nothing to do with one another */
function checkFlags(flags: ReplayFlags): void {
  const { aggregator, mode, without, influence, compareModes, judge, template } = flags
  const timing = (['fast', 'step', 'speed'] as const).find((name) => flags[name] !== undefined)
  const anew = influence ?? compareModes ?? aggregator ?? mode ?? without
  if (timing !== undefined && anew !== undefined)
    throw new MoaError(
      'usage',
      `--${timing} is about playing a run as it was; with --aggregator, --mode, --without, --influence or --compare-modes it is answered anew.`,
    )
  if (judge !== undefined && influence !== true && compareModes !== true)
    throw new MoaError('usage', '--judge compares answers: give --influence or --compare-modes with it.')
  if (template !== undefined && mode !== 'together' && compareModes !== true)
    throw new MoaError('usage', '--template goes with --mode together or --compare-modes.')
}

function changesOf({ aggregator, mode, template, without }: ReplayFlags): Changes {
  return {
    ...(aggregator !== undefined && { aggregator }),
    ...(mode !== undefined && { mode }),
    ...(template !== undefined && { template: readTextFile(template) }),
    ...(without && { without }),
  }
}

async function withWorkspace(
  job: Job,
  work: (job: Job, workspace: Workspace) => Promise<void>,
): Promise<void> {
  const workspace = await openWorkspace({ config: job.flags.config })
  try {
    await work(job, workspace)
  } finally {
    await workspace.close()
  }
}

async function answerOnceMore(job: Job, workspace: Workspace): Promise<void> {
  const { shell, flags, runs, exitWith } = job
  const run = lastRun(runs, job)
  const { plan, model } = await again({ recording: runs.recording, run, workspace }, changesOf(flags))
  const selection = { name: plan.name, plan, model, simulated: workspace.simulated(plan) }
  tellSimulated(workspace, selection, shell)
  exitWith(exitOf(await runAnswer({ shell, selection, request: run.request, flags })))
}

async function reportInfluence(job: Job, workspace: Workspace): Promise<void> {
  const { shell, flags, runs } = job
  const { influence } = await import('../replay/influence.js')
  const run = lastRun(runs, job)
  const judge = await judgeOf(flags, workspace)
  const recorded = { recording: runs.recording, run, workspace }
  const report = await influence(recorded, { changes: changesOf(flags), judge, signal: shell.signal })
  if (flags.jsonl) return writeLines(shell, report.proposers)
  return shell.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : influenceText(report, shell))
}

async function reportModes({ shell, flags, runs, exitWith, file }: Job, workspace: Workspace): Promise<void> {
  const { compareModes } = await import('../replay/compare-modes.js')
  const usable = runs.runs.filter(hasProposals)
  if (usable.length === 0)
    throw new MoaError(
      'usage',
      `${file} holds no run of a recipe, so there are no proposals to compare modes on.`,
    )
  const judge = await judgeOf(flags, workspace)
  const changes = changesOf(flags)
  const options = { recording: runs.recording, workspace, changes, judge, signal: shell.signal }
  const report = await compareModes(usable, options)
  if (flags.jsonl) await writeLines(shell, [...report.pairs, ...report.failed])
  else await shell.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : modesText(report, shell))
  if (report.pairs.length === 0) throw toError(report.failed[0]?.error)
  if (report.failed.length > 0) exitWith(3)
}

const toError = (info: { code: MoaError['code']; message: string } | undefined): MoaError =>
  new MoaError(info?.code ?? 'internal', info?.message ?? 'No run could be compared.')

async function judgeOf({ judge }: ReplayFlags, workspace: Workspace): Promise<Model | undefined> {
  return judge === undefined ? undefined : workspace.model(judge)
}

async function writeLines(shell: Shell, rows: readonly unknown[]): Promise<void> {
  for (const row of rows) await shell.write(`${JSON.stringify(row)}\n`)
}
