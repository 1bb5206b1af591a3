import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../config/settings.js'
import { MoaError, toMoaError } from '../../core/errors.js'
import { RunHistory, type Retention } from '../../history/index.js'
import { openSqliteStore, type Store } from '../../store/index.js'
import { secretsOf } from './recording.js'

/** Where an installation keeps its runs. */
export const historyFile = ({ dataFolder }: Pick<Settings, 'dataFolder'>): string =>
  join(dataFolder, 'history.db')

export interface HistoryOptions {
  /** See {@link RunHistoryOptions.holdMs}. */
  readonly holdMs?: number
  /** Told once when runs can't be kept. */
  readonly onProblem?: (problem: MoaError) => void
}

/** The runs of an installation. The file is opened, and made, when the first one is kept or read. */
export function openHistory(settings: Settings, { holdMs = 0, onProblem }: HistoryOptions = {}): RunHistory {
  const { content = false, enabled: _, ...retention } = settings.history
  const file = historyFile(settings)
  return new RunHistory(() => openPrivate(file), {
    content,
    holdMs,
    retention: retention satisfies Partial<Retention>,
    ...(content && { redact: secretsOf(settings) }),
    onFailure: (error) => onProblem?.(unkept(error)),
  })
}

/** What people have asked is nobody else's business. */
function openPrivate(file: string): Store {
  const store = openSqliteStore(file)
  try {
    chmodSync(file, 0o600)
  } catch {
    // Somebody else's file, or a file system without permissions: then it is as private as it can be.
  }
  return store
}

function unkept(error: unknown): MoaError {
  const { code, message } = toMoaError(error)
  return new MoaError(
    code,
    `Runs can't be kept: ${message} "history: { enabled: false }" in the configuration keeps none.`,
  )
}
