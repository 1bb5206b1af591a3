import { systemClock, type Clock } from '../util/clock.js'
import { compareCodePoints } from '../util/code-points.js'
import { pruned } from './prune.js'
import { storedSize } from './stored-size.js'
import type { Journal, JournalEntry, KeyRange, Limits, Records, Size, Store, StoredRecord } from './store.js'

/** A store that lasts as long as the process: for tests and for runs nobody wants to keep. */
export function memoryStore({ clock = systemClock }: { readonly clock?: Clock } = {}): Store {
  return new MemoryStore(clock)
}

interface Kept {
  readonly json: string
  readonly writtenAt: number
  readonly usedAt: number
}

class MemoryStore implements Store {
  readonly #clock: Clock
  #records = new Map<string, Map<string, Kept>>()
  #journals = new Map<string, Map<string, Kept & { readonly sequence: number }>>()
  #sequence = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  records<T>(namespace: string): Records<T> {
    const table = (): Map<string, Kept> => entry(this.#records, namespace)
    const now = (): number => Math.floor(this.#clock.now())
    return {
      get: (key) => parsed<T>(table().get(key)?.json),
      set(key, value) {
        const at = now()
        table().set(key, { json: JSON.stringify(value), writtenAt: at, usedAt: at })
      },
      touch(key) {
        const kept = table().get(key)
        if (kept) table().set(key, { ...kept, usedAt: now() })
      },
      delete: (key) => table().delete(key),
      scan: (range = {}) => scanRecords<T>(table(), range),
      size: () => sizeOf(table()),
      prune(limits) {
        return pruneTable(table(), limits, now())
      },
    }
  }

  journal<T>(name: string): Journal<T> {
    const table = (): Map<string, Kept & { readonly sequence: number }> => entry(this.#journals, name)
    return {
      append: (key, value) => {
        if (table().has(key)) return false
        const at = Math.floor(this.#clock.now())
        this.#sequence += 1
        const kept = { json: JSON.stringify(value), writtenAt: at, usedAt: at, sequence: this.#sequence }
        table().set(key, kept)
        return true
      },
      get: (key) => parsed<T>(table().get(key)?.json),
      has: (key) => table().has(key),
      *scan({ after = 0, prefix = '' } = {}): Generator<JournalEntry<T>> {
        for (const [key, { json, sequence, writtenAt }] of table()) {
          if (sequence <= after || !key.startsWith(prefix)) continue
          yield { sequence, key, value: JSON.parse(json) as T, writtenAt }
        }
      },
      size: () => sizeOf(table()),
      clear: () => table().clear(),
    }
  }

  transaction<T>(work: () => T): T {
    const [records, journals] = [copy(this.#records), copy(this.#journals)]
    try {
      return work()
    } catch (error) {
      this.#records = records
      this.#journals = journals
      throw error
    }
  }

  /** What was deleted is gone already. */
  compact(): void {}

  close(): void {}
}

function entry<K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let table = map.get(key)
  if (table === undefined) map.set(key, (table = new Map<K, V>()))
  return table
}

function copy<V>(tables: Map<string, Map<string, V>>): Map<string, Map<string, V>> {
  return new Map([...tables].map(([name, table]) => [name, new Map(table)]))
}

function parsed<T>(json: string | undefined): T | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as T)
}

function* scanRecords<T>(table: Map<string, Kept>, range: KeyRange): Generator<StoredRecord<T>> {
  const { from = '', before, reverse = false, limit = Infinity } = range
  const keys = [...table.keys()]
    .filter(
      (key) =>
        compareCodePoints(key, from) >= 0 && (before === undefined || compareCodePoints(key, before) < 0),
    )
    .sort(compareCodePoints)
  if (reverse) keys.reverse()
  for (const key of keys.slice(0, limit)) {
    const kept = table.get(key)
    if (!kept) continue
    const { json, writtenAt, usedAt } = kept
    yield { key, value: JSON.parse(json) as T, writtenAt, usedAt }
  }
}

function sizeOf(table: ReadonlyMap<string, Kept>): Size {
  let bytes = 0
  for (const [key, { json }] of table) bytes += storedSize(key, json)
  return { count: table.size, bytes }
}

function pruneTable(table: Map<string, Kept>, limits: Limits, now: number): number {
  const rows = [...table]
    .map(([key, { json, writtenAt, usedAt }]) => ({ key, writtenAt, usedAt, bytes: storedSize(key, json) }))
    .sort((a, b) => a.usedAt - b.usedAt || compareCodePoints(a.key, b.key))
  const keys = pruned(rows, limits, now)
  for (const key of keys) table.delete(key)
  return keys.length
}
