import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { MoaError } from '../../core/errors.js'

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * The content of a file, unpacked when its name ends in `.gz`.
 *
 * @throws MoaError `file_unreadable`, or `data_invalid` for a broken archive.
 */
export function readContent(path: string): Buffer {
  let bytes
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw diskError(error, path)
  }
  if (!path.endsWith('.gz')) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new MoaError('data_invalid', `${path} is no complete gzip archive; fetch or pack it again.`, {
      cause: error,
    })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room, and run the same command to go on',
  EDQUOT: 'your share of the disk is used up; make room, and run the same command to go on',
  EACCES: 'access is denied; check who owns the folder',
  EPERM: 'access is denied; check who owns the folder',
  EROFS: 'the disk is read-only; choose another folder with data.folder in the configuration',
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
}

/** An error of the file system as one that says what to do. */
export function diskError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined || error instanceof MoaError) return error
  return new MoaError('file_unreadable', `${path}: ${REASONS[code] ?? code}.`, { cause: error })
}
