import { isObject, parsePythonJson, type Json } from '../../../python/json.js'
import { readPythonLiteral } from '../../../python/literal.js'
import { replyText, unreadable, type ParsedValue, type ReplyParser } from './reply-parser.js'

const FENCE = '```json'

/**
 * Reads JSON, from the first ```` ```json ```` fence if there is one. An object gives one verdict, an array one per
 * element.
 *
 * @param options.annotationKey the field that holds the verdict; null takes the value whole.
 */
export function jsonParser(options: { annotationKey: string | null }): ReplyParser {
  return (reply) => {
    const value = readJson(replyText(reply))
    const key = options.annotationKey
    if (key === null) return [value]
    // Python's `for` walks the characters of a text; an empty one has none.
    if (value === '') return []
    return Array.isArray(value) ? value.map((item: Json) => field(item, key)) : [field(value, key)]
  }
}

function readJson(text: string): Json {
  let body = text
  const fence = text.indexOf(FENCE)
  if (fence >= 0) {
    const start = fence + FENCE.length
    const end = text.indexOf('```', start)
    if (end < 0) throw unreadable('a closing ``` after the JSON')
    body = text.slice(start, end)
  }
  try {
    return parsePythonJson(body)
  } catch {
    throw unreadable('JSON')
  }
}

function field(value: Json, key: string): Json {
  const found = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  if (found === undefined) throw unreadable(`a JSON object with the field "${key}"`)
  return found
}

/** Reads a Python literal; a list gives one verdict per element, anything else is one verdict. */
export const evalParser: ReplyParser = (reply) => {
  const literal = readPythonLiteral(replyText(reply))
  if (!literal.ok) throw unreadable('a Python literal')
  const value: ParsedValue = literal.value
  return Array.isArray(value) ? value : [value]
}
