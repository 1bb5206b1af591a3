import type { ContentPart, Message, TextPart, ToolCall } from '../core/index.js'
import { array, arrayForText, bad, object, optionalString, string } from './check.js'
import { imagePart } from './parts.js'

/**
 * Reads one message of a chat-completions request.
 *
 * @param param its place, for error messages: `messages[3]`
 * @throws {@link MoaError} `invalid_request`
 */
export function decodeMessage(value: unknown, param: string): Message {
  const fields = object(value, param)
  const name = optionalString(fields['name'], `${param}.name`)
  const named = name === undefined ? {} : { name }
  switch (fields['role']) {
    case 'system':
    case 'developer':
      return { role: fields['role'], content: textContent(fields['content'], `${param}.content`), ...named }
    case 'user':
      return { role: 'user', content: userContent(fields['content'], `${param}.content`), ...named }
    case 'assistant':
      return { ...assistant(fields, param), ...named }
    case 'tool':
      return {
        role: 'tool',
        toolCallId: string(fields['tool_call_id'], `${param}.tool_call_id`),
        content: textContent(fields['content'], `${param}.content`),
      }
    default:
      throw bad(`${param}.role`, 'expected "system", "developer", "user", "assistant" or "tool".')
  }
}

function assistant(fields: Readonly<Record<string, unknown>>, param: string): Message {
  const content = fields['content']
  const calls = fields['tool_calls']
  const refusal = optionalString(fields['refusal'], `${param}.refusal`)
  const reasoning = optionalString(
    fields['reasoning_content'] ?? fields['reasoning'],
    `${param}.reasoning_content`,
  )
  const toolCalls =
    calls === undefined || calls === null
      ? []
      : array(calls, `${param}.tool_calls`).map((call, index) =>
          toolCall(call, `${param}.tool_calls[${index}]`),
        )
  const empty = content === undefined || content === null
  if (empty && toolCalls.length === 0 && refusal === undefined)
    throw bad(`${param}.content`, 'an assistant message needs content, tool_calls or a refusal.')
  return {
    role: 'assistant',
    content: empty ? null : textContent(content, `${param}.content`),
    ...(reasoning !== undefined && { reasoning }),
    ...(refusal !== undefined && { refusal }),
    ...(toolCalls.length > 0 && { toolCalls }),
  }
}

function toolCall(value: unknown, param: string): ToolCall {
  const fields = object(value, param)
  const fn = object(fields['function'], `${param}.function`)
  return {
    id: string(fields['id'], `${param}.id`),
    name: string(fn['name'], `${param}.function.name`),
    arguments: string(fn['arguments'] ?? '', `${param}.function.arguments`),
  }
}

function textContent(content: unknown, param: string): string | TextPart[] {
  if (typeof content === 'string') return content
  return arrayForText(content, param).map((part, index) => {
    const decoded = contentPart(part, `${param}[${index}]`)
    if (decoded.type !== 'text') throw bad(`${param}[${index}].type`, 'only "text" parts are allowed here.')
    return decoded
  })
}

function userContent(content: unknown, param: string): string | ContentPart[] {
  if (typeof content === 'string') return content
  const parts = arrayForText(content, param)
  if (parts.length === 0) throw bad(param, 'expected text or at least one part, got an empty array.')
  return parts.map((part, index) => contentPart(part, `${param}[${index}]`))
}

function contentPart(value: unknown, param: string): ContentPart {
  const fields = object(value, param)
  switch (fields['type']) {
    case 'text':
      return { type: 'text', text: string(fields['text'], `${param}.text`) }
    case 'refusal':
      return { type: 'text', text: string(fields['refusal'], `${param}.refusal`) }
    case 'image_url':
      return image(object(fields['image_url'], `${param}.image_url`), `${param}.image_url`)
    case 'file':
      return file(object(fields['file'], `${param}.file`), `${param}.file`)
    case 'input_audio': {
      const audio = object(fields['input_audio'], `${param}.input_audio`)
      return {
        type: 'audio',
        data: string(audio['data'], `${param}.input_audio.data`),
        format: string(audio['format'], `${param}.input_audio.format`),
      }
    }
    default:
      throw bad(`${param}.type`, 'expected "text", "image_url", "file" or "input_audio".')
  }
}

function image({ url, detail }: Readonly<Record<string, unknown>>, param: string): ContentPart {
  return imagePart({ url, detail }, { url: `${param}.url`, detail: `${param}.detail` })
}

function file(fields: Readonly<Record<string, unknown>>, param: string): ContentPart {
  const data = optionalString(fields['file_data'], `${param}.file_data`)
  const fileId = optionalString(fields['file_id'], `${param}.file_id`)
  const filename = optionalString(fields['filename'], `${param}.filename`)
  if ((data === undefined) === (fileId === undefined))
    throw bad(param, 'expected either file_data or file_id.')
  return {
    type: 'file',
    ...(data !== undefined && { data }),
    ...(fileId !== undefined && { fileId }),
    ...(filename !== undefined && { filename }),
  }
}
