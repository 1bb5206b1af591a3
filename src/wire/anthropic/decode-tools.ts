import type { Tool, ToolChoice } from '../../core/index.js'
import {
  array,
  bad,
  object,
  optionalBoolean,
  optionalString,
  shallow,
  string,
  type Fields,
} from '../check.js'

/**
 * Reads the tools that may be called at the end of a conversation. A tool with `defer_loading` waits until the
 * conversation names it, by a `tool_reference` in a tool's result or by a `tool_addition`; a `tool_removal` takes one
 * away again.
 *
 * @throws {@link MoaError} `invalid_request`
 */
export function decodeTools(tools: unknown, turns: readonly unknown[]): readonly Tool[] {
  const declared = tools === undefined || tools === null ? [] : array(tools, 'tools')
  let known: Tool[] = []
  const offered = new Set<string>()
  declared.forEach((value, index) => {
    const { tool, deferred } = readTool(value, `tools[${index}]`)
    known.push(tool)
    if (!deferred) offered.add(tool.name)
  })
  for (const change of toolChanges(turns)) {
    checkKnown(change, known)
    if (change.type === 'withdraw') offered.delete(change.name)
    else offered.add(change.name)
    if (change.type !== 'define') continue
    known = [...known.filter(({ name }) => name !== change.name), change.tool]
  }
  return known.filter(({ name }) => offered.has(name))
}

/** Reads `tool_choice`. */
export function decodeToolChoice(choice: Fields): ToolChoice {
  switch (choice['type']) {
    case 'auto':
    case 'none':
      return choice['type']
    case 'any':
      return 'required'
    case 'tool':
      return { name: string(choice['name'], 'tool_choice.name') }
    default:
      throw bad('tool_choice.type', 'expected "auto", "any", "tool" or "none".')
  }
}

function readTool(value: unknown, param: string): { tool: Tool; deferred: boolean } {
  const fields = object(value, param)
  const { type } = fields
  if (type !== undefined && type !== null && type !== 'custom')
    throw bad(`${param}.type`, 'expected a tool of your own; tools that run on a provider are not passed on.')
  const description = optionalString(fields['description'], `${param}.description`)
  const schema = fields['input_schema']
  const place = `${param}.input_schema`
  const tool = {
    name: string(fields['name'], `${param}.name`),
    ...(description !== undefined && { description }),
    ...(schema !== undefined && schema !== null && { parameters: object(shallow(schema, place), place) }),
  }
  return { tool, deferred: optionalBoolean(fields['defer_loading'], `${param}.defer_loading`) ?? false }
}

type ToolChange =
  | { readonly type: 'offer' | 'withdraw'; readonly name: string; readonly param?: string }
  | { readonly type: 'define'; readonly name: string; readonly tool: Tool }

/** A result may tell of a tool that has gone since; an addition promises one. */
function checkKnown(change: ToolChange, known: readonly Tool[]): void {
  if (change.type !== 'offer' || change.param === undefined) return
  if (!known.some(({ name }) => name === change.name))
    throw bad(change.param, 'expected the name of a tool that "tools" or an earlier message defines.')
}

/** What a conversation says about tools, in order. Its turns have been read as messages before. */
function* toolChanges(turns: readonly unknown[]): Generator<ToolChange> {
  for (const [index, turn] of turns.entries()) {
    const { role, content } = turn as Fields
    if (!Array.isArray(content)) continue
    for (const [place, block] of (content as Fields[]).entries()) {
      const param = `messages[${index}].content[${place}]`
      if (role === 'system' && isToolChange(block['type'])) yield announced(block, param)
      if (block['type'] === 'tool_result' && Array.isArray(block['content'])) yield* found(block['content'])
    }
  }
}

/** Whether a block of a system message changes the tools and says nothing. */
export const isToolChange = (type: unknown): boolean => type === 'tool_addition' || type === 'tool_removal'

function announced(block: Fields, param: string): ToolChange {
  const place = `${param}.tool`
  const tool = object(block['tool'], place)
  const adds = block['type'] === 'tool_addition'
  if (tool['type'] === 'tool_reference')
    return {
      type: adds ? 'offer' : 'withdraw',
      name: string(tool['name'], `${place}.name`),
      param: `${place}.name`,
    }
  if (tool['type'] !== 'tool_definition' || !adds)
    throw bad(`${place}.type`, 'expected a tool of your own; tools of servers are not known here.')
  const definition = readTool(tool['definition'], `${place}.definition`).tool
  return { type: 'define', name: definition.name, tool: definition }
}

function* found(parts: readonly Fields[]): Generator<ToolChange> {
  for (const part of parts)
    if (part['type'] === 'tool_reference') yield { type: 'offer', name: part['tool_name'] as string }
}
