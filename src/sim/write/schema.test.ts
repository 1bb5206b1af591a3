import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../util/index.js'
import { valueFor, type JsonSchema } from './schema.js'

interface TestSchema {
  $ref?: string
  $defs?: Record<string, TestSchema>
  anyOf?: TestSchema[]
  const?: unknown
  enum?: unknown[]
  type?: string | string[]
  minimum?: number
  maximum?: number
  multipleOf?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  items?: TestSchema
  properties?: Record<string, TestSchema>
  required?: string[]
  additionalProperties?: boolean
}

/** Enough of JSON Schema to check what is made; written apart from the code under test. */
function problems(schema: TestSchema, value: unknown, root: TestSchema = schema): string[] {
  const inner = (part: TestSchema, item: unknown): string[] => problems(part, item, root)
  if (schema.$ref !== undefined) return inner(root.$defs?.[schema.$ref.slice('#/$defs/'.length)] ?? {}, value)
  if (schema.anyOf) return schema.anyOf.some((option) => inner(option, value).length === 0) ? [] : ['anyOf']
  const found: string[] = []
  const check = (fine: boolean, what: string): void => {
    if (!fine) found.push(`${what}: ${JSON.stringify(value)}`)
  }
  const within = (size: number, least = -Infinity, most = Infinity): void =>
    check(size >= least && size <= most, 'bounds')
  if ('const' in schema) check(value === schema.const, 'const')
  if (schema.enum) check(schema.enum.includes(value), 'enum')
  const types = [schema.type ?? []].flat()
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  if (types.length > 0)
    check(types.includes(actual) || (types.includes('integer') && Number.isInteger(value)), 'type')
  if (typeof value === 'number') {
    within(value, schema.minimum, schema.maximum)
    const steps = value / (schema.multipleOf ?? value)
    if (schema.multipleOf !== undefined) check(Math.abs(steps - Math.round(steps)) < 1e-9, 'multipleOf')
  }
  if (typeof value === 'string') within(value.length, schema.minLength, schema.maxLength)
  if (Array.isArray(value)) {
    within(value.length, schema.minItems, schema.maxItems)
    if (schema.items) for (const item of value as unknown[]) found.push(...inner(schema.items, item))
  } else if (typeof value === 'object' && value !== null) {
    for (const name of schema.required ?? []) check(name in value, `required ${name}`)
    for (const [name, item] of Object.entries(value)) {
      const property = schema.properties?.[name]
      if (property) found.push(...inner(property, item))
      else check(schema.additionalProperties !== false, `additional ${name}`)
    }
  }
  return found
}

const range = (key: [string, string], max: number, whole: boolean) =>
  fc
    .tuple(fc.integer({ min: 0, max }), fc.integer({ min: whole ? 0 : 1, max }))
    .map(([from, size]) => ({ [key[0]]: from, [key[1]]: from + size }))

const { schema: anySchema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(fc.constant({ type: 'string' }), range(['minLength', 'maxLength'], 30, true))
      .map(([a, b]) => ({ ...a, ...b })),
    range(['minimum', 'maximum'], 50, true).map((bounds) => ({ type: 'integer', ...bounds })),
    range(['minimum', 'maximum'], 50, false).map((bounds) => ({ type: 'number', ...bounds })),
    fc.constantFrom<JsonSchema>(
      { type: 'boolean' },
      { type: 'null' },
      { enum: ['a', 2, null] },
      { const: 'x' },
      { type: ['string', 'null'] },
      { type: 'number', multipleOf: 0.5 },
    ),
    fc
      .tuple(tie('schema'), range(['minItems', 'maxItems'], 4, true))
      .map(([items, bounds]) => ({ type: 'array', items, ...bounds })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc
      .tuple(
        fc.dictionary(fc.constantFrom('city', 'score', 'answer', 'tags', 'name'), tie('schema'), {
          maxKeys: 4,
        }),
        fc.boolean(),
      )
      .map(([properties, all]) => ({
        type: 'object',
        properties,
        additionalProperties: false,
        required: Object.keys(properties).slice(0, all ? undefined : 1),
      })),
  ),
}))

const make = (schema: JsonSchema, seed = 1): unknown =>
  valueFor(schema, { words: ['tree', 'winter'], random: seededRandom(seed), hint: () => undefined })

describe('valueFor', () => {
  it('satisfies any schema', () => {
    fc.assert(
      fc.property(anySchema, fc.integer(), (schema, seed) => {
        expect(problems(schema, make(schema, seed))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('ends on recursive schemas', () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
            all: { type: 'array', items: { $ref: '#/$defs/node' } },
          },
          required: ['name', 'next'],
        },
      },
    }
    expect(problems(schema, make(schema))).toEqual([])
  })

  it('joins allOf and knows common formats', () => {
    const value = make({
      allOf: [
        { type: 'object', properties: { day: { type: 'string', format: 'date' } }, required: ['day'] },
        { properties: { id: { type: 'string', format: 'uuid' } }, required: ['id'] },
      ],
    }) as Record<string, string>
    expect(value['day']).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(value['id']).toMatch(/^[0-9a-f-]{36}$/)
  })
})
