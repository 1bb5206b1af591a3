import type { ChatRequest, ResponseFormat } from '../../core/index.js'
import {
  array,
  bad,
  object,
  optionalBoolean,
  optionalNumber,
  optionalString,
  shallow,
  string,
  type Fields,
} from '../check.js'
import type { DecodedRequest } from '../decode-request.js'
import { decodeConversation } from './decode-messages.js'
import { decodeToolChoice, decodeTools } from './decode-tools.js'

const HANDLED = new Set([
  'model',
  'messages',
  'system',
  'stream',
  'max_tokens',
  'temperature',
  'top_p',
  'stop_sequences',
  'tools',
  'tool_choice',
  'output_config',
  'output_format',
  'moa',
])

/** Parameters that only mean something to Anthropic's own service or to the caller's books. */
const WITHOUT_EFFECT = new Set([
  'metadata',
  'service_tier',
  'thinking',
  'inference_geo',
  'cache_control',
  'speed',
])

/** Parameters that would change what the answer is made of, so they can't be left out quietly. */
const REFUSED = ['mcp_servers', 'container'] as const

/**
 * Reads the JSON body of a Messages request, also of one whose tokens are to be counted (`max_tokens` may be absent).
 *
 * @throws {@link MoaError} `invalid_request` with the name of the parameter at fault
 */
export function decodeMessagesRequest(body: unknown): DecodedRequest {
  const fields = object(body, 'body')
  const model = string(fields['model'], 'model')
  if (model === '') throw bad('model', 'expected the name of a model, got an empty string.')
  const turns = array(fields['messages'], 'messages')
  for (const param of REFUSED)
    if (fields[param] !== undefined && fields[param] !== null)
      throw bad(param, 'runs on the provider; it is not known here.')
  const ignored: string[] = []
  const unknown: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (HANDLED.has(name) || value === null) continue
    ignored.push(name)
    if (!WITHOUT_EFFECT.has(name)) unknown[name] = value
  }
  const messages = decodeConversation(fields['system'], turns)
  if (!messages.some(({ role }) => role !== 'system'))
    throw bad('messages', 'expected at least one message, got none.')
  const request: Writable<ChatRequest> = { messages }
  readSampling(fields, request)
  const tools = decodeTools(fields['tools'], turns)
  if (tools.length > 0) request.tools = tools
  readToolChoice(fields['tool_choice'], request)
  return {
    model,
    request,
    stream: optionalBoolean(fields['stream'], 'stream') ?? false,
    includeUsage: true,
    n: 1,
    ignored,
    unknown,
    moa: fields['moa'] ?? undefined,
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function readSampling(fields: Fields, request: Writable<ChatRequest>): void {
  const maxTokens = optionalNumber(fields['max_tokens'], 'max_tokens', {
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    integer: true,
  })
  const temperature = optionalNumber(fields['temperature'], 'temperature', { min: 0, max: 2 })
  const topP = optionalNumber(fields['top_p'], 'top_p', { min: 0, max: 1 })
  const stop = fields['stop_sequences']
  if (maxTokens !== undefined) request.maxTokens = maxTokens
  if (temperature !== undefined) request.temperature = temperature
  if (topP !== undefined) request.topP = topP
  if (stop !== undefined && stop !== null)
    request.stop = array(stop, 'stop_sequences').map((item, index) =>
      string(item, `stop_sequences[${index}]`),
    )
  readOutput(fields, request)
}

/** `output_config` asks for effort and for a format; `output_format` is the older place of the latter. */
function readOutput(fields: Fields, request: Writable<ChatRequest>): void {
  const config = fields['output_config']
  const output = config === undefined || config === null ? {} : object(config, 'output_config')
  const effort = optionalString(output['effort'], 'output_config.effort')
  if (effort !== undefined) request.reasoningEffort = effort
  const format = output['format'] ?? fields['output_format']
  if (format !== undefined && format !== null) request.responseFormat = readFormat(format)
}

function readFormat(value: unknown): ResponseFormat {
  const param = 'output_config.format'
  const format = object(value, param)
  if (format['type'] !== 'json_schema') throw bad(`${param}.type`, 'expected "json_schema".')
  const schema = object(shallow(format['schema'], `${param}.schema`), `${param}.schema`)
  return { type: 'json-schema', name: 'output', schema }
}

function readToolChoice(choice: unknown, request: Writable<ChatRequest>): void {
  if (choice === undefined || choice === null) return
  const wanted = object(choice, 'tool_choice')
  request.toolChoice = decodeToolChoice(wanted)
  const single = optionalBoolean(wanted['disable_parallel_tool_use'], 'tool_choice.disable_parallel_tool_use')
  if (single !== undefined) request.parallelToolCalls = !single
}
