import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/**
 * Benchmarks and goldens of others live beside the project, never in it. Tests that need them ask
 * `hasShared(path)` and skip, saying so, where it is absent.
 */
const root = fileURLToPath(new URL('../../shared/', import.meta.url))

export function sharedPath(path: string): string {
  return join(root, path)
}

export function hasShared(path: string): boolean {
  const present = existsSync(sharedPath(path))
  if (!present) console.warn(`skipped: ../shared/${path} is not here`)
  return present
}

/** The text of a shared file, unpacked when its name ends in `.gz`. */
export function readShared(path: string): string {
  const bytes = readFileSync(sharedPath(path))
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

export function readSharedJson<T = unknown>(path: string): T {
  return JSON.parse(readShared(path)) as T
}

/** One parsed value per non-empty line. */
export function readSharedJsonl<T = unknown>(path: string): T[] {
  return readShared(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T)
}
