import type { Random } from '../../util/index.js'
import type { PromptView } from '../prompt/view.js'

/** What a writer needs while it writes one answer. */
export interface Writing {
  readonly view: PromptView
  readonly random: Random
  /** Draws items without repeating any before all were used. */
  draw(bank: readonly string[]): string
  /** Puts the prompt's words into a sentence. */
  fill(template: string): string
}

/** Starts an answer: banks are shuffled anew, words are taken from the prompt in turn. */
export function startWriting(view: PromptView, random: Random): Writing {
  const decks = new Map<readonly string[], string[]>()
  const words = view.words
  let turn = random.below(words.length)
  const fill = (template: string): string => {
    const from = turn
    turn += 1
    return template.replace(/\{(topic|[abcABC])\}/g, (_, slot: string) => {
      if (slot === 'topic') return view.topic
      const word = words[(from + 'abc'.indexOf(slot.toLowerCase())) % words.length] as string
      return slot < 'a' ? capitalise(word) : word
    })
  }
  const draw = (bank: readonly string[]): string => {
    let deck = decks.get(bank)
    if (deck === undefined || deck.length === 0) decks.set(bank, (deck = random.shuffle(bank)))
    return deck.pop() as string
  }
  return { view, random, draw, fill: (template) => sentenceCase(fill(template)) }
}

/** The text with its first letter in upper case. */
export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A sentence that begins with a filled-in word begins with a capital. */
function sentenceCase(text: string): string {
  return /^[a-z]/.test(text) ? capitalise(text) : text
}

/** A whole number from `from` to `to`, both possible. */
export function between(random: Random, range: readonly [number, number]): number {
  return range[0] + random.below(range[1] - range[0] + 1)
}
