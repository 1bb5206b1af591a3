/** The part of JSON Schema that {@link fits} knows. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Says nothing about which values fit. */
const NOTES = new Set(['$schema', 'title', 'description'])

type Check = (value: unknown, rule: unknown, schema: JsonSchema) => boolean

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isSafeInteger(value),
}

const below = (limit: (value: number, rule: number) => boolean): Check => {
  return (value, rule) => typeof value !== 'number' || limit(value, rule as number)
}

const CHECKS: Readonly<Record<string, Check>> = {
  type: (value, rule) => TYPES[rule as string]?.(value) ?? false,
  const: (value, rule) => value === rule,
  enum: (value, rule) => (rule as unknown[]).includes(value),
  anyOf: (value, rule) => (rule as JsonSchema[]).some((option) => fits(value, option)),
  oneOf: (value, rule) => (rule as JsonSchema[]).filter((option) => fits(value, option)).length === 1,
  minimum: below((value, rule) => value >= rule),
  maximum: below((value, rule) => value <= rule),
  exclusiveMinimum: below((value, rule) => value > rule),
  minLength: (value, rule) => typeof value !== 'string' || value.length >= (rule as number),
  pattern: (value, rule) => typeof value !== 'string' || new RegExp(rule as string).test(value),
  minItems: (value, rule) => !Array.isArray(value) || value.length >= (rule as number),
  items: (value, rule) => !Array.isArray(value) || value.every((item) => fits(item, rule as JsonSchema)),
  required: (value, rule) => !isObject(value) || (rule as string[]).every((key) => Object.hasOwn(value, key)),
  properties: (value, rule) =>
    !isObject(value) ||
    Object.entries(rule as Record<string, JsonSchema>).every(
      ([key, schema]) => !Object.hasOwn(value, key) || fits(value[key], schema),
    ),
  propertyNames: (value, rule) =>
    !isObject(value) || Object.keys(value).every((key) => fits(key, rule as JsonSchema)),
  additionalProperties: (value, rule, { properties = {} }) =>
    !isObject(value) ||
    Object.entries(value).every(
      ([key, field]) =>
        Object.hasOwn(properties as object, key) || (rule !== false && fits(field, rule as JsonSchema)),
    ),
}

/**
 * Whether a value fits a JSON Schema. A schema that says something this does not know fits nothing, so a `true` can be
 * relied on.
 */
export function fits(value: unknown, schema: JsonSchema): boolean {
  return Object.entries(schema).every(
    ([keyword, rule]) => NOTES.has(keyword) || (CHECKS[keyword]?.(value, rule, schema) ?? false),
  )
}
