import type { ChatRequest, Tool } from '../../core/index.js'
import { structure, type StructureOptions } from './json-answer.js'

/** A tool call a model means to make; its id is given when it is sent. */
export interface PlannedToolCall {
  readonly name: string
  /** JSON text that satisfies the tool's parameter schema. */
  readonly arguments: string
}

/**
 * The tools a model calls in answer to a request: the one it is made to call, or those the question names. None after
 * a tool has answered, so that a loop of calls ends.
 */
export function callTools(request: ChatRequest, options: StructureOptions): PlannedToolCall[] {
  const tools = request.tools ?? []
  if (tools.length === 0 || request.toolChoice === 'none' || options.view.toolResults.length > 0) return []
  return chosenTools(tools, request, options.view.question).map((tool) => ({
    name: tool.name,
    arguments: JSON.stringify(structure(tool.parameters ?? { type: 'object' }, options)),
  }))
}

function chosenTools(tools: readonly Tool[], request: ChatRequest, question: string): readonly Tool[] {
  const choice = request.toolChoice
  if (typeof choice === 'object') return tools.filter((tool) => tool.name === choice.name).slice(0, 1)
  const named = tools.filter((tool) => mentions(question, tool.name))
  const wanted = named.length > 0 ? named : choice === 'required' ? tools.slice(0, 1) : []
  return request.parallelToolCalls === false ? wanted.slice(0, 1) : wanted
}

/** `get_weather`, `getWeather` and "get weather" are the same name. */
function mentions(question: string, name: string): boolean {
  const plain = (text: string): string => text.replace(/[\s_.-]+/g, '').toLowerCase()
  return plain(question).includes(plain(name))
}
