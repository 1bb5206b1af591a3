import { MoaError } from '../core/errors.js'
import { type Problem, ProblemLog, type ProblemPlace, type Read } from './problems.js'
import { describeRecord } from './record-kinds.js'

/** A JSON object with the line it stood on. */
export interface JsonlRecord {
  readonly line: number
  readonly value: Readonly<Record<string, unknown>>
}

/**
 * The objects of a JSON Lines text, with what could not be read. Empty lines and a byte order mark are skipped;
 * lines end at a line feed only, so U+2028 inside a string does no harm. A broken line is a problem, never an
 * error; the last line is called truncated when no line feed follows it.
 */
export function readJsonl(
  text: string,
  { source }: { readonly source?: string | undefined } = {},
): Read<readonly JsonlRecord[]> {
  const log = new ProblemLog()
  const records: JsonlRecord[] = []
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0
  for (let line = 1; start < text.length; line += 1) {
    const feed = text.indexOf('\n', start)
    const end = feed === -1 ? text.length : feed
    const value = parseLine(text.slice(start, end))
    if (value === 'broken') {
      if (feed === -1) {
        log.add('line-truncated', 'The last line is cut off; it was left out.', placeOf(source, line))
      } else log.add('line-invalid', 'The line is not valid JSON; it was left out.', placeOf(source, line))
    } else if (value === 'other') {
      log.add('line-invalid', 'The line is not a JSON object; it was left out.', placeOf(source, line))
    } else if (value !== undefined) records.push({ line, value })
    start = end + 1
  }
  return { data: records, problems: log.list() }
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

function parseLine(line: string): Record<string, unknown> | 'broken' | 'other' | undefined {
  if (line.trim() === '') return undefined
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : 'other'
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
  for (const field in shape) {
    if (shape[field]?.(value[field]) === false) return field
  }
  return undefined
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
  /** The record from a value of the right shape; `undefined` when `log` already says why not. */
  readonly convert: (
    value: Readonly<Record<string, unknown>>,
    log: ProblemLog,
    place: ProblemPlace,
  ) => T | undefined
}

/**
 * The records of one kind in a JSON Lines text. Records of another shape are left out and reported.
 * @throws MoaError `data_invalid` when the text has lines but none holds such a record.
 */
export function readRecords<T>(text: string, options: ReadOptions<T>): Read<readonly T[]> {
  const { source, what, shape, convert } = options
  const { data: lines, problems } = readJsonl(text, { source })
  const log = new ProblemLog()
  log.merge(problems)
  const records: T[] = []
  for (const { line, value: written } of lines) {
    const value = options.rename === undefined ? written : options.rename(written)
    const place = placeOf(source, line, options.id === undefined ? undefined : value[options.id])
    const field = misfit(value, shape)
    if (field === undefined) {
      const record = convert(value, log, place)
      if (record !== undefined) records.push(record)
    } else reportMisfit({ log, value, written, field, what, place })
  }
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
