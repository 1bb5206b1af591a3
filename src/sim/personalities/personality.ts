import type { QuestionKind } from '../prompt/question.js'

/** A building block of an answer; the order of blocks is the structure of a personality. */
export type Block =
  | 'opening'
  | 'view'
  | 'paragraph'
  | 'points'
  | 'steps'
  | 'table'
  | 'example'
  | 'quote'
  | 'checks'
  | 'caveat'
  | 'closing'

/**
 * A simulated writer. Sentences may name the prompt's words: `{topic}`, `{a}`, `{b}`, `{c}`, with a capital letter
 * (`{A}`) at the start of a sentence.
 */
export interface Personality {
  readonly name: string
  /** One line for people. */
  readonly description: string
  /** Writes reasoning before the answer. */
  readonly reasons?: boolean
  /** Relative to others; 2 takes twice as long. Only latency models that vary use it. */
  readonly slowness: number
  /** Put before headings; empty for one who writes without them. */
  readonly heading: '' | '## ' | '### ' | '**'
  /** Marks the items of lists. `1)` counts up. */
  readonly bullet: '-' | '*' | '+' | '1)'
  /** Put around the words it stresses; empty for one who stresses nothing. */
  readonly emphasis: '' | '**' | '_' | '`'
  /** Items of a list, from and to. */
  readonly items: readonly [number, number]
  /** Sentences of a paragraph, from and to. */
  readonly sentences: readonly [number, number]
  readonly layout: readonly Block[]
  readonly layouts?: Partial<Record<QuestionKind, readonly Block[]>>
  readonly titles: {
    readonly points: string
    readonly steps: string
    readonly checks: string
    readonly caveat: string
  }
  readonly openings: readonly string[]
  readonly views: readonly string[]
  readonly caveats: readonly string[]
  readonly closings: readonly string[]
}
