import { MoaError } from '../../core/errors.js'
import { readRecording, type Recording, type RunLine } from '../../record/index.js'
import { warn } from '../notices.js'
import type { Shell } from '../shell.js'

/** A recording and those of its runs that are meant. */
export interface RecordedRuns {
  readonly recording: Recording
  readonly runs: readonly RunLine[]
}

/**
 * Reads a recording; what of it is damaged is told and left out.
 *
 * @param wanted a run's number, counted from 1, or the beginning of its id; default all
 * @throws {@link MoaError} what {@link readRecording} throws; `partial` when no run is left; `usage` for a run that is
 *   not there
 */
export function recordedRuns(
  file: string,
  wanted: string | undefined,
  shell: Pick<Shell, 'stderr' | 'note'>,
): RecordedRuns {
  const recording = readRecording(file)
  for (const warning of recording.warnings) warn(shell, `${file}: ${warning}`)
  const { runs } = recording
  if (runs.length === 0)
    throw new MoaError(
      'partial',
      recording.calls.length > 0
        ? `${file} holds ${recording.calls.length} calls and no run; configure it as a provider to use them (docs/records.md).`
        : `${file} holds no run${recording.warnings.length > 0 ? ' that can be read' : ''}.`,
    )
  if (wanted === undefined) return { recording, runs }
  const number = /^\d{1,6}$/.test(wanted) ? runs[Number(wanted) - 1] : undefined
  const named = runs.filter(({ run }) => run === wanted || run.replace(/^run_/, '').startsWith(wanted))
  const run = number ?? (named.length === 1 ? named[0] : undefined)
  if (run === undefined)
    throw new MoaError(
      'usage',
      `There ${named.length > 1 ? `are ${named.length} runs` : 'is no run'} "${wanted}" in ${file}; give a number from 1 to ${runs.length}, or more of an id.`,
    )
  return { recording, runs: [run] }
}

/** The run that is meant when one alone can be: the last. */
export function lastRun(
  { runs }: RecordedRuns,
  { file, shell }: { file: string; shell: Pick<Shell, 'note'> },
): RunLine {
  if (runs.length > 1) shell.note(`${file} holds ${runs.length} runs; this is the last. --run picks another.`)
  return runs.at(-1) as RunLine
}
