import type { ContentPart, Message, TextPart, ToolCall } from '../../core/index.js'
import { arrayForText, bad, object, optionalString, shallow, string, type Fields } from '../check.js'
import { isToolChange } from './decode-tools.js'

/**
 * Reads `system` and `messages`. A system message meant for one turn alone is left out once the user has spoken again.
 *
 * @throws {@link MoaError} `invalid_request`
 */
export function decodeConversation(system: unknown, turns: readonly unknown[]): readonly Message[] {
  const messages = turns.map((turn, index) => decodeTurn(turn, `messages[${index}]`))
  const lastUser = turns.findLastIndex((turn) => (turn as Fields)['role'] === 'user')
  const current = messages.filter((_, index) => index > lastUser || !isForOneTurn(turns[index] as Fields))
  return [...decodeSystem(system), ...current.flat()]
}

const isForOneTurn = ({ role, clear_at: until }: Fields): boolean =>
  role === 'system' && until === 'next_user_message'

/** Reads `system`: text or text blocks. */
function decodeSystem(system: unknown): Message[] {
  if (system === undefined || system === null || system === '') return []
  if (typeof system === 'string') return [{ role: 'system', content: system }]
  const parts = arrayForText(system, 'system').map((block, index) => textBlock(block, `system[${index}]`))
  return parts.length === 0 ? [] : [{ role: 'system', content: parts }]
}

/**
 * Reads one message. Results of tools become messages of their own, in front of what else the user says in the same
 * turn; thinking of earlier turns is left out.
 */
function decodeTurn(value: unknown, param: string): Message[] {
  const { role, content } = object(value, param)
  const place = `${param}.content`
  if (role === 'system') return systemTurn(content, place)
  if (role !== 'user' && role !== 'assistant') throw bad(`${param}.role`, 'expected "user" or "assistant".')
  if (typeof content === 'string') return [{ role, content }]
  const blocks = arrayForText(content, place).map((block, index) => ({
    block: object(block, `${place}[${index}]`),
    param: `${place}[${index}]`,
  }))
  if (blocks.length === 0) throw bad(place, 'expected text or at least one block, got an empty array.')
  return role === 'user' ? user(blocks) : assistant(blocks)
}

/** A system message in the conversation may change the tools, which says nothing to a model. */
function systemTurn(content: unknown, param: string): Message[] {
  if (typeof content === 'string') return [{ role: 'system', content }]
  const said = arrayForText(content, param).flatMap((value, index) => {
    const block = object(value, `${param}[${index}]`)
    return isToolChange(block['type']) ? [] : [textBlock(block, `${param}[${index}]`)]
  })
  return said.length === 0 ? [] : [{ role: 'system', content: said }]
}

type Block = { readonly block: Fields; readonly param: string }

function user(blocks: readonly Block[]): Message[] {
  const messages: Message[] = []
  const parts: ContentPart[] = []
  for (const { block, param } of blocks) {
    if (block['type'] === 'tool_result') {
      const { message, attachments } = toolResult(block, param)
      messages.push(message)
      parts.push(...attachments)
    } else parts.push(contentPart(block, param))
  }
  if (parts.length > 0) messages.push({ role: 'user', content: parts })
  return messages
}

/** Pictures in a tool's result have no place in our tool messages, so they follow as the user's. */
function toolResult(block: Fields, param: string): { message: Message; attachments: ContentPart[] } {
  const content = block['content'] ?? ''
  const parts =
    typeof content === 'string'
      ? [{ type: 'text' as const, text: content }]
      : arrayForText(content, `${param}.content`).map((part, index) =>
          resultPart(object(part, `${param}.content[${index}]`), `${param}.content[${index}]`),
        )
  const said = parts.filter((part) => part.type === 'text')
  const failed = block['is_error'] === true ? [{ type: 'text' as const, text: 'The tool failed: ' }] : []
  return {
    message: {
      role: 'tool',
      toolCallId: string(block['tool_use_id'], `${param}.tool_use_id`),
      content: [...failed, ...said],
    },
    attachments: parts.filter((part) => part.type !== 'text'),
  }
}

/** A search for tools answers with their names; the tools themselves are among those of the request. */
function resultPart(block: Fields, param: string): ContentPart {
  if (block['type'] !== 'tool_reference') return contentPart(block, param)
  return { type: 'text', text: `Found the tool ${string(block['tool_name'], `${param}.tool_name`)}.\n` }
}

function assistant(blocks: readonly Block[]): Message[] {
  const said: TextPart[] = []
  const toolCalls: ToolCall[] = []
  for (const { block, param } of blocks) {
    switch (block['type']) {
      case 'text':
        said.push(textBlock(block, param))
        break
      case 'tool_use':
        toolCalls.push({
          id: string(block['id'], `${param}.id`),
          name: string(block['name'], `${param}.name`),
          arguments: JSON.stringify(
            shallow(object(block['input'] ?? {}, `${param}.input`), `${param}.input`),
          ),
        })
        break
      case 'thinking':
      case 'redacted_thinking':
        break
      default:
        throw bad(`${param}.type`, 'expected "text", "thinking" or "tool_use".')
    }
  }
  // A turn that was nothing but thinking says nothing to a model.
  if (said.length === 0 && toolCalls.length === 0) return []
  return [
    {
      role: 'assistant',
      content: said.length === 0 ? null : said,
      ...(toolCalls.length > 0 && { toolCalls }),
    },
  ]
}

function contentPart(block: Fields, param: string): ContentPart {
  switch (block['type']) {
    case 'text':
      return textBlock(block, param)
    case 'image':
      return { type: 'image', url: sourceUrl(object(block['source'], `${param}.source`), `${param}.source`) }
    case 'document':
      return document(block, param)
    case 'search_result':
      return searchResult(block, param)
    default:
      throw bad(`${param}.type`, 'expected "text", "image", "document", "search_result" or "tool_result".')
  }
}

function searchResult(block: Fields, param: string): TextPart {
  const title = string(block['title'], `${param}.title`)
  const source = string(block['source'], `${param}.source`)
  const found = texts(block['content'], `${param}.content`).map(({ text }) => text)
  return { type: 'text', text: [title, source, ...found, ''].join('\n') }
}

function document(block: Fields, param: string): ContentPart {
  const place = `${param}.source`
  const source = object(block['source'], place)
  const title = optionalString(block['title'], `${param}.title`)
  if (source['type'] === 'text') return { type: 'text', text: string(source['data'], `${place}.data`) }
  if (source['type'] === 'content')
    return {
      type: 'text',
      text: texts(source['content'], `${place}.content`)
        .map(({ text }) => text)
        .join('\n'),
    }
  if (source['type'] !== 'base64')
    throw bad(
      `${place}.type`,
      'expected "base64", "text" or "content"; documents by URL or id are not fetched.',
    )
  return { type: 'file', data: sourceUrl(source, place), filename: title ?? 'document.pdf' }
}

function sourceUrl(source: Fields, param: string): string {
  switch (source['type']) {
    case 'base64':
      return `data:${string(source['media_type'], `${param}.media_type`)};base64,${string(source['data'], `${param}.data`)}`
    case 'url': {
      const url = string(source['url'], `${param}.url`)
      if (!/^(https?|data):/i.test(url)) throw bad(`${param}.url`, 'expected an http(s) URL.')
      return url
    }
    default:
      throw bad(`${param}.type`, 'expected "base64" or "url"; files are not stored here.')
  }
}

function texts(content: unknown, param: string): TextPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return arrayForText(content, param).map((block, index) => textBlock(block, `${param}[${index}]`))
}

function textBlock(value: unknown, param: string): TextPart {
  const block = object(value, param)
  if (block['type'] !== 'text') throw bad(`${param}.type`, 'only "text" is allowed here.')
  return { type: 'text', text: string(block['text'], `${param}.text`) }
}
