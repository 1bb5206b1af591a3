import type {
  LanguageModelV3CallOptions,
  LanguageModelV3FilePart,
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3ToolResultOutput,
  SharedV3Warning,
} from '@ai-sdk/provider'
import {
  MoaError,
  type ChatRequest,
  type ContentPart,
  type Message,
  type Tool,
  type ToolCall,
  type ToolMessage,
} from '../core/index.js'

/** A call of the AI SDK as a request, and what of it could not be taken over. */
export interface ReadCall {
  readonly request: ChatRequest
  readonly warnings: SharedV3Warning[]
}

/** @throws {@link MoaError} `invalid_request` for content that no model here takes */
export function readCall(options: LanguageModelV3CallOptions): ReadCall {
  const warnings: SharedV3Warning[] = []
  if (options.topK !== undefined) warnings.push({ type: 'unsupported', feature: 'topK' })
  const tools = readTools(options, warnings)
  const { maxOutputTokens, temperature, topP, stopSequences, presencePenalty, frequencyPenalty, seed } =
    options
  const request: ChatRequest = {
    messages: readPrompt(options.prompt),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(maxOutputTokens !== undefined && { maxTokens: maxOutputTokens }),
    ...(stopSequences && stopSequences.length > 0 && { stop: stopSequences }),
    ...(seed !== undefined && { seed }),
    ...(tools.length > 0 && { tools }),
    ...(tools.length > 0 && options.toolChoice && { toolChoice: readToolChoice(options.toolChoice) }),
    ...readFormat(options.responseFormat),
  }
  return { request, warnings }
}

function readTools({ tools = [] }: LanguageModelV3CallOptions, warnings: SharedV3Warning[]): Tool[] {
  return tools.flatMap((tool) => {
    if (tool.type !== 'function') {
      warnings.push({ type: 'unsupported', feature: `provider tool ${tool.id}` })
      return []
    }
    const { name, description, inputSchema, strict } = tool
    return {
      name,
      ...(description !== undefined && { description }),
      parameters: inputSchema as Record<string, unknown>,
      ...(strict !== undefined && { strict }),
    }
  })
}

function readToolChoice(
  choice: NonNullable<LanguageModelV3CallOptions['toolChoice']>,
): NonNullable<ChatRequest['toolChoice']> {
  return choice.type === 'tool' ? { name: choice.toolName } : choice.type
}

function readFormat(
  format: LanguageModelV3CallOptions['responseFormat'],
): Pick<ChatRequest, 'responseFormat'> {
  if (format?.type !== 'json') return {}
  const { schema, name, description } = format
  if (schema === undefined) return { responseFormat: { type: 'json' } }
  return {
    responseFormat: {
      type: 'json-schema',
      name: name ?? 'answer',
      schema: schema as Record<string, unknown>,
      ...(description !== undefined && { description }),
    },
  }
}

function readPrompt(prompt: LanguageModelV3Prompt): Message[] {
  return prompt.flatMap(readMessage)
}

function readMessage(message: LanguageModelV3Message): Message | Message[] {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content }
    case 'user':
      return {
        role: 'user',
        content: message.content.map((part): ContentPart =>
          part.type === 'text' ? { type: 'text', text: part.text } : readFile(part),
        ),
      }
    case 'assistant':
      return readAssistant(message.content)
    case 'tool':
      return message.content.flatMap((part): ToolMessage[] =>
        part.type === 'tool-result'
          ? [{ role: 'tool', toolCallId: part.toolCallId, content: readToolResult(part.output) }]
          : [],
      )
  }
}

type AssistantContent = Extract<LanguageModelV3Message, { role: 'assistant' }>['content']

function readAssistant(content: AssistantContent): Message {
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const toolCalls = content.flatMap((part): ToolCall[] =>
    part.type === 'tool-call'
      ? [{ id: part.toolCallId, name: part.toolName, arguments: JSON.stringify(part.input) }]
      : [],
  )
  return {
    role: 'assistant',
    content: text === '' && toolCalls.length > 0 ? null : text,
    ...(toolCalls.length > 0 && { toolCalls }),
  }
}

function readFile({ data, mediaType, filename }: LanguageModelV3FilePart): ContentPart {
  const isImage = mediaType.startsWith('image')
  if (data instanceof URL || (typeof data === 'string' && /^https?:/.test(data))) {
    if (isImage) return { type: 'image', url: String(data) }
    throw new MoaError('invalid_request', `A file of type ${mediaType} can't be given by URL; give its data.`)
  }
  const base64 = typeof data === 'string' ? data : Buffer.from(data).toString('base64')
  if (mediaType.startsWith('audio/'))
    return { type: 'audio', data: base64, format: mediaType.slice(6).replace('mpeg', 'mp3') }
  const url = `data:${mediaType === 'image/*' ? 'image/png' : mediaType};base64,${base64}`
  if (isImage) return { type: 'image', url }
  return { type: 'file', data: url, ...(filename !== undefined && { filename }) }
}

function readToolResult(output: LanguageModelV3ToolResultOutput): string {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value
    case 'json':
    case 'error-json':
      return JSON.stringify(output.value)
    case 'execution-denied':
      return output.reason ?? 'The tool was not allowed to run.'
    case 'content':
      return output.value.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n')
  }
}
