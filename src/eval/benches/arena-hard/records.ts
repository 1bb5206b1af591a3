/** The files of Arena-Hard-Auto v0.1 (`lm-sys/arena-hard-auto`) and v2.0 (`lmarena/arena-hard-auto`). */

import type { Message } from '../../../core/message.js'

/** A question of either version: v0.1 has one turn of text, v2.0 a prompt. */
export interface ArenaQuestion {
  readonly id: string
  readonly category: string
  readonly prompt: string
}

/** Markdown elements of an answer, by kind. */
export interface MarkdownCounts {
  readonly header_count: Readonly<Record<'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6', number>>
  readonly list_count: Readonly<Record<'ordered' | 'unordered', number>>
  readonly bold_count: Readonly<Record<'**' | '__', number>>
}

/** An answer's length in tokens and its markdown: `conv_metadata` in v0.1, `metadata` in v2.0. */
export interface StyleMetadata extends MarkdownCounts {
  readonly token_len: number
}

/** An answer of either version. */
export interface ArenaAnswer {
  readonly questionId: string
  readonly model: string
  readonly text: string
  /** In tokens, where the file says. */
  readonly tokenLength?: number
  readonly style?: StyleMetadata
}

/** A line of v0.1's `model_answer/<model>.jsonl`. */
export interface V01AnswerRecord {
  readonly question_id: string
  readonly answer_id: string
  readonly model_id: string
  readonly choices: readonly {
    readonly index: number
    readonly turns: readonly { readonly content: string; readonly token_len?: number }[]
  }[]
  /** Seconds since 1970. */
  readonly tstamp: number
  readonly conv_metadata?: StyleMetadata
}

/** A line of v2.0's `model_answer/<model>.jsonl`. */
export interface V2AnswerRecord {
  readonly uid: string
  readonly ans_id: string
  readonly model: string
  readonly messages: readonly [
    { readonly role: 'user'; readonly content: string },
    { readonly role: 'assistant'; readonly content: { readonly answer: string } },
  ]
  /** Seconds since 1970. */
  readonly tstamp: number
  readonly metadata?: StyleMetadata
}

/** One of the two games of v0.1. `score` is the judge's label, or null without one. */
export interface V01Game {
  readonly user_prompt?: string
  readonly judgment?: string
  readonly score: string | null
}

/** A line of v0.1's `model_judgment/<judge>/<model>.jsonl`. */
export interface V01Judgment {
  readonly question_id: string
  readonly model: string
  readonly judge: string
  readonly games: readonly V01Game[]
}

/** One of the two games of v2.0; null when the judge could not be reached. */
export interface V2Game {
  readonly score: string | null
  readonly judgment?: { readonly answer: string }
  readonly prompt?: readonly Message[]
}

/** A line of v2.0's `model_judgment/<judge>/<model>.jsonl`. */
export interface V2Judgment {
  readonly uid: string
  readonly category: string
  readonly judge: string
  readonly model: string
  readonly baseline: string
  readonly games: readonly (V2Game | null)[]
}
