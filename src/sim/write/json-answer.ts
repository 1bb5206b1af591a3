import type { ResponseFormat } from '../../core/index.js'
import type { Random } from '../../util/index.js'
import { formatNumber } from '../prompt/arithmetic.js'
import type { PromptView } from '../prompt/view.js'
import type { Verdict } from '../judge/judge.js'
import { valueFor, type Hint } from './schema.js'

/** What a structured value is made from. */
export interface StructureOptions {
  readonly view: PromptView
  readonly verdict: Verdict | undefined
  readonly random: Random
}

/** The JSON text a response format asks for. */
export function jsonAnswer(
  format: Exclude<ResponseFormat, { type: 'text' }>,
  options: StructureOptions,
): string {
  const { view } = options
  if (format.type === 'json-schema') return JSON.stringify(structure(format.schema, options))
  return JSON.stringify({
    topic: view.topic,
    answer: view.arithmetic
      ? view.arithmetic.value
      : `It depends mostly on ${view.words[0] ?? 'the details'}.`,
    key_points: view.words.slice(0, 3),
    language: view.language === 'chinese' ? 'zh' : 'en',
  })
}

/** A value that satisfies a schema and, where the names allow it, says what the prompt asked for. */
export function structure(schema: Readonly<Record<string, unknown>>, options: StructureOptions): unknown {
  const { view, verdict, random } = options
  return valueFor(schema, {
    words: view.words,
    random,
    hint: (name, place) => verdict?.hint(name, place) ?? knownValue(view)(name, place),
  })
}

/** Results of sums go where a result is asked for, and values the prompt gives by name go under that name. */
function knownValue(view: PromptView): Hint {
  return (name, schema) => {
    const numeric = schema['type'] === 'number' || schema['type'] === 'integer'
    const sum = view.arithmetic
    if (sum && numeric && /result|answer|value|sum|total/i.test(name))
      return schema['type'] === 'integer' && !Number.isInteger(sum.value)
        ? undefined
        : Number(formatNumber(sum.value))
    if (sum && schema['type'] === 'string' && /expression|formula|query|input/i.test(name))
      return sum.expression
    if (schema['type'] !== 'string' || schema['enum'] !== undefined || schema['format'] !== undefined)
      return undefined
    if (/^(city|location|place|country|person|name)$/i.test(name)) return properName(view.question)
    if (/^(query|question|prompt|q|search)$/i.test(name))
      return fits(view.topic, schema) ? view.topic : undefined
    return undefined
  }
}

/** The last capitalised words of a question that do not begin it: `the weather in New York` gives `New York`. */
function properName(question: string): string | undefined {
  const names = [...question.matchAll(/(?<=\S\s+)\p{Lu}[\p{L}-]+(?:\s\p{Lu}[\p{L}-]+)*/gu)]
  return names.at(-1)?.[0]
}

function fits(text: string, schema: Readonly<Record<string, unknown>>): boolean {
  const most = schema['maxLength']
  const fewest = schema['minLength']
  return (
    text.length <= (typeof most === 'number' ? most : Infinity) &&
    text.length >= (typeof fewest === 'number' ? fewest : 0)
  )
}
