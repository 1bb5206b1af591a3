import type { Clock } from '../../util/clock.js'
import { compareCodePoints } from '../../util/code-points.js'
import { storedSize } from '../stored-size.js'
import { pruned, type Prunable } from '../prune.js'
import type { KeyRange, Records, Size, StoredRecord } from '../store.js'
import type { Database } from './driver.js'

/** Rows read at a time: enough to be quick, few enough to fit into memory with long values. */
const PAGE = 200

/** Makes {@link Records} over the table of a database. */
export function recordTables(database: Database, clock: Clock): <T>(namespace: string) => Records<T> {
  const get = database.prepare('select value from records where namespace = ? and key = ?')
  const set = database.prepare(
    `insert into records (namespace, key, bytes, written_at, used_at, value) values (?, ?, ?, ?, ?, ?)
     on conflict (namespace, key) do update set
       bytes = excluded.bytes, written_at = excluded.written_at, used_at = excluded.used_at, value = excluded.value`,
  )
  const touch = database.prepare('update records set used_at = ? where namespace = ? and key = ?')
  const remove = database.prepare('delete from records where namespace = ? and key = ?')
  const size = database.prepare(
    'select count(*) as count, coalesce(sum(bytes), 0) as bytes from records where namespace = ?',
  )
  const byUse = database.prepare(
    'select key, written_at as writtenAt, bytes from records where namespace = ? order by used_at, key',
  )
  const page = (reverse: boolean) =>
    database.prepare(
      `select key, value, written_at as writtenAt, used_at as usedAt from records
       where namespace = ? and key ${reverse ? '>=' : '>'} ? and key < ifnull(?, x'ff')
       order by key ${reverse ? 'desc' : 'asc'} limit ?`,
    )
  const pages = { ascending: page(false), descending: page(true) }
  const first = database.prepare(
    `select key, value, written_at as writtenAt, used_at as usedAt from records where namespace = ? and key = ?`,
  )
  const now = (): number => Math.floor(clock.now())

  function* scan<T>(namespace: string, range: KeyRange): Generator<StoredRecord<T>> {
    const { reverse = false } = range
    let { limit = Infinity } = range
    let from = range.from ?? ''
    let before = range.before ?? null
    if (!reverse && limit > 0 && (before === null || compareCodePoints(from, before) < 0)) {
      // The page query leaves its lower bound out, as it has to for the pages after the first.
      const row = first.get(namespace, from)
      if (row) yield toRecord<T>(row)
      if (row) limit -= 1
    }
    while (limit > 0) {
      const statement = reverse ? pages.descending : pages.ascending
      const rows = statement.all(namespace, from, before, Math.min(PAGE, limit))
      for (const row of rows) yield toRecord<T>(row)
      limit -= rows.length
      const last = rows.at(-1)?.['key'] as string | undefined
      if (last === undefined || rows.length < PAGE) return
      if (reverse) before = last
      else from = last
    }
  }

  return <T>(namespace: string): Records<T> => ({
    get(key) {
      const row = get.get(namespace, key)
      return row && (JSON.parse(row['value'] as string) as T)
    },
    set(key, value) {
      const json = JSON.stringify(value)
      const at = now()
      set.run(namespace, key, storedSize(key, json), at, at, json)
    },
    touch: (key) => void touch.run(now(), namespace, key),
    delete: (key) => remove.run(namespace, key) > 0,
    scan: (range = {}) => scan<T>(namespace, range),
    size: () => sizeOf(size.get(namespace)),
    prune(limits) {
      const keys = pruned(byUse.all(namespace) as unknown as Prunable[], limits, now())
      database.exec('savepoint pruning')
      for (const key of keys) remove.run(namespace, key)
      database.exec('release pruning')
      return keys.length
    },
  })
}

function toRecord<T>(row: Readonly<Record<string, unknown>>): StoredRecord<T> {
  return {
    key: row['key'] as string,
    value: JSON.parse(row['value'] as string) as T,
    writtenAt: Number(row['writtenAt']),
    usedAt: Number(row['usedAt']),
  }
}

/** A row with `count` and `bytes` as a {@link Size}. */
export function sizeOf(row: Readonly<Record<string, unknown>> | undefined): Size {
  return { count: Number(row?.['count'] ?? 0), bytes: Number(row?.['bytes'] ?? 0) }
}
