import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MoaError } from '../../core/errors.js'
import type { Clock } from '../../util/clock.js'
import { systemClock } from '../../util/clock.js'
import type { DataFile } from './catalogue.js'
import { diskError, readContent, sha256 } from './content.js'
import { cutOut } from './cut.js'
import { download, type DownloadProgress, type FileFetcher } from './download.js'
import { withLock } from './lock.js'
import { cachePath, findDataFile, originOf, type Origin } from './resolve.js'

export interface PullOptions {
  readonly cacheFolder: string
  /** Asked in place of the publisher's host. */
  readonly mirror?: string
  /** Takes the file from this folder instead of downloading it. */
  readonly folder?: string
  /** Downloads it again even if it is here. */
  readonly force?: boolean
  readonly fetchFile: FileFetcher
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
  readonly attempts?: number
  readonly clock?: Clock
}

/** What a pull came to. */
export interface Pulled {
  readonly file: DataFile
  readonly path: string
  readonly origin: Origin
  /** It was here already. */
  readonly fresh: boolean
}

/**
 * Gets a file into the cache. It is there whole and with the right hash, or not at all. Where no hash is known, the one
 * of this download is noted and counts from now on.
 *
 * @throws MoaError what {@link download} throws; `data_invalid` for a local copy with the wrong hash.
 */
export async function pullDataFile(file: DataFile, options: PullOptions): Promise<Pulled> {
  const path = cachePath(file, options.cacheFolder)
  const known = originOf(path)
  if (options.force !== true && known !== undefined && existsSync(path))
    return { file, path, origin: known, fresh: false }
  await makeFolder(path)
  return withLock(`${path}.lock`, async () => {
    const { bytes, url } =
      options.folder === undefined ? await fetched(file, path, options) : local(file, options)
    checkHash(file, { bytes, url, known })
    const origin = originRecord(file, { bytes, url, now: (options.clock ?? systemClock).now() })
    await place(path, bytes, origin)
    await rm(`${path}.part`, { force: true })
    await rm(`${path}.part.etag`, { force: true })
    return { file, path, origin, fresh: true }
  })
}

/** The address a file is fetched from. */
export function addressOf(file: DataFile, mirror?: string): string {
  const address = file.publisher.url(file.path)
  if (mirror === undefined) return address
  return `${mirror.replace(/\/+$/, '')}${new URL(address).pathname}`
}

async function fetched(
  file: DataFile,
  path: string,
  options: PullOptions,
): Promise<{ bytes: Uint8Array; url: string }> {
  const { fetchFile, signal, mirror, onProgress, attempts, clock } = options
  const url = addressOf(file, mirror)
  const part = `${path}.part`
  await download({
    url,
    part,
    fetchFile,
    signal,
    ...(onProgress && { onProgress }),
    ...(attempts !== undefined && { attempts }),
    ...(clock && { clock }),
    ...(file.sha256 !== undefined && file.cut === undefined && { sha256: file.sha256 }),
  })
  const whole = await readFile(part)
  if (file.cut === undefined) return { bytes: whole, url }
  // The hash is that of the part alone, so what is kept of a wrong whole would be in the way for ever.
  await rm(part, { force: true })
  return { bytes: Buffer.from(cutOut(whole.toString('utf8'), file.cut, url), 'utf8'), url }
}

function local(file: DataFile, { folder, cacheFolder }: PullOptions): { bytes: Uint8Array; url: string } {
  const found = findDataFile(file, { cacheFolder, ...(folder !== undefined && { folder }) })
  if (found?.source !== 'folder')
    throw new MoaError(
      'file_unreadable',
      `${folder ?? ''} holds no ${file.name}; expected it as ${file.local.slice(0, 2).join(' or ')}.`,
    )
  return { bytes: readContent(found.path), url: found.path }
}

function checkHash(
  file: DataFile,
  { bytes, url, known }: { bytes: Uint8Array; url: string; known: Origin | undefined },
): void {
  const expected = file.sha256 ?? known?.sha256
  const hash = sha256(bytes)
  if (expected === undefined || hash === expected) return
  throw new MoaError(
    'data_invalid',
    `${url}: ${file.cut === undefined ? 'the file' : 'what was cut out of it'} has SHA-256 ${hash}, but ${expected} ${file.sha256 === undefined ? 'was noted at the first download' : 'was expected'}; it was not kept.`,
  )
}

function originRecord(
  file: DataFile,
  { bytes, url, now }: { bytes: Uint8Array; url: string; now: number },
): Origin {
  return {
    name: file.name,
    url: url.replace(/\/\/[^/@]*@/, '//'),
    revision: file.publisher.revision,
    sha256: sha256(bytes),
    bytes: bytes.length,
    license: file.publisher.license,
    trust: file.sha256 === undefined ? 'first-download' : 'known-hash',
    fetchedAt: new Date(now).toISOString(),
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
  } catch (error) {
    throw diskError(error, dirname(path))
  }
}

/** Puts a file in place in one step. The note comes last: a file without one does not count. */
async function place(path: string, bytes: Uint8Array, origin: Origin): Promise<void> {
  try {
    await writeAtOnce(path, bytes)
    await writeAtOnce(`${path}.origin.json`, `${JSON.stringify(origin, null, 2)}\n`)
  } catch (error) {
    throw diskError(error, path)
  }
}

/** Writes a file so that nobody ever sees a half of it. */
export async function writeAtOnce(path: string, content: Uint8Array | string): Promise<void> {
  const draft = `${path}.${process.pid}.new`
  try {
    await writeFile(draft, content)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}
