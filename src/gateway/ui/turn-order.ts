import { array, bad, object, string } from '../../wire/check.js'
import type { Attachment, Question, Turn, TurnOrder } from './conversation.js'

const MOST_ATTACHMENTS = 20
const IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$/
const PDF = /^data:application\/pdf;base64,[A-Za-z0-9+/]+=*$/

/** @throws {@link MoaError} `invalid_request` naming the field */
export function readTurnOrder(body: unknown): TurnOrder {
  const { model, parent = null, question } = object(body, 'body')
  const { text, attachments = [] } = object(question, 'question')
  const files = array(attachments, 'question.attachments')
  if (files.length > MOST_ATTACHMENTS)
    throw bad('question.attachments', `expected at most ${MOST_ATTACHMENTS} files, got ${files.length}.`)
  const read = { text: string(text, 'question.text'), attachments: files.map(attachment) }
  if (read.text.trim() === '' && files.length === 0)
    throw bad('question', 'expected a text or a file, got neither.')
  return {
    model: string(model, 'model'),
    parent: parent === null ? null : string(parent, 'parent'),
    question: read,
  }
}

function attachment(value: unknown, index: number): Attachment {
  const param = `question.attachments[${index}]`
  const { kind, name, content } = object(value, param)
  const read = {
    name: string(name, `${param}.name`).slice(0, 200),
    content: string(content, `${param}.content`),
  }
  if (kind === 'text') return { kind, ...read }
  if (kind === 'pdf') {
    if (!PDF.test(read.content)) throw bad(`${param}.content`, 'expected a data: URL of a PDF.')
    return { kind, ...read }
  }
  if (kind !== 'image') throw bad(`${param}.kind`, 'expected "image", "pdf" or "text".')
  if (!IMAGE.test(read.content))
    throw bad(`${param}.content`, 'expected a data: URL of a PNG, JPEG, GIF or WebP image.')
  return { kind, ...read }
}

/**
 * The turns that lead to a new one, oldest first.
 *
 * @throws {@link MoaError} `invalid_request` for a parent that is not there
 */
export function pathTo(parent: string | null, turns: readonly Turn[]): readonly Turn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]))
  const path: Turn[] = []
  for (let id = parent; id !== null;) {
    const turn = byId.get(id)
    if (turn === undefined)
      throw bad('parent', 'there is no such turn in this conversation; reload the page.')
    path.unshift(turn)
    id = turn.parent
  }
  return path
}

/** The body of a chat-completions request: what was said so far, and the new question. */
export function chatBody(
  { model, question }: TurnOrder,
  { path, system }: { readonly path: readonly Turn[]; readonly system: string | undefined },
): Readonly<Record<string, unknown>> {
  const before = path.flatMap((turn) => [
    { role: 'user', content: contentOf(turn.question) },
    // A turn without an answer would leave two questions in a row, which some providers refuse.
    { role: 'assistant', content: turn.view.text || turn.view.refusal || '(no answer)' },
  ])
  return {
    model,
    stream: true,
    messages: [
      ...(system === undefined || system === '' ? [] : [{ role: 'system', content: system }]),
      ...before,
      { role: 'user', content: contentOf(question) },
    ],
    moa: { progress: false },
  }
}

/** Texts become one part under their files' names, so that models without file support get a plain message. */
function contentOf({ text, attachments }: Question): unknown {
  const texts = [
    ...(text.trim() === '' ? [] : [text]),
    ...attachments.flatMap(({ kind, name, content }) =>
      kind === 'text' ? [`${name}:\n\n${content.trimEnd()}`] : [],
    ),
  ].join('\n\n')
  const others = attachments.flatMap(({ kind, name, content }): object[] => {
    if (kind === 'text') return []
    return kind === 'image'
      ? [{ type: 'image_url', image_url: { url: content } }]
      : [{ type: 'file', file: { filename: name, file_data: content } }]
  })
  if (others.length === 0) return texts
  return [...(texts === '' ? [] : [{ type: 'text', text: texts }]), ...others]
}
