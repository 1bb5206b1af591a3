import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../config/settings.js'
import { MoaError, toMoaError } from '../../core/errors.js'
import { RunHistory, type Retention } from '../../history/index.js'
import type { Store } from '../../store/store.js'
import { secretsOf } from './secrets.js'

/** Where an installation keeps its runs. */
export const historyFile = ({ dataFolder }: Pick<Settings, 'dataFolder'>): string =>
  join(dataFolder, 'history.db')

export interface HistoryOptions {
  /** See {@link RunHistoryOptions.holdMs}. */
  readonly holdMs?: number
  /** Told once when runs can't be kept. */
  readonly onProblem?: (problem: MoaError) => void
}

/**
 * The runs of an installation. The file is opened, and made, when the first one is kept or read; whoever reads waits for
 * {@link RunHistory.ready} before.
 */
export function openHistory(settings: Settings, { holdMs = 0, onProblem }: HistoryOptions = {}): RunHistory {
  const { content = false, enabled: _, ...retention } = settings.history
  const file = historyFile(settings)
  let openStore: ((path: string) => Store) | undefined
  return new RunHistory(() => openPrivate(file, openStore as (path: string) => Store), {
    load: async () => {
      openStore = (await import('../../store/index.js')).openSqliteStore
    },
    content,
    holdMs,
    retention: retention satisfies Partial<Retention>,
    ...(content && { redact: secretsOf(settings) }),
    onFailure: (error) => onProblem?.(unkept(error)),
  })
}

/** What people have asked is nobody else's business. */
function openPrivate(file: string, open: (path: string) => Store): Store {
  const store = open(file)
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
