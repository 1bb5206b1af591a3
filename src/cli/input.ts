import { readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { MoaError } from '../core/errors.js'
import type { ContentPart, Message } from '../core/message.js'
import { fileReason } from '../util/file-reason.js'
import { stdinKind, type Shell } from './shell.js'

export interface PromptFlags {
  readonly system?: string
  readonly file?: readonly string[]
  /** `false` leaves standard input alone. */
  readonly stdin?: boolean
}

/** More than any model reads; a limit against reading without end. */
const MAX_BYTES = 32 * 1024 * 1024
/** How long standard input may stay silent when there is a prompt already. */
const PIPE_PATIENCE_MS = 2_000
const SOCKET_PATIENCE_MS = 100

/**
 * The question, from the words of the command line, standard input and files, in this order.
 *
 * @throws {@link MoaError} `usage` when nothing is asked; `file_unreadable`, `data_invalid`
 */
export async function readPrompt(
  words: readonly string[],
  flags: PromptFlags,
  shell: Pick<Shell, 'stdin' | 'note' | 'signal'>,
): Promise<readonly Message[]> {
  const dash = words.includes('-')
  const text = words.filter((word) => word !== '-').join(' ')
  const files = (flags.file ?? []).map(readAttachment)
  const piped =
    flags.stdin === false && !dash ? '' : await readStdin(shell, { wait: dash || text.trim() === '' })
  const question = [text, piped].filter((part) => part.trim() !== '').join('\n\n')
  if (question === '' && files.length === 0)
    throw new MoaError(
      'usage',
      'There is no question. Give it as words, or pipe it in: moa ask "Why is the sky blue?"',
    )
  const content: ContentPart[] = [
    ...(question === '' ? [] : [{ type: 'text' as const, text: question }]),
    ...files,
  ]
  const [only] = content
  return [
    ...(flags.system === undefined ? [] : [{ role: 'system' as const, content: flags.system }]),
    { role: 'user', content: content.length === 1 && only?.type === 'text' ? only.text : joinTexts(content) },
  ]
}

/** Texts become one part, so that models without file support get a plain message. */
function joinTexts(parts: readonly ContentPart[]): string | readonly ContentPart[] {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const others = parts.filter((part) => part.type !== 'text')
  const text = texts.join('\n\n')
  if (others.length === 0) return text
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...others]
}

const IMAGES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
}

/** A file to go with the question: an image, a PDF, or text under its name. */
function readAttachment(path: string): ContentPart {
  const bytes = readBytes(path)
  const extension = extname(path).toLowerCase()
  const image = IMAGES[extension]
  if (image !== undefined) return { type: 'image', url: `data:${image};base64,${bytes.toString('base64')}` }
  const filename = basename(path)
  if (extension === '.pdf')
    return { type: 'file', data: `data:application/pdf;base64,${bytes.toString('base64')}`, filename }
  const text = decodeText(bytes, path, 'Give text, a PDF, or an image (PNG, JPEG, GIF, WebP).')
  return { type: 'text', text: `${filename}:\n\n${text.trimEnd()}` }
}

function readBytes(path: string): Buffer {
  try {
    const { size } = statSync(path)
    if (size > MAX_BYTES) throw tooLong(path)
    return readFileSync(path)
  } catch (error) {
    if (error instanceof MoaError) throw error
    throw new MoaError('file_unreadable', `Cannot read ${path}: ${fileReason(error)}.`, { cause: error })
  }
}

/** Text of a file that the user named. @throws {@link MoaError} `file_unreadable`, `data_invalid` */
export function readTextFile(path: string): string {
  return decodeText(readBytes(path), path, 'Give a text file in UTF-8.')
}

function decodeText(bytes: Uint8Array, source: string, hint: string): string {
  if (bytes.includes(0)) throw new MoaError('data_invalid', `${source} is binary data, not text. ${hint}`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const line = 1 + lineOfFirstBadByte(bytes)
    throw new MoaError(
      'data_invalid',
      `${source} is not valid UTF-8 (line ${line}). Convert it, for example with iconv.`,
    )
  }
}

/** Where a text stops being UTF-8: the number of whole lines before. */
function lineOfFirstBadByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let lines = 0
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start)
    const end = newline === -1 ? bytes.length : newline + 1
    try {
      decoder.decode(bytes.subarray(start, end))
    } catch {
      return lines
    }
    lines += 1
    start = end
  }
  return lines
}

const tooLong = (source: string): MoaError =>
  new MoaError('data_invalid', `${source} is longer than ${MAX_BYTES / 1024 / 1024} MiB; give a part of it.`)

/**
 * Reads standard input to its end. With a prompt at hand nobody waits for a pipe in which nothing happens: programs
 * often start others with an input they never close.
 */
async function readStdin(
  { stdin, note, signal }: Pick<Shell, 'stdin' | 'note' | 'signal'>,
  { wait }: { wait: boolean },
): Promise<string> {
  const kind = stdinKind()
  if (kind === 'none' || (kind === 'terminal' && !wait)) return ''
  if (kind === 'terminal') note('Type the question and end it with Ctrl-D.')
  if (
    !wait &&
    kind !== 'file' &&
    !(await somethingComes(stdin, kind === 'pipe' ? PIPE_PATIENCE_MS : SOCKET_PATIENCE_MS))
  ) {
    if (kind === 'pipe')
      note(
        `Nothing came on standard input within ${PIPE_PATIENCE_MS / 1000} s; going on without it. Give "-" to wait for it.`,
      )
    stdin.destroy()
    return ''
  }
  const chunks: Buffer[] = []
  let size = 0
  const stop = (): void => void stdin.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_BYTES) throw tooLong('Standard input')
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  signal.throwIfAborted()
  return decodeText(Buffer.concat(chunks), 'Standard input', 'Give files with --file.').trimEnd()
}

function somethingComes(stdin: NodeJS.ReadStream, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (came: boolean) => (): void => {
      clearTimeout(timer)
      stdin.off('readable', came_).off('end', came_).off('error', came_)
      resolve(came)
    }
    const came_ = settle(true)
    const timer = setTimeout(settle(false), patienceMs)
    stdin.on('readable', came_).on('end', came_).on('error', came_)
  })
}
