import {
  MoaError,
  type AssistantMessage,
  type ContentPart,
  type Message,
  type TextPart,
  type ToolCall,
} from '../../core/index.js'
import { arrayForText, bad, object, optionalString, string, type Fields } from '../check.js'
import { imagePart } from '../parts.js'
import { functionName } from './decode-tools.js'

/**
 * Reads the `input` of a Responses request as messages. Function calls that stand side by side become one turn of the
 * assistant; reasoning of earlier turns is left out. Pictures and files that tools return have no place in our tool
 * messages, so they follow the results as the user's.
 *
 * @param name what the items are called in messages
 * @throws {@link MoaError} `invalid_request`; `unsupported_parameter` for references to stored items other than reasoning
 */
export function decodeInput(input: unknown, name = 'input'): Message[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  const messages: Message[] = []
  let shown: ContentPart[] = []
  const show = (): void => {
    if (shown.length > 0) messages.push({ role: 'user', content: shown })
    shown = []
  }
  for (const [index, item] of arrayForText(input, name).entries()) {
    const param = `${name}[${index}]`
    const { message, attachments = [] } = decodeItem(object(item, param), param)
    if (message === undefined) continue
    if (message.role !== 'tool') show()
    shown.push(...attachments)
    const last = messages.at(-1)
    if (message.role === 'assistant' && message.toolCalls && last?.role === 'assistant')
      messages[messages.length - 1] = joined(last, message.toolCalls)
    else messages.push(message)
  }
  show()
  if (messages.length === 0) throw bad(name, 'expected text or at least one message, got none.')
  return messages
}

function joined(turn: AssistantMessage, calls: readonly ToolCall[]): AssistantMessage {
  return { ...turn, toolCalls: [...(turn.toolCalls ?? []), ...calls] }
}

interface Item {
  readonly message?: Message
  /** What a tool returned beside text. */
  readonly attachments?: readonly ContentPart[]
}

function decodeItem(item: Fields, param: string): Item {
  switch (item['type'] ?? 'message') {
    case 'message':
      return { message: message(item, param) }
    case 'function_call':
      return { message: functionCall(item, param) }
    case 'function_call_output':
      return functionOutput(item, param)
    case 'reasoning':
      return {}
    case 'item_reference':
      return reference(item, param)
    default:
      throw bad(
        `${param}.type`,
        'expected "message", "function_call", "function_call_output" or "reasoning"; items of tools that run ' +
          'on a provider are not known here.',
      )
  }
}

function reference(item: Fields, param: string): Item {
  const id = string(item['id'], `${param}.id`)
  // Thinking of earlier turns is left out, so a reference to it can be left out as well.
  if (id.startsWith('rs_')) return {}
  throw new MoaError(
    'unsupported_parameter',
    `${param}: answers are not stored here, so "${id.slice(0, 80)}" can't be referred to; send items in full. ` +
      'The AI SDK does with providerOptions: { openai: { store: false } }.',
    { param },
  )
}

function functionCall(item: Fields, param: string): AssistantMessage {
  const name = string(item['name'], `${param}.name`)
  const namespace = optionalString(item['namespace'], `${param}.namespace`)
  const call = {
    id: string(item['call_id'], `${param}.call_id`),
    name: functionName({ name, ...(namespace !== undefined && { namespace }) }),
    arguments: string(item['arguments'] ?? '', `${param}.arguments`),
  }
  return { role: 'assistant', content: null, toolCalls: [call] }
}

function functionOutput(item: Fields, param: string): Item {
  const { output } = item
  const toolCallId = string(item['call_id'], `${param}.call_id`)
  const returned = Array.isArray(output) && output.length > 0 ? parts(output, `${param}.output`) : undefined
  if (returned === undefined)
    return { message: { role: 'tool', toolCallId, content: texts(output, `${param}.output`) } }
  return {
    message: { role: 'tool', toolCallId, content: returned.filter((part) => part.type === 'text') },
    attachments: returned.filter((part) => part.type !== 'text'),
  }
}

function message(item: Fields, param: string): Message {
  const content = item['content']
  const place = `${param}.content`
  switch (item['role']) {
    case 'system':
    case 'developer':
      return { role: item['role'], content: texts(content, place) }
    case 'user':
      return { role: 'user', content: typeof content === 'string' ? content : parts(content, place) }
    case 'assistant':
      return assistant(content, place)
    default:
      throw bad(`${param}.role`, 'expected "system", "developer", "user" or "assistant".')
  }
}

function assistant(content: unknown, param: string): AssistantMessage {
  if (typeof content === 'string') return { role: 'assistant', content }
  const refusals: string[] = []
  const said: TextPart[] = []
  for (const [index, value] of arrayForText(content, param).entries()) {
    const part = object(value, `${param}[${index}]`)
    if (part['type'] === 'refusal') refusals.push(string(part['refusal'], `${param}[${index}].refusal`))
    else said.push(textPart(part, `${param}[${index}]`))
  }
  return {
    role: 'assistant',
    content: said.length === 0 && refusals.length > 0 ? null : said,
    ...(refusals.length > 0 && { refusal: refusals.join('') }),
  }
}

function texts(content: unknown, param: string): string | TextPart[] {
  if (typeof content === 'string') return content
  return arrayForText(content, param).map((part, index) =>
    textPart(object(part, `${param}[${index}]`), `${param}[${index}]`),
  )
}

function textPart(part: Fields, param: string): TextPart {
  const { type } = part
  if (type !== 'input_text' && type !== 'output_text' && type !== 'text')
    throw bad(`${param}.type`, 'only text is allowed here: expected "input_text" or "output_text".')
  return { type: 'text', text: string(part['text'], `${param}.text`) }
}

function parts(content: unknown, param: string): ContentPart[] {
  const list = arrayForText(content, param)
  if (list.length === 0) throw bad(param, 'expected text or at least one part, got an empty array.')
  return list.map((value, index) => {
    const place = `${param}[${index}]`
    const part = object(value, place)
    switch (part['type']) {
      case 'input_image':
        return image(part, place)
      case 'input_file':
        return file(part, place)
      case 'input_audio': {
        const audio = object(part['input_audio'], `${place}.input_audio`)
        return {
          type: 'audio',
          data: string(audio['data'], `${place}.input_audio.data`),
          format: string(audio['format'], `${place}.input_audio.format`),
        }
      }
      case 'input_text':
      case 'output_text':
      case 'text':
        return textPart(part, place)
      default:
        throw bad(`${place}.type`, 'expected "input_text", "input_image", "input_file" or "input_audio".')
    }
  })
}

function image(part: Fields, param: string): ContentPart {
  if (optionalString(part['file_id'], `${param}.file_id`) !== undefined)
    throw bad(`${param}.file_id`, 'files are not stored here; send the image as image_url.')
  return imagePart(
    { url: part['image_url'], detail: part['detail'] },
    { url: `${param}.image_url`, detail: `${param}.detail` },
  )
}

function file(part: Fields, param: string): ContentPart {
  const data = optionalString(part['file_data'], `${param}.file_data`)
  const fileId = optionalString(part['file_id'], `${param}.file_id`)
  const filename = optionalString(part['filename'], `${param}.filename`)
  if ((data === undefined) === (fileId === undefined))
    throw bad(param, 'expected either file_data or file_id; files by URL are not fetched.')
  return {
    type: 'file',
    ...(data !== undefined && { data }),
    ...(fileId !== undefined && { fileId }),
    ...(filename !== undefined && { filename }),
  }
}
