import { MoaError, type ChatRequest } from '../../core/index.js'
import {
  array,
  bad,
  object,
  optionalBoolean,
  optionalNumber,
  optionalString,
  string,
  type Fields,
} from '../check.js'
import type { DecodedRequest } from '../decode-request.js'
import { decodeFormat } from '../decode-tools.js'
import { decodeInput } from './decode-input.js'
import { decodeResponsesToolChoice, decodeResponsesTools, type NamespacedFunctions } from './decode-tools.js'

/** What a client asked for over `/v1/responses`. */
export interface DecodedResponsesRequest extends DecodedRequest {
  /** Parameters as they came, which the format repeats in its answers. */
  readonly echo: Readonly<Record<string, unknown>>
  /** Functions that the client knows by another name than models do. */
  readonly namespaced: NamespacedFunctions
  /** The answer may be kept, so that later requests can refer to it. */
  readonly store: boolean
}

const HANDLED = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  'temperature',
  'top_p',
  'max_output_tokens',
  'reasoning',
  'text',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'top_logprobs',
  'include',
  'metadata',
  'store',
  'background',
  'truncation',
  'previous_response_id',
  'conversation',
  'prompt',
  'moa',
])

/** Parameters that only mean something to OpenAI's own service or to the caller's books. */
const WITHOUT_EFFECT = new Set([
  'user',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'stream_options',
  'max_tool_calls',
])

/** Parameters that need what is not there, with the way out. */
const STATEFUL: Readonly<Record<string, string>> = {
  previous_response_id: 'answers are not stored here; send the whole conversation as input.',
  conversation: 'conversations are not stored here; send the whole conversation as input.',
  prompt: 'prompt templates are not stored here; send instructions and input.',
}

const LOGPROBS = 'message.output_text.logprobs'
const ECHOED = ['instructions', 'temperature', 'top_p', 'max_output_tokens', 'reasoning', 'text', 'tools', 'tool_choice', 'parallel_tool_calls', 'metadata'] // prettier-ignore

/**
 * Reads the JSON body of a Responses request.
 *
 * @param earlier items of answers that come before this request's own input
 * @throws {@link MoaError} `invalid_request` with the name of the parameter at fault; `unsupported_parameter` for those
 *   that need stored state
 */
export function decodeResponsesRequest(
  body: unknown,
  earlier: readonly unknown[] = [],
): DecodedResponsesRequest {
  const fields = object(body, 'body')
  const model = string(fields['model'], 'model')
  if (model === '') throw bad('model', 'expected the name of a model, got an empty string.')
  refuseState(fields)
  const ignored: string[] = []
  const unknown: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (HANDLED.has(name) || value === null) continue
    ignored.push(name)
    if (!WITHOUT_EFFECT.has(name)) unknown[name] = value
  }
  const own = decodeInput(fields['input'])
  const request: Writable<ChatRequest> = {
    messages: earlier.length === 0 ? own : [...decodeInput(earlier, 'previous_response_id'), ...own],
  }
  const instructions = optionalString(fields['instructions'], 'instructions')
  if (instructions !== undefined && instructions !== '')
    request.messages = [{ role: 'system', content: instructions }, ...request.messages]
  readSampling(fields, request)
  const { tools, namespaced } = decodeResponsesTools(fields['tools'])
  if (tools.length > 0) request.tools = tools
  readToolUse(fields, request)
  readIncluded({ fields, request, ignored })
  ignored.push(...unread(fields, 'text', ['format']), ...unread(fields, 'reasoning', ['effort', 'summary']))
  return {
    model,
    request,
    stream: optionalBoolean(fields['stream'], 'stream') ?? false,
    includeUsage: true,
    n: 1,
    ignored,
    unknown,
    moa: fields['moa'] ?? undefined,
    echo: Object.fromEntries(ECHOED.map((name) => [name, fields[name] ?? undefined])),
    namespaced,
    store: optionalBoolean(fields['store'], 'store') ?? true,
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
function refuseState(fields: Fields): void {
  for (const [param, way] of Object.entries(STATEFUL))
    if (fields[param] !== undefined && fields[param] !== null)
      throw new MoaError('unsupported_parameter', `${param}: ${way}`, { param })
  if (optionalBoolean(fields['background'], 'background') === true)
    throw new MoaError(
      'unsupported_parameter',
      'background: answers are not stored here; use stream: true.',
      {
        param: 'background',
      },
    )
  const truncation = optionalString(fields['truncation'], 'truncation')
  if (truncation !== undefined && truncation !== 'disabled' && truncation !== 'auto')
    throw bad('truncation', 'expected "disabled" or "auto".')
}

function readSampling(fields: Fields, request: Writable<ChatRequest>): void {
  const temperature = optionalNumber(fields['temperature'], 'temperature', { min: 0, max: 2 })
  const topP = optionalNumber(fields['top_p'], 'top_p', { min: 0, max: 1 })
  const maxTokens = optionalNumber(fields['max_output_tokens'], 'max_output_tokens', {
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    integer: true,
  })
  const reasoning = fields['reasoning']
  const effort =
    reasoning === undefined || reasoning === null
      ? undefined
      : optionalString(object(reasoning, 'reasoning')['effort'], 'reasoning.effort')
  if (temperature !== undefined) request.temperature = temperature
  if (topP !== undefined) request.topP = topP
  if (maxTokens !== undefined) request.maxTokens = maxTokens
  if (effort !== undefined) request.reasoningEffort = effort
  const metadata = fields['metadata']
  if (metadata !== undefined && metadata !== null)
    request.metadata = Object.fromEntries(
      Object.entries(object(metadata, 'metadata')).map(([key, value]) => [
        key,
        string(value, `metadata.${key}`),
      ]),
    )
}

/** Fields of a parameter's object that mean nothing here. */
function unread(fields: Fields, param: string, known: readonly string[]): string[] {
  return Object.entries((fields[param] ?? {}) as Fields)
    .filter(([name, value]) => value !== null && !known.includes(name))
    .map(([name]) => `${param}.${name}`)
}

function readToolUse(fields: Fields, request: Writable<ChatRequest>): void {
  const choice = fields['tool_choice']
  if (choice !== undefined && choice !== null) {
    const use = decodeResponsesToolChoice(choice, request.tools ?? [])
    if (request.tools !== undefined) request.tools = use.tools
    request.toolChoice = use.choice
  }
  const parallel = optionalBoolean(fields['parallel_tool_calls'], 'parallel_tool_calls')
  if (parallel !== undefined) request.parallelToolCalls = parallel
  const text = fields['text']
  if (text === undefined || text === null) return
  const format = object(text, 'text')['format']
  if (format !== undefined && format !== null)
    request.responseFormat = decodeFormat(object(format, 'text.format'), 'text.format', (schema) => [
      schema,
      'text.format',
    ])
}

/** `include` asks for logprobs; what else it can ask for is not there and counts as ignored. */
function readIncluded({
  fields,
  request,
  ignored,
}: {
  fields: Fields
  request: Writable<ChatRequest>
  ignored: string[]
}): void {
  const top = optionalNumber(fields['top_logprobs'], 'top_logprobs', { min: 0, max: 20, integer: true })
  const include = fields['include']
  const wanted =
    include === undefined || include === null
      ? []
      : array(include, 'include').map((item, index) => string(item, `include[${index}]`))
  if (wanted.includes(LOGPROBS) || (top !== undefined && top > 0)) request.topLogprobs = top ?? 0
  ignored.push(...wanted.filter((item) => item !== LOGPROBS).map((item) => `include.${item}`))
}
