import { textOf } from '../../core/index.js'
import type { ContentPart, Message, ModelCapabilities } from '../../core/index.js'

/**
 * The conversation as a proposer sees it. Proposers get no tools, and servers refuse tool turns without them, so
 * tool calls and their results become plain text. Thinking of earlier turns is left out. Images and files a model
 * is known not to take are named instead.
 */
export function adviserView(
  messages: readonly Message[],
  capabilities: ModelCapabilities = {},
): readonly Message[] {
  const names = new Map<string, string>()
  return messages.map((message): Message => {
    switch (message.role) {
      case 'assistant': {
        if (!message.toolCalls) return message.reasoning === undefined ? message : withoutThinking(message)
        const calls = message.toolCalls.map(({ id, name, arguments: args }) => {
          names.set(id, name)
          return `[called the tool ${name} with ${args === '' ? '{}' : args}]`
        })
        const text = [textOf(message.content), ...calls].filter((part) => part !== '').join('\n')
        return { role: 'assistant', content: text, ...(message.name !== undefined && { name: message.name }) }
      }
      case 'tool': {
        const name = names.get(message.toolCallId) ?? 'tool'
        return { role: 'user', content: `[result of ${name}]\n${textOf(message.content)}` }
      }
      case 'user':
        return typeof message.content === 'string'
          ? message
          : { ...message, content: message.content.map((part) => visiblePart(part, capabilities)) }
      case 'system':
      case 'developer':
        return message
    }
  })
}

function withoutThinking(message: Extract<Message, { role: 'assistant' }>): Message {
  const { reasoning: _, ...rest } = message
  return rest
}

function visiblePart(part: ContentPart, capabilities: ModelCapabilities): ContentPart {
  if (part.type === 'image' && capabilities.images === false)
    return { type: 'text', text: '[an image that this model cannot see]' }
  if (part.type === 'file' && capabilities.files === false)
    return { type: 'text', text: `[a file that this model cannot read: ${part.filename ?? 'unnamed'}]` }
  return part
}
