import { MoaError } from '../../../../core/index.js'
import { pythonStrip } from '../../../python/text.js'

const START = '<|im_start|>'
const END = '<|im_end|>'

/** A chat message as it is sent to the judge; `name` and the like where the markup gives them. */
export interface MarkupMessage {
  readonly role: string
  readonly content: string
  readonly [field: string]: string
}

/** Whether a judge takes chat messages; completion models take the prompt as one text. */
export function isChatModel(model: string): boolean {
  if (model.includes('instruct') || model.startsWith('text-')) return false
  return !model.includes('gpt-3') || model.includes('turbo')
}

/**
 * Splits a prompt in chat markup into messages. Markers inside an output split too, as in the original.
 *
 * @throws MoaError `data_invalid` for a prompt that does not begin and end with a marker, or a message without a line
 * for its role.
 */
export function parseChatMarkup(prompt: string): readonly MarkupMessage[] {
  const text = pythonStrip(prompt)
  if (!text.startsWith(START) || !text.endsWith(END)) {
    throw new MoaError(
      'data_invalid',
      `Prompt template: a chat judge's prompt must start with ${START} and end with ${END}; add the markers to the template.`,
    )
  }
  return text.split(START).slice(1).map(parseMessage)
}

function parseMessage(part: string): MarkupMessage {
  const lineEnd = part.indexOf('\n')
  if (lineEnd < 0) {
    throw new MoaError('data_invalid', `Prompt template: expected a line with the role after ${START}.`)
  }
  const head = pythonStrip(part.slice(0, lineEnd))
  const [body = ''] = part.slice(lineEnd + 1).split(END, 1)
  const content = pythonStrip(body)
  if (!head.startsWith('system') || head === 'system') return { content, role: head }
  return { content, role: 'system', ...fieldsOf(head.slice('system'.length)) }
}

/** `name=x place=y` as fields. */
function fieldsOf(text: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const part of text.split(' ').filter((piece) => piece !== '')) {
    const [key = '', ...rest] = part.split('=')
    if (rest.length === 0) {
      throw new MoaError('data_invalid', `Prompt template: expected name=value after the role system.`)
    }
    fields[key] = rest.join('=')
  }
  return fields
}
