import type { Block, Personality } from '../personalities/index.js'
import { between, capitalise, type Writing } from './fill.js'
import { PHRASES } from './phrases.js'

/** Writes one block of an answer in a personality's manner: Markdown without a trailing line end. */
export function writeBlock(block: Block, personality: Personality, writing: Writing): string {
  const sentence = (bank: readonly string[]): string => writing.fill(writing.draw(bank))
  switch (block) {
    case 'opening':
      return stress(sentence(personality.openings), personality, writing)
    case 'view':
      return sentence(personality.views)
    case 'closing':
      return sentence(personality.closings)
    case 'quote':
      return `> ${sentence(personality.views)}`
    case 'paragraph':
      return paragraph(personality, writing)
    case 'example':
      return sentence(PHRASES.examples)
    case 'caveat':
      return titled(personality.titles.caveat, sentence(personality.caveats), personality)
    case 'points':
      return titled(personality.titles.points, points(personality, writing), personality)
    case 'steps':
      return titled(
        personality.titles.steps,
        list(items(PHRASES.steps, personality, writing), '1)'),
        personality,
      )
    case 'checks':
      return titled(
        personality.titles.checks,
        list(
          items(PHRASES.checks, personality, writing)
            .slice(0, 4)
            .map((item) => `[ ] ${item}`),
          '-',
        ),
        personality,
      )
    case 'table':
      return table(personality, writing)
  }
}

/** Marks the items of a list; `1)` counts, so that numbers at the start of a line never look like `1.`. */
export function list(items: readonly string[], bullet: Personality['bullet']): string {
  return items.map((item, index) => `${bullet === '1)' ? `${index + 1})` : bullet} ${item}`).join('\n')
}

/** A part under its heading, or alone for who writes without headings. */
export function titled(title: string, body: string, personality: Personality): string {
  if (personality.heading === '') return body
  return personality.heading === '**'
    ? `**${title}**\n\n${body}`
    : `${personality.heading}${title}\n\n${body}`
}

function items(bank: readonly string[], personality: Personality, writing: Writing): string[] {
  const count = between(writing.random, personality.items)
  return Array.from({ length: count }, () => writing.fill(writing.draw(bank)))
}

/** What was asked for by number is listed by name; otherwise a list makes points. */
function points(personality: Personality, writing: Writing): string {
  const { view, random } = writing
  if (view.kind !== 'list') {
    const bank = view.kind === 'why' ? PHRASES.reasons : PHRASES.points
    return list(items(bank, personality, writing), personality.bullet)
  }
  const count = view.count ?? between(random, personality.items)
  const nouns = random.shuffle(PHRASES.nouns)
  const entries = Array.from({ length: count }, (_, index) => {
    const word = view.words[index % view.words.length] as string
    const noun = nouns[Math.floor(index / view.words.length + index) % nouns.length] as string
    return `${mark(capitalise(`${word} ${noun}`), personality)}: ${writing.draw(PHRASES.asides)}`
  })
  return list(entries, personality.bullet)
}

function paragraph(personality: Personality, writing: Writing): string {
  const count = between(writing.random, personality.sentences)
  const bank = writing.view.kind === 'why' ? PHRASES.reasons : PHRASES.sentences
  const sentences = Array.from({ length: count }, (_, index) =>
    writing.fill(writing.draw(index === 0 ? bank : PHRASES.sentences)),
  )
  return stress(sentences.join(' '), personality, writing)
}

function table(personality: Personality, writing: Writing): string {
  const [left, right] = writing.view.pair ?? [
    writing.view.words[0] as string,
    writing.view.words[1] ?? 'the alternative',
  ]
  const count = Math.min(PHRASES.contrasts.length, between(writing.random, personality.items))
  const rows = writing.random.shuffle(PHRASES.contrasts).slice(0, count)
  const swap = writing.random.below(2) === 1
  return [
    `| | ${left} | ${right} |`,
    '| --- | --- | --- |',
    ...rows.map(([name, one, other]) => `| ${name} | ${swap ? other : one} | ${swap ? one : other} |`),
  ].join('\n')
}

function mark(text: string, personality: Personality): string {
  return `${personality.emphasis}${text}${personality.emphasis}`
}

/** Stresses the first of the prompt's words that stands free in a text. */
function stress(text: string, personality: Personality, writing: Writing): string {
  if (personality.emphasis === '') return text
  for (const word of writing.view.words) {
    const at = text.indexOf(word)
    if (at > 0 && /[\s]/.test(text.charAt(at - 1)) && !/[\p{L}\p{N}]/u.test(text.charAt(at + word.length)))
      return text.slice(0, at) + mark(word, personality) + text.slice(at + word.length)
  }
  return text
}
