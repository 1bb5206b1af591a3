import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { MoaError } from '../../../core/errors.js'
import { reason } from '../../input.js'

/** A file of a benchmark. */
export interface DataFile {
  readonly path: string
  readonly text: string
  /** SHA-256 of the unpacked bytes, in hex. */
  readonly sha256: string
}

/** Where a benchmark's files are looked for. */
export interface DataFolder {
  /** First the folder itself, then the benchmark's own inside it. */
  readonly places: readonly string[]
  /** The first file of that name, plain or with `.gz`; `undefined` when there is none. */
  find(name: string): DataFile | undefined
  /** @throws MoaError `data_invalid` naming all places when there is none. */
  need(name: string): DataFile
}

/**
 * @param folder as the user named it.
 * @param inside folders in it that may hold the files.
 * @throws MoaError `file_unreadable` for a folder the user named that is not there.
 */
export function dataFolder(folder: string, inside: readonly string[]): DataFolder {
  const places = [folder, ...inside.map((name) => join(folder, name))]
  const find = (name: string): DataFile | undefined => {
    for (const place of places)
      for (const path of [join(place, name), join(place, `${name}.gz`)])
        if (existsSync(path)) return readDataFile(path)
    return undefined
  }
  return {
    places,
    find,
    need(name) {
      const file = find(name)
      if (file !== undefined) return file
      throw new MoaError(
        'data_invalid',
        `${name} is in none of ${places.join(', ')}; get it with \`moa data pull\`, or name a folder that has it with --data.`,
      )
    },
  }
}

/** @throws MoaError `usage` when it is no folder. */
export function checkFolder(flag: string, folder: string): string {
  if (existsSync(folder) && statSync(folder).isDirectory()) return folder
  throw new MoaError('usage', `${flag} ${folder}: there is no such folder.`)
}

/** Reads a text file, unpacked when its name ends in `.gz`. @throws MoaError `file_unreadable`, `data_invalid` */
export function readDataFile(path: string): DataFile {
  const bytes = unpacked(path, readBytes(path))
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new MoaError('data_invalid', `${path}: expected UTF-8 text; save it as UTF-8 or get it anew.`)
  }
  return { path, text, sha256: createHash('sha256').update(bytes).digest('hex') }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new MoaError('file_unreadable', `Cannot read ${path}: ${reason(error)}.`, { cause: error })
  }
}

function unpacked(path: string, bytes: Buffer): Buffer {
  if (!path.endsWith('.gz')) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new MoaError('data_invalid', `${path}: expected a gzip file; get it anew.`, { cause: error })
  }
}
