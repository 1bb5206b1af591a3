import { isObject } from '../../../python/json.js'
import { PythonDictionary, PythonSet, PythonTuple, readPythonLiteral } from '../../../python/literal.js'
import { replyText, type ParsedValue, type Reply, type ReplyParser } from './reply-parser.js'

/**
 * Reads a list of `{'model': …, 'rank': …}` entries, given as a Python literal or as a list already, and takes the rank
 * of the first entry with the wanted name. A rank other than 1 or 2, and anything else that goes wrong, is one missing
 * verdict; only an empty text throws.
 */
export function rankingParser(options: { model1Name?: string } = {}): ReplyParser {
  const { model1Name = 'model_1' } = options
  return (reply) => {
    const entries = typeof reply === 'string' ? literalOrNothing(replyText(reply)) : reply
    return [rankOf(model1Name, entries)]
  }
}

function literalOrNothing(text: string): ParsedValue {
  const literal = readPythonLiteral(text)
  return literal.ok ? literal.value : null
}

function rankOf(name: string, entries: ParsedValue): ParsedValue {
  let found: { rank: ParsedValue | undefined } | undefined
  for (const entry of itemsOf(entries)) {
    const model = fieldOf(entry, 'model')
    if (model === undefined) return null // One entry without a name spoils the whole list.
    if (model === name) found ??= { rank: fieldOf(entry, 'rank') }
  }
  const rank = found?.rank
  // Python holds True to be 1.
  return rank === 1 || rank === 2 || rank === true ? rank : null
}

function itemsOf(value: Reply): Iterable<ParsedValue> {
  if (Array.isArray(value)) return value as Iterable<ParsedValue>
  return value instanceof PythonTuple || value instanceof PythonSet ? value.items : []
}

function fieldOf(entry: ParsedValue, key: string): ParsedValue | undefined {
  if (entry instanceof PythonDictionary) return entry.get(key)
  return isObject(entry) && Object.hasOwn(entry, key) ? entry[key] : undefined
}
