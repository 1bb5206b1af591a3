import type { Limits } from './store.js'

/** What pruning has to know of a record. */
export interface Prunable {
  readonly key: string
  readonly writtenAt: number
  readonly bytes: number
}

/**
 * Keys of the records that have to go.
 *
 * @param rows least recently used first.
 */
export function pruned(rows: readonly Prunable[], limits: Limits, now: number): readonly string[] {
  const { maxBytes = Infinity, maxCount = Infinity, maxAgeMs = Infinity } = limits
  const old = rows.filter(({ writtenAt }) => now - writtenAt > maxAgeMs)
  const rest = rows.filter(({ writtenAt }) => now - writtenAt <= maxAgeMs)
  let bytes = rest.reduce((sum, row) => sum + row.bytes, 0)
  let count = rest.length
  const surplus: string[] = []
  for (const row of rest) {
    if (bytes <= maxBytes && count <= maxCount) break
    surplus.push(row.key)
    bytes -= row.bytes
    count -= 1
  }
  return [...old.map(({ key }) => key), ...surplus]
}
