import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { MoaError } from '../../core/errors.js'
import { contentText } from '../../eval/jsonl.js'
import { fileReason } from '../../util/file-reason.js'

/** A file of a benchmark: its bytes, unpacked where they are packed with gzip. */
export interface DataFile {
  readonly path: string
  readonly content: Uint8Array
}

/**
 * Reads a file of a benchmark, packed with gzip or not.
 *
 * @throws {@link MoaError} `file_unreadable`; `data_invalid` for a damaged archive.
 */
export async function readDataFile(path: string): Promise<DataFile> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new MoaError('file_unreadable', `Cannot read ${path}: ${fileReason(error)}.`, { cause: error })
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { path, content: bytes }
  const { gunzipSync } = await import('node:zlib')
  try {
    return { path, content: gunzipSync(bytes) }
  } catch (error) {
    throw new MoaError('data_invalid', `${path} is a damaged gzip file; get it anew.`, { cause: error })
  }
}

/** The text of such a file. */
export async function readDataText(path: string): Promise<string> {
  const { content } = await readDataFile(path)
  return contentText(content)
}

/** A file's name without its folder and endings: what a model or judge is called that has no other name. */
export function stem(path: string): string {
  return basename(path)
    .replace(/\.gz$/, '')
    .replace(/\.jsonl?$/, '')
}
