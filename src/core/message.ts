/** A piece of text inside a message. */
export interface TextPart {
  readonly type: 'text'
  readonly text: string
}

/** An image, by https URL or by `data:` URL (base64). */
export interface ImagePart {
  readonly type: 'image'
  readonly url: string
  /** Resolution hint of providers that price by it. */
  readonly detail?: 'auto' | 'low' | 'high'
}

/** A file, by `data:` URL (base64) or by the provider's own file id; exactly one of the two. */
export interface FilePart {
  readonly type: 'file'
  readonly data?: string
  readonly fileId?: string
  readonly filename?: string
}

/** Recorded sound, base64. */
export interface AudioPart {
  readonly type: 'audio'
  readonly data: string
  readonly format: string
}

export type ContentPart = TextPart | ImagePart | FilePart | AudioPart

/** Instructions to the model. `developer` is the newer name some providers use for the same rank. */
export interface SystemMessage {
  readonly role: 'system' | 'developer'
  readonly content: string | readonly TextPart[]
  readonly name?: string
}

export interface UserMessage {
  readonly role: 'user'
  readonly content: string | readonly ContentPart[]
  readonly name?: string
}

/** A function call a model asks for. `arguments` is JSON text exactly as the model wrote it. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

export interface AssistantMessage {
  readonly role: 'assistant'
  /** `null` when the turn holds tool calls or a refusal only. */
  readonly content: string | readonly TextPart[] | null
  readonly name?: string
  /** The model's thinking, when the provider shows it. Never passed on to other models. */
  readonly reasoning?: string
  readonly refusal?: string
  readonly toolCalls?: readonly ToolCall[]
}

/** The result of a tool call, answered to the call with the same id. */
export interface ToolMessage {
  readonly role: 'tool'
  readonly toolCallId: string
  readonly content: string | readonly TextPart[]
}

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage

/**
 * The text of a message's content: parts joined without a separator, parts that are not text left out.
 * `null` content is the empty string.
 */
export function textOf(content: Message['content']): string {
  if (content === null) return ''
  if (typeof content === 'string') return content
  let text = ''
  for (const part of content) if (part.type === 'text') text += part.text
  return text
}
