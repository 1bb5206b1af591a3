import { MoaError } from '../core/errors.js'
import { FieldReader } from './field-reader.js'
import { type Problem, type ProblemCode, ProblemLog, type ProblemPlace, type Read } from './problems.js'
import { describeRecord } from './record-kinds.js'

/** A JSON object with the line it stood on. */
export interface JsonlRecord {
  readonly line: number
  readonly value: Readonly<Record<string, unknown>>
}

/** A whole file: its text, or its bytes, which need not fit into one text. */
export type FileContent = string | Uint8Array

/**
 * The objects of a JSON Lines text, with what could not be read. Empty lines and a byte order mark are skipped;
 * lines end at a line feed only, so U+2028 inside a string does no harm. A broken line is a problem, never an
 * error; the last line is called truncated when no line feed follows it.
 */
export function readJsonl(
  content: FileContent,
  { source }: { readonly source?: string | undefined } = {},
): Read<readonly JsonlRecord[]> {
  const log = new ProblemLog()
  const records: JsonlRecord[] = []
  walkLines(content, { source, log, visit: (line, value) => records.push({ line, value }) })
  return { data: records, problems: log.list() }
}

function walkLines(
  content: FileContent,
  options: {
    readonly source: string | undefined
    readonly log: ProblemLog
    readonly lean?: LeanOptions | undefined
    /** Told of each line that holds an object; `raw` gives the whole of it. */
    readonly visit: (line: number, value: JsonlRecord['value'], raw: () => FileContent) => void
  },
): void {
  const { source, log, lean, visit } = options
  const text = typeof content === 'string'
  const reader = !text && lean ? new FieldReader(lean.fields) : undefined
  let start = startOf(content)
  let end = start
  const raw = (): FileContent => (text ? content.slice(start, end) : content.subarray(start, end))
  for (let line = 1; start < content.length; line += 1) {
    const feed = text ? content.indexOf('\n', start) : content.indexOf(10, start)
    end = feed === -1 ? content.length : feed
    const values = reader?.read(content as Uint8Array, start, end)
    const value = values && lean ? lean.build(values) : parseLine(raw(), reader)
    if (value === 'broken') {
      const [code, message] = feed === -1 ? TRUNCATED : BROKEN
      log.add(code, message, placeOf(source, line))
    } else if (value === 'other') log.add(...NO_OBJECT, placeOf(source, line))
    else if (value !== undefined) visit(line, value, raw)
    start = end + 1
  }
}

const TRUNCATED = ['line-truncated', 'The last line is cut off; it was left out.'] as const
const BROKEN = ['line-invalid', 'The line is not valid JSON; it was left out.'] as const
const NO_OBJECT = ['line-invalid', 'The line is not a JSON object; it was left out.'] as const

/** Behind the byte order mark, where there is one. */
function startOf(content: FileContent): number {
  if (typeof content === 'string') return content.charCodeAt(0) === 0xfeff ? 1 : 0
  return content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf ? 3 : 0
}

/** A file's content as one text. */
export function contentText(content: FileContent): string {
  if (typeof content === 'string') return content
  return Buffer.from(content.buffer, content.byteOffset, content.length).toString('utf8')
}

/** Where a record stands, in the form problems use. */
export function placeOf(source: string | undefined, line?: number, id?: unknown): ProblemPlace {
  // Every record gets a place, so it is put together without spreading.
  const place: { source?: string; line?: number; id?: string } = {}
  if (source !== undefined) place.source = source
  if (line !== undefined) place.line = line
  if (typeof id === 'string' || typeof id === 'number') place.id = String(id)
  return place
}

function parseLine(
  raw: FileContent,
  reader?: FieldReader,
): Record<string, unknown> | 'broken' | 'other' | undefined {
  const line = contentText(raw)
  if (line.trim() === '') return undefined
  try {
    const value: unknown = JSON.parse(line)
    if (!isObject(value)) return 'other'
    reader?.learn(raw as Uint8Array, value)
    return value
  } catch {
    // JSON.parse says no more than that the line is broken.
    return 'broken'
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One test per field a record needs; fields not named are let through. */
export type Shape = Readonly<Record<string, (value: unknown) => boolean>>

/** Tests for {@link Shape}. */
export const is = {
  text: (value: unknown) => typeof value === 'string',
  number: (value: unknown) => typeof value === 'number',
  id: (value: unknown) => typeof value === 'string' || typeof value === 'number',
  array: (value: unknown) => Array.isArray(value),
  texts: (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  object: isObject,
} as const satisfies Shape

/** The first field of a record that is missing or of the wrong type; `undefined` when all are as they should be. */
export function misfit(value: Readonly<Record<string, unknown>>, shape: Shape): string | undefined {
  return misfitTest(shape)(value)
}

/** {@link misfit} for many records. What a test let through is not tested again while the records repeat it. */
function misfitTest(shape: Shape): (value: Readonly<Record<string, unknown>>) => string | undefined {
  const tests = Object.entries(shape).map(([field, fits]) => ({ field, fits, last: UNTESTED }))
  return (value) => {
    for (const test of tests) {
      const found = value[test.field]
      if (found === test.last) continue
      if (!test.fits(found)) return test.field
      test.last = found
    }
    return undefined
  }
}

const UNTESTED: unknown = Symbol('untested')

/** Which fields of a record are wanted, and the record made of them; see {@link FieldReader}. */
export interface LeanOptions {
  readonly fields: readonly string[]
  readonly build: (values: readonly unknown[]) => Record<string, unknown>
}

export interface ReadOptions<T> {
  /** The file's name, for problems and errors. */
  readonly source?: string | undefined
  /** What each record is, in a few words with its article: "an MT-Bench answer". */
  readonly what: string
  readonly shape: Shape
  /** Puts older names of fields right before the shape is looked at. */
  readonly rename?: (value: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  /** The field that names a record in problems. */
  readonly id?: string
  /** Reads some fields alone and passes over the rest; for bytes, not for texts. */
  readonly lean?: LeanOptions | undefined
  /** The record from a value of the right shape; `undefined` when a note already says why not. */
  readonly convert: (value: Readonly<Record<string, unknown>>, here: Here) => T | undefined
}

/** The record being read. Places are put together only for what has to be told. */
export interface Here {
  place(): ProblemPlace
  /** Notes a problem with this record. */
  note(code: ProblemCode, message: string): void
}

/**
 * The records of one kind in a JSON Lines text. Records of another shape are left out and reported.
 * @throws MoaError `data_invalid` when the text has lines but none holds such a record.
 */
export function readRecords<T>(content: FileContent, options: ReadOptions<T>): Read<readonly T[]> {
  const { source, what, shape, convert, rename, lean } = options
  const misfitOf = misfitTest(shape)
  const log = new ProblemLog()
  const records: T[] = []
  let at = 0
  let value: Readonly<Record<string, unknown>> = {}
  const place = (): ProblemPlace =>
    placeOf(source, at, options.id === undefined ? undefined : value[options.id])
  const here: Here = { place, note: (code, message) => log.add(code, message, place()) }
  walkLines(content, {
    source,
    log,
    lean,
    visit(line, written, raw) {
      at = line
      value = rename === undefined ? written : rename(written)
      const field = misfitOf(value)
      if (field === undefined) {
        const record = convert(value, here)
        if (record !== undefined) records.push(record)
      } else {
        const whole = lean === undefined ? written : (parseLine(raw()) as Record<string, unknown>)
        reportMisfit({ log, value, written: whole, field, what, place: place() })
      }
    },
  })
  const found = log.list()
  if (records.length === 0 && found.length > 0) throw unreadable(source, what, found)
  return { data: records, problems: found }
}

function reportMisfit(misfit: {
  readonly log: ProblemLog
  readonly value: Readonly<Record<string, unknown>>
  readonly written: Readonly<Record<string, unknown>>
  readonly field: string
  readonly what: string
  readonly place: ProblemPlace
}): void {
  const { log, value, written, field, what, place } = misfit
  const looksLike = describeRecord(written)
  if (looksLike !== undefined && looksLike !== what) {
    log.add('record-foreign', `Expected ${what}, this looks like ${looksLike}; it was left out.`, place)
  } else {
    const fault = value[field] === undefined ? 'is missing' : 'has the wrong type'
    log.add('field-invalid', `Expected ${what}, but its field "${field}" ${fault}; it was left out.`, place)
  }
}

function unreadable(source: string | undefined, what: string, found: readonly Problem[]): MoaError {
  const first = found[0] as Problem
  const line = first.places[0]?.line
  const where = `${source ?? 'The text'}${line === undefined ? '' : `, line ${line}`}`
  return new MoaError(
    'data_invalid',
    `${where}: no line holds ${what} (${first.message}) Give a file of such records.`,
  )
}

/** JSON Lines text of records, each line ended by a line feed. */
export function writeJsonl(records: Iterable<unknown>): string {
  let text = ''
  for (const record of records) text += `${JSON.stringify(record)}\n`
  return text
}
