import { existsSync, rmSync } from 'node:fs'
import { MoaError } from '../../core/errors.js'
import { EvalLogs, specHash, type EvalLog, type RunSpec, type Sample } from '../../eval/harness/index.js'
import { openSqliteStore, type Store } from '../../store/index.js'
import { isRunning, ownMark, type ProcessMark } from '../../store/process-mark.js'

/** A batch's journal, beside its output while it is not finished. */
export interface BatchJournal {
  readonly log: EvalLog
  readonly resumed: boolean
  /** Closes it; `done` removes it, too. */
  close(done: boolean): void
}

export interface JournalOptions {
  readonly path: string
  readonly spec: RunSpec
  readonly samples: readonly Sample[]
  /** Forgets what an earlier try left. */
  readonly restart: boolean
}

const FILES = ['', '-wal', '-shm'] as const

/**
 * Opens the journal, or begins one.
 *
 * @throws {@link MoaError} `usage` when it belongs to another batch, or another process is at it; `data_invalid` when
 * it is damaged
 */
export function openJournal({ path, spec, samples, restart }: JournalOptions): BatchJournal {
  const began = !existsSync(path)
  const store = openSqliteStore(path)
  try {
    const release = claim(store, path)
    const close = (done: boolean): void => {
      release()
      store.close()
      if (done) for (const suffix of FILES) rmSync(path + suffix, { force: true })
    }
    if (restart && !began) {
      close(true)
      return openJournal({ path, spec, samples, restart: false })
    }
    const hash = specHash(spec)
    const logs = new EvalLogs(store)
    const [before] = logs.list()
    if (before && before.specHash !== hash) {
      release()
      throw new MoaError('usage', otherBatch(path, before.spec, spec))
    }
    const log = before
      ? logs.find(before.id)
      : logs.create({ spec, specHash: hash, createdAt: Date.now() }, samples)
    return { log, resumed: before !== undefined, close }
  } catch (error) {
    store.close()
    throw error
  }
}

function otherBatch(path: string, before: RunSpec, now: RunSpec): string {
  const changed = (['contestants', 'options', 'limit'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]),
  )
  const words = { contestants: 'what answers', options: 'the input or a flag', limit: '--limit' } as const
  return (
    `${path} belongs to an unfinished batch that differs in ${changed.map((field) => words[field]).join(' and ')}. ` +
    `Run that one to its end, give --restart to forget it, or write to another --output.`
  )
}

/** Two processes at one batch would ask everything twice. */
function claim(store: Store, path: string): () => void {
  const claims = store.records<ProcessMark>('batch/claim')
  store.transaction(() => {
    const holder = claims.get('process')
    if (holder && holder.pid !== process.pid && isRunning(holder))
      throw new MoaError(
        'usage',
        `Process ${holder.pid} is at this batch already (${path}); wait for it, or write to another --output.`,
      )
    claims.set('process', ownMark())
  })
  return () => void claims.delete('process')
}
