import type { Attachment } from '../../../../src/gateway/ui/conversation.js'
import { t } from '../../i18n/index.js'

const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
const PDF = 'application/pdf'
const MOST_BYTES = 10 * 1024 * 1024

/** What can be chosen in the file dialog. */
export const ACCEPTED =
  '.txt,.md,.csv,.json,.yaml,.yml,.xml,.html,.css,.js,.ts,.py,.log,text/*,application/pdf,image/png,image/jpeg,image/gif,image/webp'

/**
 * Reads a file to go with a question: an image or a PDF as it is, anything else as text.
 *
 * @returns the attachment, or what is wrong with the file
 */
export async function readAttachment(file: File): Promise<Attachment | string> {
  const { name, size, type } = file
  if (size > MOST_BYTES) return t('attachment.tooLarge', { name, size: MOST_BYTES / 1024 / 1024 })
  if (IMAGES.has(type) || type === PDF) {
    const content = await dataUrl(file)
    if (content === undefined) return t('attachment.notText', { name })
    return { kind: type === PDF ? 'pdf' : 'image', name, content }
  }
  const text = decode(new Uint8Array(await file.arrayBuffer()))
  return text === undefined ? t('attachment.notText', { name }) : { kind: 'text', name, content: text }
}

function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined // Not UTF-8.
  }
}

function dataUrl(file: File): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.onerror = () => resolve(undefined)
    reader.readAsDataURL(file)
  })
}
