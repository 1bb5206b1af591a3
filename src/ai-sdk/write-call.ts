import type { ChatRequest, ContentPart, Message, ToolChoice } from '../core/index.js'
import type { ForeignModel } from './foreign.js'

type Version = ForeignModel['specificationVersion']
type Part = Readonly<Record<string, unknown>>

/** A request as the options of a call to a model of that version. */
export function writeCall(request: ChatRequest, version: Version): Record<string, unknown> {
  const { temperature, topP, frequencyPenalty, presencePenalty, stop, seed, maxTokens, tools, toolChoice } =
    request
  const names = toolNames(request.messages)
  return {
    prompt: request.messages.map((message) => writeMessage(message, { version, names })),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(stop && { stopSequences: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(tools && {
      tools: tools.map(({ name, description, parameters, strict }) => ({
        type: 'function',
        name,
        ...(description !== undefined && { description }),
        inputSchema: parameters ?? { type: 'object', properties: {} },
        ...(strict !== undefined && version !== 'v2' && { strict }),
      })),
    }),
    ...(toolChoice && { toolChoice: writeToolChoice(toolChoice) }),
    ...writeFormat(request.responseFormat),
  }
}

function writeToolChoice(choice: ToolChoice): Part {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name }
}

function writeFormat(format: ChatRequest['responseFormat']): Part {
  switch (format?.type) {
    case 'json':
      return { responseFormat: { type: 'json' } }
    case 'json-schema': {
      const { name, schema, description } = format
      return {
        responseFormat: { type: 'json', name, schema, ...(description !== undefined && { description }) },
      }
    }
    default:
      return {}
  }
}

/** A tool's result has to name its tool, which only the call before it does. */
function toolNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  return new Map(
    messages.flatMap((message) =>
      message.role === 'assistant'
        ? (message.toolCalls ?? []).map(({ id, name }) => [id, name] as const)
        : [],
    ),
  )
}

function writeMessage(
  message: Message,
  { version, names }: { version: Version; names: ReadonlyMap<string, string> },
): Part {
  const text = (content: Message['content']): string =>
    typeof content === 'string'
      ? content
      : (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: text(message.content) }
    case 'user': {
      const parts: readonly ContentPart[] =
        typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content
      return { role: 'user', content: parts.map((part) => writePart(part, version)) }
    }
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(text(message.content) === '' ? [] : [{ type: 'text', text: text(message.content) }]),
          ...(message.toolCalls ?? []).map(({ id, name, arguments: input }) => ({
            type: 'tool-call',
            toolCallId: id,
            toolName: name,
            input: parsed(input),
          })),
        ],
      }
    case 'tool':
      return {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: message.toolCallId,
            toolName: names.get(message.toolCallId) ?? '',
            output: { type: 'text', value: text(message.content) },
          },
        ],
      }
  }
}

/** Arguments are what a model wrote, so they need not be JSON. */
function parsed(input: string): unknown {
  try {
    return JSON.parse(input === '' ? '{}' : input) as unknown
  } catch {
    return input
  }
}

function writePart(part: ContentPart, version: Version): Part {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image':
      return { type: 'file', ...writeData(part.url, { version, mediaType: 'image/*' }) }
    case 'file': {
      const { filename, data = '' } = part
      const file = writeData(data, { version, mediaType: 'application/octet-stream' })
      return { type: 'file', ...file, ...(filename !== undefined && { filename }) }
    }
    case 'audio':
      return { type: 'file', ...tagged(part.data, version), mediaType: `audio/${part.format}` }
  }
}

/** A `data:` URL is taken apart; any other goes on as it is. */
function writeData(url: string, { version, mediaType }: { version: Version; mediaType: string }): Part {
  const [, type, base64] = /^data:([^;,]*);base64,(.*)$/s.exec(url) ?? []
  if (base64 !== undefined) return { ...tagged(base64, version), mediaType: type || mediaType }
  return { ...tagged(new URL(url), version), mediaType }
}

/** V4 says what kind of data it is; before, the type tells. */
function tagged(data: string | URL, version: Version): Part {
  if (version !== 'v4') return { data }
  return { data: typeof data === 'string' ? { type: 'data', data } : { type: 'url', url: data } }
}
