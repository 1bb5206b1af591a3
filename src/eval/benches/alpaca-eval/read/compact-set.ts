import { MoaError } from '../../../../core/index.js'
import { isObject, type Json, type JsonObject } from '../../../python/json.js'
import type { ProblemLog } from '../../../problems.js'
import { CURRENT_MODEL, type AnnotationSet } from '../types.js'
import { textOrNull } from './fields.js'
import { preferenceNumber } from './preference.js'

/**
 * Reads one object of aligned arrays: `preference`, `len_1`, `len_2`, perhaps `price` and `time`, and `index`, the place
 * of each row's instruction (null where row k is instruction k).
 *
 * @throws MoaError `data_invalid` for missing arrays, unequal lengths or lengths that are no numbers.
 */
export function compactSet(value: Json, options: { source: string; log: ProblemLog }): AnnotationSet {
  const { source, log } = options
  const preferences = isObject(value) ? value['preference'] : undefined
  if (!isObject(value) || !Array.isArray(preferences) || preferences.length === 0) {
    throw new MoaError(
      'data_invalid',
      `${source}: expected an array of judged pairs {instruction, output_1, output_2, preference, …} or an object of arrays preference, len_1, len_2.`,
    )
  }
  const rows = preferences.length
  const array = (key: string): readonly Json[] | null => arrayOf(value, { key, rows, source })
  const index = array('index')
  return {
    model: textOrNull(value, 'model') ?? textOrNull(value, 'generator_2') ?? CURRENT_MODEL,
    baseline: textOrNull(value, 'generator_1'),
    judge: textOrNull(value, 'annotator'),
    instructions: null,
    index: Int32Array.from({ length: rows }, (_, row) => (index === null ? row : Number(index[row] ?? -1))),
    preference: Float64Array.from(preferences as readonly Json[], (preference, row) =>
      preferenceNumber(preference, { place: { source: `${source}.preference`, row }, log }),
    ),
    length1: lengths(array('len_1'), { key: 'len_1', rows, source }),
    length2: lengths(array('len_2'), { key: 'len_2', rows, source }),
    price: numbersOrMissing(array('price'), rows),
    time: numbersOrMissing(array('time'), rows),
  }
}

interface Column {
  readonly key: string
  readonly rows: number
  readonly source: string
}

function arrayOf(value: JsonObject, { key, rows, source }: Column): readonly Json[] | null {
  const array = value[key]
  if (array === undefined || array === null) return null
  if (!Array.isArray(array) || array.length !== rows) {
    const found = Array.isArray(array) ? `${array.length} values` : 'no array'
    throw new MoaError(
      'data_invalid',
      `${source}: expected "${key}" with one value for each of the ${rows} preferences, but it has ${found}.`,
    )
  }
  return array as readonly Json[]
}

function lengths(array: readonly Json[] | null, { key, rows, source }: Column): Float64Array {
  const values = Float64Array.from({ length: rows }, (_, row) => {
    const value = array?.[row]
    return typeof value === 'number' && value >= 0 ? value : NaN
  })
  const bad = values.findIndex((value) => Number.isNaN(value))
  if (bad < 0) return values
  const place = array === null ? 'is missing' : `has none at [${bad}]`
  throw new MoaError('data_invalid', `${source}: expected output lengths in "${key}", but it ${place}.`)
}

function numbersOrMissing(array: readonly Json[] | null, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const value = array?.[row]
    return typeof value === 'number' ? value : NaN
  })
}
