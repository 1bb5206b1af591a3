import { MoaError } from '../../core/errors.js'
import type { Database } from './driver.js'

/**
 * What brings a file from each version to the next; never changed once released, only added to. Small columns stand
 * before the values, so that sums over them do not read the values.
 */
export const MIGRATIONS: readonly string[] = [
  `create table records (
     id integer primary key,
     namespace text not null,
     key text not null,
     bytes integer not null,
     written_at integer not null,
     used_at integer not null,
     value text not null,
     unique (namespace, key)
   );
   create index records_by_use on records (namespace, used_at, key, written_at, bytes);
   create table journal (
     sequence integer primary key autoincrement,
     name text not null,
     key text not null,
     bytes integer not null,
     written_at integer not null,
     value text not null,
     unique (name, key)
   );
   create index journal_by_name on journal (name, sequence, bytes);`,
]

/**
 * Brings a database up to date.
 *
 * @throws MoaError `data_invalid` for a file of a newer version than this one knows.
 */
export function migrate(database: Database, path: string): void {
  if (versionOf(database) === MIGRATIONS.length) return
  // Two processes may open a new file at once; the second waits here and finds the work done.
  database.exec('begin immediate')
  try {
    const version = versionOf(database)
    if (version > MIGRATIONS.length)
      throw new MoaError(
        'data_invalid',
        `${path} was written by a newer version of moa (format ${version}, this one knows ${MIGRATIONS.length}); update moa, or name another file.`,
      )
    for (const sql of MIGRATIONS.slice(version)) database.exec(sql)
    database.exec(`pragma user_version = ${MIGRATIONS.length}`)
    database.exec('commit')
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}

function versionOf(database: Database): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0)
}
