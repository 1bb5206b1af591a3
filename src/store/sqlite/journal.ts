import type { Clock } from '../../util/clock.js'
import { storedSize } from '../stored-size.js'
import type { Journal, JournalEntry } from '../store.js'
import type { Database } from './driver.js'
import { sizeOf } from './records.js'

/** Rows read at a time; entries can be long. */
const PAGE = 200

/** Makes {@link Journal}s over the table of a database. */
export function journalTables(database: Database, clock: Clock): <T>(name: string) => Journal<T> {
  const append = database.prepare(
    'insert or ignore into journal (name, key, bytes, written_at, value) values (?, ?, ?, ?, ?)',
  )
  const get = database.prepare('select value from journal where name = ? and key = ?')
  const has = database.prepare('select 1 as found from journal where name = ? and key = ?')
  const page = database.prepare(
    `select sequence, key, value, written_at as writtenAt from journal
     where name = ? and sequence > ? order by sequence limit ${PAGE}`,
  )
  const prefixed = database.prepare(
    `select sequence, key, value, written_at as writtenAt from journal
     where name = ? and sequence > ? and substr(key, 1, length(?)) = ? order by sequence limit ${PAGE}`,
  )
  const size = database.prepare(
    'select count(*) as count, coalesce(sum(bytes), 0) as bytes from journal where name = ?',
  )
  const clear = database.prepare('delete from journal where name = ?')

  function* scan<T>(
    name: string,
    { after = 0, prefix }: { readonly after?: number; readonly prefix?: string },
  ): Generator<JournalEntry<T>> {
    let last = after
    for (;;) {
      const rows = prefix === undefined ? page.all(name, last) : prefixed.all(name, last, prefix, prefix)
      for (const row of rows) yield toEntry<T>(row)
      if (rows.length < PAGE) return
      last = Number(rows.at(-1)?.['sequence'])
    }
  }

  return <T>(name: string): Journal<T> => ({
    append(key, value) {
      const json = JSON.stringify(value)
      return append.run(name, key, storedSize(key, json), Math.floor(clock.now()), json) > 0
    },
    get(key) {
      const row = get.get(name, key)
      return row && (JSON.parse(row['value'] as string) as T)
    },
    has: (key) => has.get(name, key) !== undefined,
    scan: (options = {}) => scan<T>(name, options),
    size: () => sizeOf(size.get(name)),
    clear: () => void clear.run(name),
  })
}

function toEntry<T>(row: Readonly<Record<string, unknown>>): JournalEntry<T> {
  return {
    sequence: Number(row['sequence']),
    key: row['key'] as string,
    value: JSON.parse(row['value'] as string) as T,
    writtenAt: Number(row['writtenAt']),
  }
}
