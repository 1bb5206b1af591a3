import { textOf } from '../../core/index.js'
import type { ChatRequest } from '../../core/index.js'
import { hash32 } from '../../util/index.js'

/**
 * The proposals an aggregator was given, in order, recognised by their form alone:
 *
 * - `<proposal …>…</proposal …>` blocks in any message, their text entity-escaped or not; what stands in the line of
 *   the opening marker of a block of several lines is a note about it, not part of it;
 * - a system message that ends with a numbered list (`1. …`, `2. …`) right after a line that ends with a colon.
 */
export function findProposals(request: ChatRequest): string[] {
  const blocks = findBlocks(request, 'proposal')
  if (blocks.length > 0) return blocks
  for (const message of request.messages) {
    if (message.role !== 'system' && message.role !== 'developer') continue
    const items = numberedTail(textOf(message.content))
    if (items.length > 0) return items
  }
  return []
}

/** A reviewer's notes on the proposals: the text of a `<review …>` block. */
export function findReview(request: ChatRequest): string | undefined {
  return findBlocks(request, 'review')[0]
}

function findBlocks(request: ChatRequest, name: 'proposal' | 'review'): string[] {
  const pattern = new RegExp(`<${name}\\b[^>]*>([\\s\\S]*?)</${name}\\b[^>]*>`, 'g')
  const blocks: string[] = []
  for (const message of request.messages) {
    if (message.role === 'assistant') continue
    for (const [, body] of textOf(message.content).matchAll(pattern))
      blocks.push(unescapeEntities(withoutNote(body as string)).trim())
  }
  return blocks
}

function withoutNote(body: string): string {
  const end = body.indexOf('\n')
  return end !== -1 && body.endsWith('\n') && end < body.length - 1 ? body.slice(end + 1) : body
}

/**
 * A message's text without the proposals that were put at its end: everything from the paragraph that introduces the
 * first block.
 */
export function withoutProposals(text: string): string {
  const at = text.search(/<proposal\b/)
  return at === -1 ? text : text.slice(0, at).trimEnd().split('\n\n').slice(0, -1).join('\n\n')
}

/**
 * What identifies a proposal in a merged answer: its first words and a checksum of all of it. White space and
 * entity escapes make no difference.
 */
export function proposalFingerprint(text: string): string {
  const plain = unescapeEntities(text).replace(/\s+/g, ' ').trim()
  const words = plain
    .replace(/[#*_`>|[\]]/g, '')
    .trim()
    .split(' ')
    .slice(0, 5)
    .join(' ')
  const start = [...words].slice(0, 40).join('')
  return `“${start}” (${hash32(plain).toString(16).padStart(8, '0')})`
}

/** Entities as the characters they stand for, also when they were escaped twice. */
function unescapeEntities(text: string): string {
  const plain = text
    .replace(/&(lt|gt|quot|apos|amp);/gi, (_, name: string) => ENTITIES[name.toLowerCase()] as string)
    .replace(/&#(x[0-9a-f]{1,5}|\d{1,6});/gi, (_, code: string) =>
      String.fromCodePoint(/^x/i.test(code) ? parseInt(code.slice(1), 16) : parseInt(code, 10)),
    )
  return plain === text ? text : unescapeEntities(plain)
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

/** Numbers at line starts looked at; the search for the outer list is quadratic. */
const MAX_MARKS = 400

/** The items of the numbered list a text ends with; items may hold numbered lists of their own. */
function numberedTail(text: string): string[] {
  // Lists of rules may stand before it, and answers may hold lists; the one announced as answers is meant.
  const heads = [...text.matchAll(/^([^\n]*):[ \t]*\n+(?=1\. )/gm)]
  const head =
    heads.find((match) => /answer|response|reference|proposal|model|回答|答案/i.test(match[1] as string)) ??
    heads[0]
  if (!head) return []
  const tail = text.slice(head.index + head[0].length)
  const marks = [...tail.matchAll(/^(\d{1,3})\. /gm)].slice(0, MAX_MARKS).map((match) => ({
    number: Number(match[1]),
    start: match.index,
    body: match.index + match[0].length,
  }))
  const outer = outerMarks(marks.map((mark) => mark.number))
  return outer.map((index, place) => {
    const next = outer[place + 1]
    const end = next === undefined ? tail.length : marks[next]?.start
    return tail.slice(marks[index]?.body, end).trim()
  })
}

/**
 * Which numbers of a sequence count the outer list when items hold lists that count from 1 as well: the longest
 * choice 1, 2, 3, … for which every stretch between two of them is made of complete inner counts.
 */
export function outerMarks(numbers: readonly number[]): number[] {
  // best[i]: the longest way to make number i an outer mark, as indices.
  const best: (number[] | undefined)[] = numbers.map(() => undefined)
  if (numbers[0] !== 1) return []
  best[0] = [0]
  let result: number[] | undefined
  for (let from = 0; from < numbers.length; from += 1) {
    const chosen = best[from]
    if (chosen === undefined) continue
    let previous = 0
    for (let index = from + 1; index <= numbers.length; index += 1) {
      const number = numbers[index]
      if (number === undefined) {
        if (result === undefined || chosen.length > result.length) result = chosen
        break
      }
      if (number === chosen.length + 1 && chosen.length >= (best[index]?.length ?? 0))
        best[index] = [...chosen, index]
      // An inner list starts at 1 and goes on by one; anything else has to be an outer mark.
      if (number !== 1 && number !== previous + 1) break
      previous = number
    }
  }
  return result ?? [0]
}
