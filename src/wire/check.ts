import { MoaError } from '../core/index.js'

/** Readers for JSON of strangers: each names the field at fault. `null` counts as absent. */

/** A JSON object whose fields are not looked at yet. */
export type Fields = Readonly<Record<string, unknown>>

export function bad(param: string, message: string): MoaError {
  return new MoaError('invalid_request', `${param}: ${message}`, { param })
}

/** What came, in few words, without its content. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  switch (typeof value) {
    case 'string':
      return 'a string'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'a boolean'
    case 'object':
      return 'an object'
    default:
      return 'nothing'
  }
}

export function object(value: unknown, param: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(param, `expected an object, got ${kindOf(value)}.`)
  return value as Fields
}

export function array(value: unknown, param: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(param, `expected an array, got ${kindOf(value)}.`)
  return value
}

/** The array in a place where text was possible too, and was not there. */
export function arrayForText(value: unknown, param: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(param, `expected text or an array, got ${kindOf(value)}.`)
  return value
}

export function string(value: unknown, param: string): string {
  if (typeof value !== 'string') throw bad(param, `expected a string, got ${kindOf(value)}.`)
  return value
}

export function optionalString(value: unknown, param: string): string | undefined {
  return value === undefined || value === null ? undefined : string(value, param)
}

export function optionalBoolean(value: unknown, param: string): boolean | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw bad(param, `expected true or false, got ${kindOf(value)}.`)
  return value
}

export function optionalNumber(
  value: unknown,
  param: string,
  range: { min: number; max: number; integer?: boolean },
): number | undefined {
  if (value === undefined || value === null) return undefined
  const { min, max, integer } = range
  if (typeof value !== 'number') throw bad(param, `expected a number, got ${kindOf(value)}.`)
  if (integer === true && !Number.isSafeInteger(value))
    throw bad(param, `expected a whole number, got ${value}.`)
  if (!(value >= min && value <= max))
    throw bad(
      param,
      max === Number.MAX_SAFE_INTEGER
        ? `expected at least ${min}, got ${value}.`
        : `expected ${min} to ${max}, got ${value}.`,
    )
  return value
}

/** Far deeper than any schema in use, far shallower than what overflows a stack. */
const MAX_DEPTH = 128

/** Refuses JSON nested so deep that whoever reads or writes it later would run out of stack. */
export function shallow<T>(value: T, param: string): T {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw bad(param, `expected JSON nested at most ${MAX_DEPTH} levels deep.`)
    const next: unknown[] = []
    for (const item of level)
      if (typeof item === 'object' && item !== null)
        for (const child of Object.values(item)) if (typeof child === 'object') next.push(child)
    level = next
  }
  return value
}
