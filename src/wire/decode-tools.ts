import type { ResponseFormat, Tool, ToolChoice } from '../core/index.js'
import { array, bad, object, optionalBoolean, optionalString, shallow, string, type Fields } from './check.js'

/** A function a model may call, from the object that holds its name. */
export function decodeFunction(fields: Fields, param: string): Tool {
  const description = optionalString(fields['description'], `${param}.description`)
  const parameters = fields['parameters']
  const strict = optionalBoolean(fields['strict'], `${param}.strict`)
  const place = `${param}.parameters`
  return {
    name: string(fields['name'], `${param}.name`),
    ...(description !== undefined && { description }),
    ...(parameters !== undefined &&
      parameters !== null && { parameters: object(shallow(parameters, place), place) }),
    ...(strict !== undefined && { strict }),
  }
}

/** `auto`, `none` or `required`; `undefined` for an object, which names a function. */
export function decodeChoiceWord(choice: unknown): 'auto' | 'none' | 'required' | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice
  if (typeof choice !== 'string') return undefined
  throw bad('tool_choice', `expected "auto", "none", "required" or a function, got "${choice.slice(0, 40)}".`)
}

/** What may be called, and what must be. */
export interface ToolUse {
  readonly tools: readonly Tool[]
  readonly choice: ToolChoice
}

/**
 * A choice of type `allowed_tools`, in the terms that every server knows: the allowed functions alone are offered.
 *
 * @param fields holds `mode` and `tools`
 * @param nameOf reads the name of an allowed function
 */
export function decodeAllowedTools(
  fields: Fields,
  {
    tools,
    param,
    nameOf,
  }: {
    readonly tools: readonly Tool[]
    readonly param: string
    readonly nameOf: (tool: Fields, param: string) => string
  },
): ToolUse {
  const { mode } = fields
  if (mode !== 'auto' && mode !== 'required') throw bad(`${param}.mode`, 'expected "auto" or "required".')
  const names = array(fields['tools'], `${param}.tools`).map((value, index) => {
    const place = `${param}.tools[${index}]`
    const name = nameOf(object(value, place), place)
    if (tools.some((tool) => tool.name === name)) return name
    throw bad(place, `expected one of the functions under tools, got "${name.slice(0, 80)}".`)
  })
  if (names.length === 0) throw bad(`${param}.tools`, 'expected at least one function, got an empty array.')
  return { tools: tools.filter(({ name }) => names.includes(name)), choice: mode }
}

/** The form an answer has to have. @param schemaOf finds the object that holds name and schema, and its place. */
export function decodeFormat(
  format: Fields,
  param: string,
  schemaOf: (format: Fields) => readonly [Fields, string],
): ResponseFormat {
  switch (format['type']) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return { type: 'json' }
    case 'json_schema': {
      const [fields, place] = schemaOf(format)
      const description = optionalString(fields['description'], `${place}.description`)
      const strict = optionalBoolean(fields['strict'], `${place}.strict`)
      return {
        type: 'json-schema',
        name: string(fields['name'], `${place}.name`),
        schema: object(shallow(fields['schema'] ?? {}, `${place}.schema`), `${place}.schema`),
        ...(description !== undefined && { description }),
        ...(strict !== undefined && { strict }),
      }
    }
    default:
      throw bad(`${param}.type`, 'expected "text", "json_object" or "json_schema".')
  }
}
