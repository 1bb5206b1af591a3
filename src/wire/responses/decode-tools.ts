import type { Tool } from '../../core/index.js'
import { array, bad, object, string, type Fields } from '../check.js'
import { decodeAllowedTools, decodeChoiceWord, decodeFunction, type ToolUse } from '../decode-tools.js'

/** A function as the client names it. */
export interface FunctionName {
  readonly name: string
  /** The group of functions it belongs to. */
  readonly namespace?: string
}

/** Functions of namespaces by the names under which models know them. */
export type NamespacedFunctions = ReadonlyMap<string, FunctionName>

/** Models know no namespaces: there a function's name begins with that of its group. */
export function functionName({ name, namespace }: FunctionName): string {
  return namespace === undefined ? name : `${namespace}__${name}`
}

/**
 * Reads `tools`: functions, and namespaces of functions.
 *
 * @throws {@link MoaError} `invalid_request`
 */
export function decodeResponsesTools(value: unknown): {
  readonly tools: readonly Tool[]
  readonly namespaced: NamespacedFunctions
} {
  const tools: Tool[] = []
  const namespaced = new Map<string, FunctionName>()
  const list = value === undefined || value === null ? [] : array(value, 'tools')
  for (const [index, entry] of list.entries()) {
    const param = `tools[${index}]`
    const fields = object(entry, param)
    if (fields['type'] !== 'namespace') {
      tools.push(readFunction(fields, param))
      continue
    }
    for (const { tool, called } of readNamespace(fields, param)) {
      tools.push(tool)
      namespaced.set(tool.name, called)
    }
  }
  return { tools, namespaced }
}

function readNamespace(fields: Fields, param: string): { tool: Tool; called: FunctionName }[] {
  const namespace = string(fields['name'], `${param}.name`)
  return array(fields['tools'], `${param}.tools`).map((value, index) => {
    const place = `${param}.tools[${index}]`
    const tool = readFunction(object(value, place), place)
    const called = { name: tool.name, namespace }
    return { tool: { ...tool, name: functionName(called) }, called }
  })
}

function readFunction(fields: Fields, param: string): Tool {
  if (fields['type'] !== 'function')
    throw bad(
      `${param}.type`,
      'expected "function"; tools that run on a provider are not passed on, and calls without JSON are not known here.',
    )
  return decodeFunction(fields, param)
}

/**
 * Reads `tool_choice`.
 *
 * @param tools what may be called without it
 */
export function decodeResponsesToolChoice(choice: unknown, tools: readonly Tool[]): ToolUse {
  const word = decodeChoiceWord(choice)
  if (word !== undefined) return { tools, choice: word }
  const fields = object(choice, 'tool_choice')
  if (fields['type'] === 'allowed_tools')
    return decodeAllowedTools(fields, { tools, param: 'tool_choice', nameOf: chosenName })
  if (fields['type'] !== 'function') throw bad('tool_choice.type', 'expected "function" or "allowed_tools".')
  return { tools, choice: { name: chosenName(fields, 'tool_choice') } }
}

function chosenName(fields: Fields, param: string): string {
  return string(fields['name'], `${param}.name`)
}
