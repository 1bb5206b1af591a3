import { warn } from '../notices.js'
import type { Shell } from '../shell.js'
import { openWorkspace, type Workspace } from './open.js'

/** Flags of every command that makes runs. */
export interface RunFlags {
  readonly config?: string
  /** File into which runs and calls are recorded. */
  readonly record?: string
  /** Whether answers of providers are kept; the configuration says when the flag does not. */
  readonly cache?: boolean
}

/**
 * A workspace whose runs are kept in the history, and recorded when that was asked for. What goes wrong with either is a
 * warning.
 */
export function openForRuns(
  shell: Pick<Shell, 'stderr' | 'note'>,
  { config, record, cache }: RunFlags,
): Promise<Workspace> {
  return openWorkspace({
    config,
    record,
    cache,
    history: 'cli',
    onProblem: ({ message }) => warn(shell, message),
  })
}
