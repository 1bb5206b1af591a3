import type { Random } from '../../util/index.js'

/** Values somebody knows better than chance: asked with the property's name before one is made up. */
export type Hint = (name: string, schema: JsonSchema) => unknown

/** A JSON Schema, as it came. */
export type JsonSchema = Readonly<Record<string, unknown>>

interface Maker {
  readonly root: JsonSchema
  readonly words: readonly string[]
  readonly random: Random
  readonly hint: Hint
}

/** Optional properties and more than the fewest items are left out below this depth, so recursive schemas end. */
const SHALLOW = 4
const MAX_DEPTH = 24

/**
 * A value that satisfies a JSON Schema, as far as structured-output APIs know it: types, enum and const, objects with
 * required and optional properties, arrays with their lengths, numbers with their bounds, string lengths and common
 * formats, `anyOf`, `oneOf`, `allOf`, and `$ref` into the schema.
 */
export function valueFor(schema: JsonSchema, options: Omit<Maker, 'root'>): unknown {
  return make(schema, { name: '', depth: 0 }, { root: schema, ...options })
}

interface Place {
  readonly name: string
  readonly depth: number
}

function make(given: JsonSchema, place: Place, maker: Maker): unknown {
  const schema = resolve(given, maker)
  const hinted = maker.hint(place.name, schema)
  if (hinted !== undefined) return hinted
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0)
    return maker.random.pick(schema['enum'] as unknown[])
  const choice = alternatives(schema, place.depth, maker)
  if (choice !== undefined) return make({ ...omit(schema, ['anyOf', 'oneOf']), ...choice }, place, maker)
  switch (typeOf(schema)) {
    case 'object':
      return makeObject(schema, place, maker)
    case 'array':
      return makeArray(schema, place, maker)
    case 'integer':
      return makeNumber(schema, maker, true)
    case 'number':
      return makeNumber(schema, maker, false)
    case 'boolean':
      return maker.random.below(2) === 1
    case 'null':
      return null
    default:
      return makeString(schema, place, maker)
  }
}

function resolve(schema: JsonSchema, maker: Maker): JsonSchema {
  let current = schema
  for (let hops = 0; hops < 16 && typeof current['$ref'] === 'string'; hops += 1) {
    const target = current['$ref']
      .split('/')
      .slice(1)
      .map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'))
      .reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), maker.root)
    current = { ...omit(current, ['$ref']), ...(isObject(target) ? target : {}) }
  }
  const all = current['allOf']
  if (!Array.isArray(all)) return current
  return all
    .filter(isObject)
    .reduce<JsonSchema>(
      (merged, part) => mergeSchemas(merged, resolve(part, maker)),
      omit(current, ['allOf']),
    )
}

function mergeSchemas(a: JsonSchema, b: JsonSchema): JsonSchema {
  return {
    ...a,
    ...b,
    ...((a['properties'] ?? b['properties']) !== undefined && {
      properties: { ...(a['properties'] as object | undefined), ...(b['properties'] as object | undefined) },
    }),
    required: [...requiredOf(a), ...requiredOf(b)],
  }
}

function alternatives(schema: JsonSchema, depth: number, maker: Maker): JsonSchema | undefined {
  const list = schema['anyOf'] ?? schema['oneOf']
  if (!Array.isArray(list)) return undefined
  const options = list.filter(isObject)
  // Deep down, whatever ends the recursion soonest.
  if (depth > SHALLOW) return options.find((option) => option['type'] === 'null') ?? options[0]
  return options.find((option) => resolve(option, maker)['type'] !== 'null') ?? options[0]
}

function typeOf(schema: JsonSchema): string {
  const type = schema['type']
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return String(type.find((item) => item !== 'null') ?? 'null')
  if (isObject(schema['properties']) || isObject(schema['additionalProperties'])) return 'object'
  if (isObject(schema['items']) || Array.isArray(schema['prefixItems'])) return 'array'
  if ('minimum' in schema || 'maximum' in schema) return 'number'
  return 'string'
}

function makeObject(schema: JsonSchema, { depth }: Place, maker: Maker): Record<string, unknown> {
  const properties = (isObject(schema['properties']) ? schema['properties'] : {}) as Record<
    string,
    JsonSchema
  >
  const required = new Set(requiredOf(schema))
  const result: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property) || depth > MAX_DEPTH) continue
    if (required.has(name) || depth < SHALLOW)
      result[name] = make(property, { name, depth: depth + 1 }, maker)
  }
  for (const name of required) if (!(name in result)) result[name] = maker.words[0] ?? 'value'
  return result
}

function makeArray(schema: JsonSchema, { name, depth }: Place, maker: Maker): unknown[] {
  const prefix = Array.isArray(schema['prefixItems']) ? schema['prefixItems'].filter(isObject) : []
  const fewest = number(schema['minItems']) ?? 0
  const most = number(schema['maxItems']) ?? Math.max(fewest, 3)
  const wanted = depth >= SHALLOW ? fewest : Math.max(fewest, Math.min(most, 1 + maker.random.below(3)))
  const item = isObject(schema['items']) ? schema['items'] : {}
  const count = depth > MAX_DEPTH ? 0 : Math.max(prefix.length, wanted)
  return Array.from({ length: count }, (_, index) =>
    make(prefix[index] ?? item, { name: name.replace(/s$/, ''), depth: depth + 1 }, maker),
  )
}

function makeNumber(schema: JsonSchema, maker: Maker, whole: boolean): number {
  const step = number(schema['multipleOf'])
  const unit = step ?? (whole ? 1 : 0.1)
  const above = number(schema['exclusiveMinimum'])
  const below = number(schema['exclusiveMaximum'])
  const low = number(schema['minimum']) ?? (above === undefined ? undefined : above + unit)
  const high = number(schema['maximum']) ?? (below === undefined ? undefined : below - unit)
  const from = low ?? Math.min(1, high ?? 1)
  const to = high ?? from + 9
  const drawn = from + maker.random.next() * (to - from)
  if (step === undefined && !whole) return Math.min(to, Math.max(from, Number(drawn.toFixed(2))))
  const steps = Math.ceil(from / unit)
  const count = Math.max(0, Math.floor(to / unit) - steps)
  return (steps + Math.round(((drawn - from) / Math.max(to - from, unit)) * count)) * unit
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2025-03-14',
  'date-time': '2025-03-14T09:26:53Z',
  time: '09:26:53Z',
  duration: 'PT15M',
  email: 'ada@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '3f2a1b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b',
}

function makeString(schema: JsonSchema, { name }: Place, maker: Maker): string {
  const format = FORMATS[String(schema['format'])]
  if (format !== undefined) return format
  const { words, random } = maker
  const start = random.below(words.length)
  const long = /answer|text|summary|description|reason|explanation|content|comment/i.test(name)
  let text = long ? `About ${words.join(', ')}.` : (words[start] ?? 'value')
  const fewest = number(schema['minLength']) ?? 0
  const most = number(schema['maxLength']) ?? Infinity
  while (text.length < fewest) text += ` ${words[text.length % words.length] ?? 'and so on'}`
  return text.length > most ? [...text].slice(0, most).join('').slice(0, most) : text
}

function requiredOf(schema: JsonSchema): string[] {
  const required = schema['required']
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function omit(schema: JsonSchema, names: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)))
}
