import { MoaError, type ChatRequest, type ResponseFormat, type Tool } from '../core/index.js'
import {
  array,
  bad,
  object,
  optionalBoolean,
  optionalNumber,
  optionalString,
  string,
  type Fields,
} from './check.js'
import { decodeMessage } from './decode-message.js'
import { decodeAllowedTools, decodeChoiceWord, decodeFormat, decodeFunction } from './decode-tools.js'

/** What a client asked for. */
export interface DecodedRequest {
  readonly model: string
  readonly request: ChatRequest
  readonly stream: boolean
  /** `stream_options.include_usage` */
  readonly includeUsage: boolean
  /** Number of answers wanted, 1 by default. */
  readonly n: number
  /** Parameters known but without effect here, and parameters nobody knows; all left out of `request`. */
  readonly ignored: readonly string[]
  /** The unknown ones with their values, for an upstream that may know them. */
  readonly unknown: Readonly<Record<string, unknown>>
  /** Our own `moa` field, unread. */
  readonly moa: unknown
}

const HANDLED = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'stop',
  'seed',
  'max_tokens',
  'max_completion_tokens',
  'reasoning_effort',
  'n',
  'logprobs',
  'top_logprobs',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'metadata',
  'moa',
])

/** OpenAI parameters that only mean something to OpenAI's own service or to the caller's books. */
const WITHOUT_EFFECT = new Set([
  'user',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
])

const MAX = Number.MAX_SAFE_INTEGER

/**
 * Reads the JSON body of a chat-completions request.
 *
 * @throws {@link MoaError} `invalid_request` with the name of the parameter at fault; `unsupported_parameter` for functions
 *   in the older form
 */
export function decodeRequest(body: unknown): DecodedRequest {
  const fields = object(body, 'body')
  const model = string(fields['model'], 'model')
  if (model === '') throw bad('model', 'expected the name of a model, got an empty string.')
  const messages = array(fields['messages'], 'messages')
  if (messages.length === 0) throw bad('messages', 'expected at least one message, got none.')
  const ignored: string[] = []
  const unknown: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (HANDLED.has(name) || value === null) continue
    ignored.push(name)
    if (!WITHOUT_EFFECT.has(name)) unknown[name] = value
  }
  const request: Writable<ChatRequest> = {
    messages: messages.map((message, index) => decodeMessage(message, `messages[${index}]`)),
  }
  refuseOlderTools(fields)
  readSampling(fields, request)
  readTools(fields, request)
  const topLogprobs = optionalNumber(fields['top_logprobs'], 'top_logprobs', {
    min: 0,
    max: 20,
    integer: true,
  })
  if (optionalBoolean(fields['logprobs'], 'logprobs') === true) request.topLogprobs = topLogprobs ?? 0
  else if (topLogprobs !== undefined) throw bad('top_logprobs', 'needs logprobs: true beside it.')
  const metadata = fields['metadata']
  if (metadata !== undefined && metadata !== null) request.metadata = readMetadata(metadata)
  const streamOptions = fields['stream_options']
  return {
    model,
    request,
    stream: optionalBoolean(fields['stream'], 'stream') ?? false,
    includeUsage:
      streamOptions !== undefined && streamOptions !== null
        ? (optionalBoolean(
            object(streamOptions, 'stream_options')['include_usage'],
            'stream_options.include_usage',
          ) ?? false)
        : false,
    n: optionalNumber(fields['n'], 'n', { min: 1, max: 128, integer: true }) ?? 1,
    ignored,
    unknown,
    moa: fields['moa'] ?? undefined,
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
function readSampling(fields: Fields, request: Writable<ChatRequest>): void {
  const number = (name: string, min: number, max: number): number | undefined =>
    optionalNumber(fields[name], name, { min, max })
  const whole = (name: string, min: number): number | undefined =>
    optionalNumber(fields[name], name, { min, max: MAX, integer: true })
  const temperature = number('temperature', 0, 2)
  const topP = number('top_p', 0, 1)
  const frequencyPenalty = number('frequency_penalty', -2, 2)
  const presencePenalty = number('presence_penalty', -2, 2)
  const seed = whole('seed', Number.MIN_SAFE_INTEGER)
  const maxTokens = whole('max_completion_tokens', 1) ?? whole('max_tokens', 1)
  const reasoningEffort = optionalString(fields['reasoning_effort'], 'reasoning_effort')
  const stop = readStop(fields['stop'])
  if (temperature !== undefined) request.temperature = temperature
  if (topP !== undefined) request.topP = topP
  if (frequencyPenalty !== undefined) request.frequencyPenalty = frequencyPenalty
  if (presencePenalty !== undefined) request.presencePenalty = presencePenalty
  if (seed !== undefined) request.seed = seed
  if (maxTokens !== undefined) request.maxTokens = maxTokens
  if (reasoningEffort !== undefined) request.reasoningEffort = reasoningEffort
  if (stop !== undefined) request.stop = stop
}

function readStop(stop: unknown): string[] | undefined {
  if (stop === undefined || stop === null) return undefined
  if (typeof stop === 'string') return [stop]
  return array(stop, 'stop').map((item, index) => string(item, `stop[${index}]`))
}

function readMetadata(metadata: unknown): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [key, value] of Object.entries(object(metadata, 'metadata')))
    result[key] = string(value, `metadata.${key}`)
  return result
}

function readTools(fields: Fields, request: Writable<ChatRequest>): void {
  const tools = fields['tools']
  if (tools !== undefined && tools !== null)
    request.tools = array(tools, 'tools').map((tool, index) => readTool(tool, `tools[${index}]`))
  const choice = fields['tool_choice']
  if (choice !== undefined && choice !== null) readToolChoice(choice, request)
  const parallel = optionalBoolean(fields['parallel_tool_calls'], 'parallel_tool_calls')
  if (parallel !== undefined) request.parallelToolCalls = parallel
  const format = fields['response_format']
  if (format !== undefined && format !== null) request.responseFormat = readResponseFormat(format)
}

/** Left out like other unknown parameters they would cost a client its calls without a word. */
function refuseOlderTools(fields: Fields): void {
  for (const [param, way] of OLDER_TOOLS)
    if (fields[param] !== undefined && fields[param] !== null)
      throw new MoaError('unsupported_parameter', `${param}: the older form is not read here; send ${way}.`, {
        param,
      })
}

const OLDER_TOOLS = [
  ['functions', 'tools'],
  ['function_call', 'tool_choice'],
] as const

function readTool(tool: unknown, param: string): Tool {
  const fields = object(tool, param)
  if (fields['type'] !== 'function')
    throw bad(`${param}.type`, 'expected "function"; tools that run on a provider are not passed on.')
  const place = `${param}.function`
  return decodeFunction(object(fields['function'], place), place)
}

function readToolChoice(choice: unknown, request: Writable<ChatRequest>): void {
  const word = decodeChoiceWord(choice)
  if (word !== undefined) {
    request.toolChoice = word
    return
  }
  const fields = object(choice, 'tool_choice')
  if (fields['type'] !== 'allowed_tools') {
    request.toolChoice = { name: functionName(fields, 'tool_choice') }
    return
  }
  const param = 'tool_choice.allowed_tools'
  const use = decodeAllowedTools(object(fields['allowed_tools'], param), {
    tools: request.tools ?? [],
    param,
    nameOf: functionName,
  })
  request.tools = use.tools
  request.toolChoice = use.choice
}

function functionName(fields: Fields, param: string): string {
  const place = `${param}.function`
  return string(object(fields['function'], place)['name'], `${place}.name`)
}

function readResponseFormat(format: unknown): ResponseFormat {
  return decodeFormat(object(format, 'response_format'), 'response_format', (fields) => {
    const place = 'response_format.json_schema'
    return [object(fields['json_schema'], place), place]
  })
}
