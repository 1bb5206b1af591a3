import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { MoaError } from '../../core/errors.js'
import { dataFile, type DataFile } from './catalogue.js'
import { readContent, sha256 } from './content.js'

/** Where data files are looked for. */
export interface DataPlaces {
  /** Where downloads are kept. */
  readonly cacheFolder: string
  /** A folder of one's own, looked into first: files as their publishers name them, in folders by benchmark or not. */
  readonly folder?: string
}

/** How sure it is that a file is the publisher's. */
export type DataCheck =
  /** Its hash is the known one. */
  | 'match'
  /** Its hash is that of the first download; no other is known. */
  | 'first-download'
  /** A file of one's own of which no hash is known. */
  | 'unknown'
  /** A file of one's own with another hash than the publisher's. */
  | 'different'

/** A data file that is here. */
export interface ResolvedData {
  readonly file: DataFile
  readonly path: string
  readonly source: 'folder' | 'cache'
}

/** What is noted beside a download. */
export interface Origin {
  readonly name: string
  readonly url: string
  readonly revision: string
  readonly sha256: string
  readonly bytes: number
  readonly license: string
  /** Whether the hash was known before, or is that of this download. */
  readonly trust: 'known-hash' | 'first-download'
  /** ISO 8601. */
  readonly fetchedAt: string
}

/** Where a download of a file is kept, there or not. */
export function cachePath(file: DataFile, cacheFolder: string): string {
  return join(cacheFolder, 'data', file.group, file.publisher.revision.slice(0, 12), file.saveAs)
}

/** What was noted at the download of a file; `undefined` when nothing was. */
export function originOf(path: string): Origin | undefined {
  try {
    return JSON.parse(readFileSync(`${path}.origin.json`, 'utf8')) as Origin
  } catch {
    return undefined // Not downloaded by us, or not to its end.
  }
}

/** A data file where it is; `undefined` when it is nowhere. */
export function findDataFile(file: DataFile, { cacheFolder, folder }: DataPlaces): ResolvedData | undefined {
  if (folder !== undefined) {
    const path = file.local
      .flatMap((place) => [join(folder, place), join(folder, `${place}.gz`)])
      .find((place) => statSync(place, { throwIfNoEntry: false })?.isFile() === true)
    if (path !== undefined) return { file, path, source: 'folder' }
  }
  const path = cachePath(file, cacheFolder)
  return existsSync(path) && originOf(path) !== undefined ? { file, path, source: 'cache' } : undefined
}

/**
 * A data file by its name in the catalogue.
 *
 * @throws MoaError `usage` for an unknown name; `file_unreadable` when it is not here, with how to get it.
 */
export function resolveDataFile(name: string, places: DataPlaces): ResolvedData {
  const file = dataFile(name)
  const found = findDataFile(file, places)
  if (found) return found
  const tried = places.folder === undefined ? '' : ` Neither is it in ${places.folder}.`
  throw new MoaError(
    'file_unreadable',
    `The data file ${name} (${file.description}) is not here.${tried} \`moa data pull ${name}\` downloads it from ${file.publisher.name} (${file.publisher.license}); --data DIR reads it from a folder of yours.`,
  )
}

/** The content of a data file, unpacked, and how sure it is that it is the publisher's. */
export interface DataContent extends ResolvedData {
  readonly bytes: Buffer
  readonly sha256: string
  readonly check: DataCheck
}

/**
 * Reads a data file and compares its hash.
 *
 * @throws MoaError `data_invalid` when a download has changed since; a file of one's own is allowed to differ, which
 * `check` tells.
 */
export function readDataFile(resolved: ResolvedData): DataContent {
  const { file, path, source } = resolved
  const bytes = readContent(path)
  const hash = sha256(bytes)
  const noted = source === 'cache' ? originOf(path)?.sha256 : undefined
  const expected = file.sha256 ?? noted
  if (source === 'cache' && hash !== expected)
    throw new MoaError(
      'data_invalid',
      `${path} has changed since it was downloaded: expected SHA-256 ${expected ?? '?'}, got ${hash}. \`moa data pull ${file.name} --force\` downloads it again.`,
    )
  const check = checkOf(file, { hash, source })
  return { file, path, source, bytes, sha256: hash, check }
}

function checkOf(file: DataFile, { hash, source }: { hash: string; source: 'folder' | 'cache' }): DataCheck {
  if (file.sha256 === undefined) return source === 'cache' ? 'first-download' : 'unknown'
  return file.sha256 === hash ? 'match' : 'different'
}
