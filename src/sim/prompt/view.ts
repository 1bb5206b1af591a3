import { textOf } from '../../core/index.js'
import type { ChatRequest, Message } from '../../core/index.js'
import { findArithmetic, type Arithmetic } from './arithmetic.js'
import { withoutProposals } from './proposals.js'
import { classify, type QuestionKind } from './question.js'
import { keyWords, languageOf, topicOf, type Language } from './words.js'

/** What a simulated model makes of a request before it answers. */
export interface PromptView {
  /** The last user message's text. */
  readonly question: string
  /** All system and developer messages. */
  readonly system: string
  readonly language: Language
  readonly kind: QuestionKind
  /** What the question is about, in its own words. */
  readonly topic: string
  /** Its telling words, in the order they came; never empty. */
  readonly words: readonly string[]
  /** What a comparison compares. */
  readonly pair: readonly [string, string] | undefined
  /** How many things were asked for. */
  readonly count: number | undefined
  readonly arithmetic: Arithmetic | undefined
  readonly attachments: { readonly images: number; readonly files: number; readonly sounds: number }
  /** User turns before the last one. */
  readonly earlierTurns: number
  /** Results of tool calls that came after the last user message. */
  readonly toolResults: readonly string[]
}

/**
 * The question a request asks: the last user message, without proposals that were put at its end. A message of
 * proposals alone asks what the one before it asked.
 */
export function questionOf(request: ChatRequest): { readonly text: string; readonly index: number } {
  for (let index = request.messages.length - 1; index >= 0; index -= 1) {
    const message = request.messages[index] as Message
    if (message.role !== 'user') continue
    const text = withoutProposals(textOf(message.content))
    if (
      text !== '' ||
      (typeof message.content !== 'string' && message.content.some((part) => part.type !== 'text'))
    )
      return { text, index }
  }
  return { text: '', index: -1 }
}

/** Reads what matters out of a request. Pure. */
export function viewPrompt(request: ChatRequest): PromptView {
  const { messages } = request
  const { text: question, index: last } = questionOf(request)
  const system = messages
    .filter(isSystem)
    .map((message) => textOf(message.content))
    .join('\n\n')
  const language = languageOf(question === '' ? system : question)
  const arithmetic = question.length > 400 ? undefined : findArithmetic(question)
  const topic = topicOf(question, language)
  return {
    question,
    system,
    language,
    kind: classify(question, arithmetic),
    topic,
    words: keyWords(question, language),
    pair: pairOf(question),
    count: countOf(question),
    arithmetic,
    attachments: countAttachments(messages),
    earlierTurns: messages.slice(0, Math.max(0, last)).filter((message) => message.role === 'user').length,
    toolResults: messages
      .slice(last + 1)
      .filter((message) => message.role === 'tool')
      .map((message) => textOf(message.content)),
  }
}

const isSystem = (message: Message): boolean => message.role === 'system' || message.role === 'developer'

function countAttachments(messages: readonly Message[]): PromptView['attachments'] {
  const count = { images: 0, files: 0, sounds: 0 }
  for (const message of messages) {
    if (message.role !== 'user' || typeof message.content === 'string') continue
    for (const part of message.content) {
      if (part.type === 'image') count.images += 1
      else if (part.type === 'file') count.files += 1
      else if (part.type === 'audio') count.sounds += 1
    }
  }
  return count
}

/** One to three words. Their length is bounded, or a prompt without spaces would take the square of its length. */
const THING = `["'“]?([\\p{L}\\p{N}][\\p{L}\\p{N}.+#-]{0,60}(?: [\\p{L}\\p{N}.+#-]{1,60}){0,2}?)["'”]?`
const PAIRS = [
  new RegExp(
    `\\b(?:compare|between|differences? between) ${THING} (?:and|with|to|versus|vs\\.?) ${THING}(?=[,.?!;:]|$| (?:for|in|on|when|by|as)\\b)`,
    'iu',
  ),
  new RegExp(`${THING} (?:versus|vs\\.?) ${THING}(?=[,.?!;:]|$| )`, 'iu'),
  /(?:比较|对比)(?:一下)?\s*(.{1,10}?)(?:和|与|跟)(.{1,10}?)(?:[,.?!\u3002\uff01\uff0c\uff1f的]|$)/u,
]

function pairOf(question: string): readonly [string, string] | undefined {
  for (const pattern of PAIRS) {
    const match = pattern.exec(question)
    if (match?.[1] !== undefined && match[2] !== undefined) return [match[1].trim(), match[2].trim()]
  }
  return undefined
}

const NUMBER_WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

function countOf(question: string): number | undefined {
  const digits =
    /\b(?:list|give|name|write|suggest|top|best|tell me|provide|show)\b[^.?!\d]{0,20}\b(\d{1,2})\b/i.exec(
      question,
    )
  const count = digits
    ? Number(digits[1])
    : NUMBER_WORDS.findIndex((word) =>
        new RegExp(`\\b(?:list|give|name|suggest|top|provide)\\b[^.?!]{0,12}\\b${word}\\b`, 'i').test(
          question,
        ),
      ) + 1
  return count >= 1 && count <= 20 ? count : undefined
}
