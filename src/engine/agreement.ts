import { finalAnswer } from './final-answer.js'

/** Answers that agree on their final answer agree, however differently they argue. */
export interface Agreement {
  /** 0 (nothing in common) to 1 (the same). */
  readonly score: number
  /** Index of the proposal most like all others. */
  readonly central: number
  /** `answer`: measured on extracted final answers. `text`: on the words. */
  readonly measure: 'answer' | 'text'
}

/**
 * How far proposals agree, without asking any model. Where at least two thirds of them state a final answer (a
 * number, a choice, a short phrase), the score is the share of all proposals that give the most frequent one.
 * Otherwise it is the mean cosine similarity of their word counts over all pairs.
 */
export function agreement(proposals: readonly { readonly text: string }[]): Agreement {
  if (proposals.length < 2) return { score: 1, central: 0, measure: 'text' }
  const vectors = proposals.map(({ text }) => wordCounts(text))
  const closeness = vectors.map((a, i) => {
    let sum = 0
    for (const [j, b] of vectors.entries()) if (i !== j) sum += cosine(a, b)
    return sum / (vectors.length - 1)
  })
  const answers = proposals.map(({ text }) => finalAnswer(text))
  if (answers.filter((answer) => answer !== undefined).length * 3 >= proposals.length * 2) {
    const { winner, votes } = majority(answers)
    const central = best(closeness, (index) => answers[index] === winner)
    return { score: votes / proposals.length, central, measure: 'answer' }
  }
  const score = closeness.reduce((sum, value) => sum + value, 0) / closeness.length
  return { score, central: best(closeness, () => true), measure: 'text' }
}

/** The most frequent value; of several, the one that occurs first. Absent values don't vote. */
export function majority(answers: readonly (string | undefined)[]): {
  winner: string | undefined
  votes: number
} {
  const votes = new Map<string, number>()
  for (const answer of answers) if (answer !== undefined) votes.set(answer, (votes.get(answer) ?? 0) + 1)
  let winner: string | undefined
  for (const [answer, count] of votes) {
    if (winner === undefined || count > (votes.get(winner) ?? 0)) winner = answer
  }
  return { winner, votes: winner === undefined ? 0 : (votes.get(winner) ?? 0) }
}

function best(scores: readonly number[], eligible: (index: number) => boolean): number {
  let winner = -1
  for (const [index, score] of scores.entries()) {
    if (eligible(index) && (winner === -1 || score > (scores[winner] ?? 0))) winner = index
  }
  return Math.max(0, winner)
}

/** A proposal much less like the others than they are among themselves: less than half the median closeness. */
export function outliers(proposals: readonly { readonly text: string }[]): ReadonlySet<number> {
  const found = new Set<number>()
  if (proposals.length < 4) return found
  const vectors = proposals.map(({ text }) => wordCounts(text))
  const closeness = vectors.map((a, i) => {
    const others = vectors.filter((_, j) => j !== i).map((b) => cosine(a, b))
    return median(others)
  })
  const typical = median(closeness)
  for (const [index, value] of closeness.entries()) if (value < typical / 2) found.add(index)
  return found
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}

/** How alike two texts are by their words: 0 to 1. */
export function similarity(a: string, b: string): number {
  return cosine(wordCounts(a), wordCounts(b))
}

type Counts = ReadonlyMap<string, number>

/** Words and, for scripts without spaces, pairs of characters. Words of the commonest kind count less. */
function wordCounts(text: string): Counts {
  const counts = new Map<string, number>()
  const add = (word: string): void => void counts.set(word, (counts.get(word) ?? 0) + 1)
  for (const match of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    const [word] = match
    if (/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(word)) {
      const characters = [...word]
      for (let index = 0; index + 1 < characters.length; index += 1)
        add(`${characters[index]}${characters[index + 1]}`)
      if (characters.length === 1) add(word)
    } else if (word.length > 3 || /\p{N}/u.test(word)) add(word)
  }
  // Square roots keep one word that is used all the time from deciding alone.
  for (const [word, count] of counts) counts.set(word, Math.sqrt(count))
  return counts
}

function cosine(a: Counts, b: Counts): number {
  if (a.size === 0 || b.size === 0) return a.size === b.size ? 1 : 0
  let dot = 0
  for (const [word, count] of a) dot += count * (b.get(word) ?? 0)
  return dot / Math.sqrt(norm(a) * norm(b))
}

function norm(counts: Counts): number {
  let sum = 0
  for (const count of counts.values()) sum += count * count
  return sum
}
