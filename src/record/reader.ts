import { readFileSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import { MoaError } from '../core/index.js'
import { RECORD_VERSION, type CallLine, type EndLine, type RecordLine, type RunLine } from './format.js'

/** A recording in memory. */
export interface Recording {
  readonly runs: readonly RunLine[]
  readonly calls: readonly CallLine[]
  readonly ends: readonly EndLine[]
  /** What could not be read, in one sentence each: a cut-off end, a damaged line. */
  readonly warnings: readonly string[]
}

/**
 * Reads a recording. A file that was cut off or damaged is read as far as its lines are whole, with a warning.
 *
 * @throws {@link MoaError} `file_unreadable`; `data_invalid` when it is no recording, or of a newer version
 */
export function readRecording(file: string): Recording {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new MoaError('file_unreadable', `Can't read the recording ${file}: ${(error as Error).message}`, {
      cause: error,
    })
  }
  const warnings: string[] = []
  const text = unpack(bytes, warnings)
  return readLines(text, file, warnings)
}

function unpack(bytes: Buffer, warnings: string[]): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8')
  try {
    return gunzipSync(bytes).toString('utf8')
  } catch {
    // Cut off or damaged: take what can be unpacked.
    warnings.push('The packed file is cut off or damaged; what could be unpacked is used.')
    try {
      return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8')
    } catch {
      return wholeMembers(bytes)
    }
  }
}

/** The text of the gzip members before the first damaged one. */
function wholeMembers(bytes: Buffer): string {
  let text = ''
  let start = 0
  while (start < bytes.length) {
    const next = bytes.indexOf(Buffer.from([0x1f, 0x8b, 0x08]), start + 3)
    const end = next === -1 ? bytes.length : next
    try {
      text += gunzipSync(bytes.subarray(start, end)).toString('utf8')
    } catch {
      break // Damaged from here on.
    }
    start = end
  }
  return text
}

function readLines(text: string, file: string, warnings: string[]): Recording {
  const runs: RunLine[] = []
  const calls: CallLine[] = []
  const ends: EndLine[] = []
  const lines = text.split('\n')
  let known = false
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    const record = parse(line)
    if (record === undefined) {
      const last = index === lines.length - 1
      warnings.push(
        last
          ? `The last line (${index + 1}) is cut off and left out.`
          : `Line ${index + 1} is damaged and left out.`,
      )
      continue
    }
    switch (record.type) {
      case 'recording':
        checkVersion(record.version, file)
        known = true
        break
      case 'run':
        runs.push(record)
        break
      case 'call':
        calls.push(record)
        break
      case 'end':
        ends.push(record)
        break
    }
  }
  if (!known)
    throw new MoaError(
      'data_invalid',
      `${file} is not a recording: it does not begin with a line {"type":"recording",…}. Recordings are made with --record.`,
    )
  return { runs, calls, ends, warnings }
}

function parse(line: string): RecordLine | undefined {
  try {
    const value = JSON.parse(line) as RecordLine | null
    return typeof value === 'object' && value !== null && typeof value.type === 'string' ? value : undefined
  } catch {
    return undefined // Counted and told by the caller.
  }
}

function checkVersion(version: number, file: string): void {
  if (version > RECORD_VERSION)
    throw new MoaError(
      'data_invalid',
      `${file} is a recording of version ${version}; this program reads up to ${RECORD_VERSION}. Update it.`,
    )
}
