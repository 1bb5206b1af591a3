import { NOTES } from '../notes.js'
import type { Json, JsonObject } from '../../../python/json.js'
import type { ProblemLog } from '../../../problems.js'

/** Those of the fields that hold a text. */
export function optionalTexts<K extends string>(
  row: JsonObject,
  keys: readonly K[],
): Readonly<Partial<Record<K, string>>> {
  const found: Partial<Record<K, string>> = {}
  for (const key of keys) {
    const value = row[key]
    if (typeof value === 'string') found[key] = value
  }
  return found
}

/** The number in the first of the fields that is there; null where it is none. */
export function numberOrNull(row: JsonObject, keys: readonly string[]): number | null {
  for (const key of keys) {
    const value: Json | undefined = row[key]
    if (value !== undefined) return typeof value === 'number' && Number.isFinite(value) ? value : null
  }
  return null
}

/** The text in a field, or null. */
export function textOrNull(row: JsonObject, key: string): string | null {
  const value = row[key]
  return typeof value === 'string' ? value : null
}

/** The only name there is; null for none, and for several, which is noted. */
export function onlyName(
  names: Iterable<string | null>,
  options: { source: string; log: ProblemLog },
): string | null {
  const distinct = new Set(names)
  distinct.delete(null)
  const [first = null] = distinct
  if (distinct.size <= 1) return first
  options.log.add(...NOTES.severalNames, { source: options.source, id: [...distinct].slice(0, 3).join(', ') })
  return null
}
