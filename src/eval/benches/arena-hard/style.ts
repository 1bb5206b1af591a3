import { ProblemLog, type Problem } from '../../problems.js'
import { countMarkdown, type StyleVector, styleVector } from './markdown-counts.js'
import type { ArenaAnswer } from './records.js'

/** What style control looks at, by model and question. */
export type StyleTable = ReadonlyMap<string, ReadonlyMap<string, StyleVector>>

/** What style control keeps constant: length and markdown together, or one of them. */
export type StyleControl = 'style' | 'length' | 'markdown'

/** Positions in a {@link StyleVector} of what a control looks at. */
export const CONTROLLED: Readonly<Record<StyleControl, readonly number[]>> = {
  style: [0, 1, 2, 3],
  length: [0],
  markdown: [1, 2, 3],
}

/** The published names of a {@link StyleVector}'s elements. */
export const STYLE_ELEMENTS = ['token_len', 'header_count', 'list_count', 'bold_count'] as const

/**
 * The style of answers, from their metadata or, without it, from their text and token length. Answers without a
 * token length are left out and reported.
 */
export function arenaStyle(answers: readonly ArenaAnswer[]): {
  readonly style: StyleTable
  readonly problems: readonly Problem[]
} {
  const log = new ProblemLog()
  const style = new Map<string, Map<string, StyleVector>>()
  for (const { questionId, model, text, tokenLength, style: metadata } of answers) {
    let ofModel = style.get(model)
    if (ofModel === undefined) style.set(model, (ofModel = new Map<string, StyleVector>()))
    if (metadata !== undefined) ofModel.set(questionId, styleVector(metadata))
    else if (tokenLength !== undefined) {
      ofModel.set(questionId, styleVector({ token_len: tokenLength, ...countMarkdown(text) }))
    } else {
      log.add('record-missing', 'The answer has no token length; it has no style.', {
        id: `${model}, ${questionId}`,
      })
    }
  }
  return { style, problems: log.list() }
}

/** Mean answer length of each model in whole tokens, as the published leaderboard prints it. */
export function averageTokens(answers: readonly ArenaAnswer[]): ReadonlyMap<string, number> {
  const sums = new Map<string, { tokens: number; count: number }>()
  for (const { model, tokenLength = 0 } of answers) {
    const sum = sums.get(model) ?? { tokens: 0, count: 0 }
    sum.tokens += tokenLength
    sum.count += 1
    sums.set(model, sum)
  }
  return new Map([...sums].map(([model, { tokens, count }]) => [model, Math.trunc(tokens / count)]))
}
