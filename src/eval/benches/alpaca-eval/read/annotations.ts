import { NOTES } from '../notes.js'
import { MoaError } from '../../../../core/index.js'
import { isObject, parseJsonFile, type Json } from '../../../python/json.js'
import { codePointLength } from '../../../python/text.js'
import { ProblemLog, type Read } from '../../../problems.js'
import { CURRENT_MODEL, type AnnotationRecord, type AnnotationSet } from '../types.js'
import { compactSet } from './compact-set.js'
import { numberOrNull, onlyName, optionalTexts, textOrNull } from './fields.js'
import { preferenceNumber } from './preference.js'

/**
 * Reads an `annotations.json`: the official array of judged pairs in either spelling, or one object of aligned arrays
 * (`preference`, `len_1`, `len_2`).
 *
 * @param source the file's name, for messages.
 * @throws MoaError `data_invalid` when nothing in it can be used.
 */
export function readAnnotations(text: string, source: string): Read<AnnotationSet> {
  const value = parseJsonFile(text, source)
  const log = new ProblemLog()
  const data = Array.isArray(value)
    ? annotationSetOf(recordsOf(value as readonly Json[], { source, log }), { source, log })
    : compactSet(value, { source, log })
  return { data, problems: log.list() }
}

/**
 * Reads an official `annotations.json`, or a judge's cache file, as whole records.
 *
 * @throws MoaError `data_invalid` when nothing in it can be used.
 */
export function readAnnotationRecords(text: string, source: string): Read<readonly AnnotationRecord[]> {
  const value = parseJsonFile(text, source)
  const log = new ProblemLog()
  if (!Array.isArray(value)) throw notAnnotations(source, value)
  const data = recordsOf(value as readonly Json[], { source, log })
  return { data, problems: log.list() }
}

interface Context {
  readonly source: string
  readonly log: ProblemLog
}

function recordsOf(rows: readonly Json[], { source, log }: Context): AnnotationRecord[] {
  const records: AnnotationRecord[] = []
  const seen = new Map<string, AnnotationRecord[]>()
  rows.forEach((row, position) => {
    const place = { source, row: position }
    const record = recordOf(row)
    if (record === undefined) {
      log.add(...NOTES.brokenRow, place)
      return
    }
    const earlier = seen.get(record.instruction)
    if (earlier?.some((other) => isCopy(record, other))) {
      log.add(...NOTES.copiedRow, place)
      return
    }
    if (earlier) {
      log.add(...NOTES.repeatedInstruction, place)
      earlier.push(record)
    } else seen.set(record.instruction, [record])
    records.push(record)
  })
  if (records.length === 0) throw notAnnotations(source, rows[0])
  return records
}

function recordOf(row: Json): AnnotationRecord | undefined {
  if (!isObject(row)) return undefined
  const { instruction, output_1, output_2, preference } = row
  if (typeof instruction !== 'string' || preference === undefined) return undefined
  if (typeof output_1 !== 'string' || typeof output_2 !== 'string') return undefined
  const glm = numberOrNull(row, ['glm_preference'])
  return {
    instruction,
    output_1,
    output_2,
    generator_1: textOrNull(row, 'generator_1'),
    generator_2: textOrNull(row, 'generator_2'),
    annotator: textOrNull(row, 'annotator'),
    preference,
    price_per_example: numberOrNull(row, ['price_per_example', 'preference_price_per_example']),
    time_per_example: numberOrNull(row, ['time_per_example', 'preference_time_per_example']),
    raw_completion: row['raw_completion'] ?? row['preference_raw_completion'] ?? null,
    ...optionalTexts(row, ['dataset', 'datasplit']),
    ...(glm !== null && { glm_preference: glm }),
  }
}

function isCopy(a: AnnotationRecord, b: AnnotationRecord): boolean {
  return (
    a.output_1 === b.output_1 &&
    a.output_2 === b.output_2 &&
    a.generator_1 === b.generator_1 &&
    a.generator_2 === b.generator_2 &&
    a.annotator === b.annotator &&
    a.preference === b.preference
  )
}

function notAnnotations(source: string, example: Json | undefined): MoaError {
  const found =
    isObject(example) && 'output' in example
      ? 'this looks like a model_outputs.json; pass the annotations.json'
      : 'found no such row'
  return new MoaError(
    'data_invalid',
    `${source}: expected an array of judged pairs {instruction, output_1, output_2, preference, …} or an object of arrays preference, len_1, len_2, but ${found}.`,
  )
}

/** The numbers of judged pairs. */
export function annotationSetOf(
  records: readonly AnnotationRecord[],
  { source, log }: Context,
): AnnotationSet {
  const rows = records.length
  const numbers = (of: (record: AnnotationRecord, position: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, position) => of(records[position] as AnnotationRecord, position))
  const name = (key: 'generator_1' | 'generator_2' | 'annotator'): string | null =>
    onlyName(new Set(records.map((record) => record[key])), { source, log })
  records.forEach((record, position) => {
    if (record.output_1 === '' || record.output_2 === '')
      log.add(...NOTES.emptyOutput, { source, row: position })
  })
  return {
    model: name('generator_2') ?? CURRENT_MODEL,
    baseline: name('generator_1'),
    judge: name('annotator'),
    instructions: records.map((record) => record.instruction),
    index: null,
    preference: numbers((record, position) =>
      preferenceNumber(record.preference, { place: { source, row: position }, log }),
    ),
    length1: numbers((record) => codePointLength(record.output_1)),
    length2: numbers((record) => codePointLength(record.output_2)),
    price: numbers((record) => record.price_per_example ?? NaN),
    time: numbers((record) => record.time_per_example ?? NaN),
  }
}
