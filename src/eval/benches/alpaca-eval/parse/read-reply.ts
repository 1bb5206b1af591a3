import { toMoaError } from '../../../../core/errors.js'
import type { Json } from '../../../python/json.js'
import {
  PythonDictionary,
  PythonSet,
  PythonTuple,
  pythonToJson,
  type PythonValue,
} from '../../../python/literal.js'
import type { ParsedValue, Reply, ReplyParser } from './reply-parser.js'

/** Verdicts of a reply as plain JSON, one per example, null where one is missing; or why there are none. */
export type ParsedReply =
  { readonly ok: true; readonly values: readonly Json[] } | { readonly ok: false; readonly reason: string }

/** Reads one reply with a parser at hand. A reply that can't be read is not an error. */
export function readReply(parser: ReplyParser, reply: unknown): ParsedReply {
  try {
    return { ok: true, values: parser(reply as Reply).map(plainValue) }
  } catch (error) {
    return { ok: false, reason: toMoaError(error).message }
  }
}

function plainValue(value: ParsedValue): Json {
  const python = [PythonTuple, PythonSet, PythonDictionary].some((kind) => value instanceof kind)
  return finite(python || Array.isArray(value) ? pythonToJson(value as PythonValue) : value)
}

/** JSON has no infinities and no NaN; a verdict that is one is missing. */
function finite(value: unknown): Json {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map(finite)
  if (typeof value !== 'object' || value === null) return value as Json
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, finite(item)]))
}
