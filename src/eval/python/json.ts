import { MoaError } from '../../core/index.js'

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

const STRINGS_AND_NAMES = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs

/**
 * Parses JSON with Python's extensions: `NaN` and the infinities, which its `json` module reads and writes, become
 * null.
 *
 * @throws SyntaxError from `JSON.parse`.
 */
export function parsePythonJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error
    return JSON.parse(
      text.replace(STRINGS_AND_NAMES, (part) => (part.startsWith('"') ? part : 'null')),
    ) as Json
  }
}

/**
 * Parses a whole data file.
 *
 * @param source the file's name, for the message.
 * @throws MoaError `data_invalid` that says where the file stops being JSON.
 */
export function parseJsonFile(text: string, source: string): Json {
  try {
    return parsePythonJson(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch (error) {
    // The engine's own message quotes the data, so only the place is taken from it.
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
    const line = position === undefined ? '' : ` (line ${text.slice(0, Number(position)).split('\n').length})`
    const found = text.trim() === '' ? 'the file is empty' : `it does not parse${line}`
    const next = 'Check that the file is whole and of the right format.'
    throw new MoaError('data_invalid', `${source}: expected JSON, but ${found}. ${next}`)
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
