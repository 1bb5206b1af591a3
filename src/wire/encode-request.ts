import { textOf } from '../core/index.js'
import type { ChatRequest, ContentPart, Message, ResponseFormat, Tool, ToolChoice } from '../core/index.js'
import { orderTurns, type TurnRules } from './turns.js'
import type { WireMessage, WirePart } from './types.js'

/** Where servers differ in what they accept. The default is what most OpenAI-compatible servers take. */
export interface Dialect extends TurnRules {
  /** Default `max_tokens`; OpenAI itself wants `max_completion_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** Keeps the `developer` role; elsewhere it is sent as `system`. Default false. */
  readonly developerRole?: boolean
  /** Default `seed`; Mistral calls it `random_seed`. */
  readonly seedField?: 'seed' | 'random_seed'
  /** Ask for usage at the end of streams (`stream_options.include_usage`). Default true. */
  readonly streamUsage?: boolean
  /** Mark a last message of the assistant with `prefix: true`, without which Mistral refuses to continue it. */
  readonly markPrefill?: boolean
}

export interface EncodeOptions {
  /** The model's name at the provider. */
  readonly model: string
  readonly stream: boolean
  readonly dialect?: Dialect
}

/** The JSON body of a chat-completions request. `extra` fields come last and win. */
export function encodeRequest(request: ChatRequest, options: EncodeOptions): Record<string, unknown> {
  const dialect = options.dialect ?? {}
  const body: Record<string, unknown> = {
    model: options.model,
    messages: orderTurns(request.messages, dialect).map((message) => encodeMessage(message, dialect)),
  }
  if (dialect.markPrefill === true) markPrefill(body['messages'] as WireMessage[])
  const set = (field: string, value: unknown): void => {
    if (value !== undefined) body[field] = value
  }
  if (options.stream) {
    body['stream'] = true
    if (dialect.streamUsage !== false) body['stream_options'] = { include_usage: true }
  }
  set('temperature', request.temperature)
  set('top_p', request.topP)
  set('frequency_penalty', request.frequencyPenalty)
  set('presence_penalty', request.presencePenalty)
  set('stop', request.stop)
  set(dialect.seedField ?? 'seed', request.seed)
  set(dialect.maxTokensField ?? 'max_tokens', request.maxTokens)
  set('reasoning_effort', request.reasoningEffort)
  if (request.topLogprobs !== undefined) {
    body['logprobs'] = true
    body['top_logprobs'] = request.topLogprobs
  }
  if (request.tools && request.tools.length > 0) body['tools'] = request.tools.map(encodeTool)
  if (request.toolChoice !== undefined) body['tool_choice'] = encodeToolChoice(request.toolChoice)
  set('parallel_tool_calls', request.parallelToolCalls)
  if (request.responseFormat) body['response_format'] = encodeResponseFormat(request.responseFormat)
  return request.extra ? Object.assign(body, request.extra) : body
}

function markPrefill(messages: WireMessage[]): void {
  const last = messages.at(-1)
  if (last?.role === 'assistant') last.prefix = true
}

function encodeMessage(message: Message, dialect: Dialect): WireMessage {
  switch (message.role) {
    case 'system':
    case 'developer':
      return {
        role: message.role === 'developer' && dialect.developerRole !== true ? 'system' : message.role,
        content: encodeContent(message.content),
        ...(message.name !== undefined && { name: message.name }),
      }
    case 'user':
      return {
        role: 'user',
        content: encodeContent(message.content),
        ...(message.name !== undefined && { name: message.name }),
      }
    case 'assistant':
      return {
        role: 'assistant',
        content: message.content === null ? null : encodeContent(message.content),
        ...(message.name !== undefined && { name: message.name }),
        ...(message.refusal !== undefined && { refusal: message.refusal }),
        ...(message.toolCalls &&
          message.toolCalls.length > 0 && {
            tool_calls: message.toolCalls.map((call) => ({
              id: call.id,
              type: 'function' as const,
              function: { name: call.name, arguments: call.arguments },
            })),
          }),
      }
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: textOf(message.content) }
  }
}

/** One part of text goes out as text, which servers that know no parts take as well. */
function encodeContent(content: string | readonly ContentPart[]): string | WirePart[] {
  if (typeof content === 'string') return content
  const [first] = content
  return content.length === 1 && first?.type === 'text' ? first.text : content.map(encodePart)
}

function encodePart(part: ContentPart): WirePart {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image':
      return {
        type: 'image_url',
        image_url: { url: part.url, ...(part.detail !== undefined && { detail: part.detail }) },
      }
    case 'file':
      return {
        type: 'file',
        file: {
          ...(part.data !== undefined && { file_data: part.data }),
          ...(part.fileId !== undefined && { file_id: part.fileId }),
          ...(part.filename !== undefined && { filename: part.filename }),
        },
      }
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } }
  }
}

function encodeTool(tool: Tool): Record<string, unknown> {
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description !== undefined && { description: tool.description }),
      ...(tool.parameters !== undefined && { parameters: tool.parameters }),
      ...(tool.strict !== undefined && { strict: tool.strict }),
    },
  }
}

function encodeToolChoice(choice: ToolChoice): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } }
}

function encodeResponseFormat(format: ResponseFormat): Record<string, unknown> {
  switch (format.type) {
    case 'text':
      return { type: 'text' }
    case 'json':
      return { type: 'json_object' }
    case 'json-schema':
      return {
        type: 'json_schema',
        json_schema: {
          name: format.name,
          schema: format.schema,
          ...(format.description !== undefined && { description: format.description }),
          ...(format.strict !== undefined && { strict: format.strict }),
        },
      }
  }
}
