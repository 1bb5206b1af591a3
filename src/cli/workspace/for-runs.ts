import { warn } from '../notices.js'
import type { Shell } from '../shell.js'
import { openWorkspace, type Workspace } from './open.js'

/** Flags of every command that makes runs. */
export interface RunFlags {
  readonly config?: string
  /** File into which runs and calls are recorded. */
  readonly record?: string
}

/**
 * A workspace whose runs are kept in the history, and recorded when that was asked for. What goes wrong with either is a
 * warning.
 */
export function openForRuns(
  shell: Pick<Shell, 'stderr' | 'note'>,
  { config, record }: RunFlags,
): Promise<Workspace> {
  return openWorkspace({ config, record, history: 'cli', onProblem: ({ message }) => warn(shell, message) })
}
