import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { MoaError } from '../../core/errors.js'
import { systemClock, type Clock } from '../../util/clock.js'
import type { Journal, Records, Store } from '../store.js'
import { openDatabase, type Database } from './driver.js'
import { journalTables } from './journal.js'
import { migrate } from './migrations.js'
import { recordTables } from './records.js'

export interface SqliteStoreOptions {
  readonly clock?: Clock
  /** How long to wait for another process that is writing, in milliseconds. Default 10 000. */
  readonly patienceMs?: number
}

/**
 * Opens a store in one file, made with its folder when it is not there. Several processes may have it open at once. What
 * was written survives the process being killed at any moment.
 *
 * @throws MoaError `file_unreadable` when the file can't be opened; `data_invalid` for one that is no store, or of a
 * newer version.
 */
export function openSqliteStore(path: string, options: SqliteStoreOptions = {}): Store {
  const { clock = systemClock, patienceMs = 10_000 } = options
  const database = open(path, patienceMs)
  const records = recordTables(database, clock)
  const journals = journalTables(database, clock)
  return {
    records: <T>(namespace: string): Records<T> => records<T>(namespace),
    journal: <T>(name: string): Journal<T> => journals<T>(name),
    transaction(work) {
      database.exec('begin immediate')
      let result
      try {
        result = work()
      } catch (error) {
        database.exec('rollback')
        throw error
      }
      database.exec('commit')
      return result
    },
    compact: () => database.exec('vacuum; pragma wal_checkpoint(truncate)'),
    close: () => database.close(),
  }
}

function open(path: string, patienceMs: number): Database {
  let database: Database | undefined
  try {
    mkdirSync(dirname(path), { recursive: true })
    database = openDatabase(path)
    // WAL with NORMAL: a commit is safe against the end of the process, and only a power cut can take the last ones.
    database.exec(
      `pragma busy_timeout = ${patienceMs}; pragma journal_mode = wal; pragma synchronous = normal;`,
    )
    migrate(database, path)
    return database
  } catch (error) {
    database?.close()
    throw storeError(error, path)
  }
}

function storeError(error: unknown, path: string): unknown {
  if (error instanceof MoaError) return error
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  const notOurs = /not a database|malformed|file is encrypted/i.test(String(message))
  if (notOurs)
    return new MoaError(
      'data_invalid',
      `${path} is not a store of moa, or is damaged; move it away, or name another file.`,
      { cause: error },
    )
  return new MoaError(
    'file_unreadable',
    `The store ${path} can't be opened (${typeof code === 'string' ? code : String(message)}); check the folder and its permissions.`,
    { cause: error },
  )
}
