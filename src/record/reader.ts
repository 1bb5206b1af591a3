import { readFileSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import { MoaError } from '../core/index.js'
import {
  RECORD_VERSION,
  type CallLine,
  type EndLine,
  type EventsLine,
  type RecordLine,
  type RunLine,
} from './format.js'

/** A recording in memory. */
export interface Recording {
  readonly runs: readonly RunLine[]
  readonly events: readonly EventsLine[]
  readonly calls: readonly CallLine[]
  readonly ends: readonly EndLine[]
  /** What could not be read, in one sentence each: a cut-off end, a damaged line. */
  readonly warnings: readonly string[]
}

/**
 * Reads a recording. A file that was cut off or damaged is read as far as its lines are whole, with a warning.
 *
 * @throws {@link MoaError} `file_unreadable`; `data_invalid` when it is no recording, or of a newer version; `partial`
 *   when nothing of it can be read
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

/** The text of the gzip members that are whole. */
function wholeMembers(bytes: Buffer): string {
  const starts: number[] = []
  for (let at = 0; at !== -1; at = bytes.indexOf(GZIP_HEADER, at + 1)) starts.push(at)
  let text = ''
  for (let index = 0; index < starts.length;) {
    // What looks like the beginning of a member may be in the middle of one.
    const whole = [1, 2, 3].find((count) => {
      const member = unzipped(bytes.subarray(starts[index], starts[index + count]))
      text += member ?? ''
      return member !== undefined
    })
    index += whole ?? 1
  }
  return text
}

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 0x08])

function unzipped(bytes: Buffer): string | undefined {
  try {
    return gunzipSync(bytes).toString('utf8')
  } catch {
    return undefined // Damaged; the caller has said so.
  }
}

function readLines(text: string, file: string, warnings: string[]): Recording {
  const runs: RunLine[] = []
  const events: EventsLine[] = []
  const calls: CallLine[] = []
  const ends: EndLine[] = []
  const lines = text.split('\n')
  let known = false
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    const record = parse(line)
    if (record === undefined) {
      warnings.push(
        index === lines.length - 1
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
      case 'events':
        events.push(record)
        break
      case 'call':
        calls.push(record)
        break
      case 'end':
        ends.push(record)
        break
    }
  }
  if (!known) throw unknown(file, { text, damaged: warnings.length > 0 })
  const ended = new Set(ends.map(({ run }) => run))
  const open = runs.filter(({ run }) => !ended.has(run))
  // A file that was cut off between two lines looks like any other, but for this.
  if (open.length > 0 && warnings.length === 0)
    warnings.push(
      `${open.length === 1 ? 'A run has' : `${open.length} runs have`} no end here: whoever recorded was stopped, or is still at it.`,
    )
  return { runs, events, calls, ends, warnings }
}

/** Why a file without its first line is of no use: it was never a recording, or nothing of it is left. */
function unknown(file: string, { text, damaged }: { text: string; damaged: boolean }): MoaError {
  const begins = '{"type":"recording"'
  if (damaged && (text.startsWith(begins) || begins.startsWith(text)))
    return new MoaError('partial', `Nothing of the recording ${file} can be read: it is cut off or damaged.`)
  return new MoaError(
    'data_invalid',
    `${file} is not a recording: it does not begin with a line {"type":"recording",…}. Recordings are made with --record.`,
  )
}

function parse(line: string): RecordLine | undefined {
  try {
    const value = JSON.parse(line) as RecordLine | null
    return typeof value === 'object' && value !== null && isWhole(value) ? value : undefined
  } catch {
    return undefined // Counted and told by the caller.
  }
}

/** Whether a line has what everybody relies on; lines of kinds that are not known do. */
function isWhole(line: RecordLine): boolean {
  const hasMessages = (): boolean => Array.isArray((line as Partial<RunLine>).request?.messages)
  switch (line.type) {
    case 'recording':
      return typeof line.version === 'number'
    case 'run':
      return typeof line.run === 'string' && hasMessages()
    case 'events':
      return typeof line.run === 'string' && Array.isArray(line.events)
    case 'call':
      return hasMessages() && Array.isArray((line as Partial<CallLine>).tape?.events)
    case 'end':
      return typeof line.run === 'string'
    default:
      return typeof (line as { type?: unknown }).type === 'string'
  }
}

function checkVersion(version: number, file: string): void {
  if (version > RECORD_VERSION)
    throw new MoaError(
      'data_invalid',
      `${file} is a recording of version ${version}; this program reads up to ${RECORD_VERSION}. Update it.`,
    )
}
