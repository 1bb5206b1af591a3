import type { Turn } from '../../../../src/gateway/ui/conversation.js'

/** Which of several turns with one parent is looked at, by parent (`''` for the first). */
export type Choices = Readonly<Record<string, string>>

type Node = Pick<Turn, 'id' | 'parent'>

const keyOf = (parent: string | null): string => parent ?? ''

/** Turns with the same parent, oldest first. */
export function siblings<T extends Node>(turns: readonly T[], parent: string | null): readonly T[] {
  return turns.filter((turn) => turn.parent === parent)
}

/** The turns from the first to the last along the branch that is looked at; the newest where nothing was chosen. */
export function path<T extends Node>(turns: readonly T[], choices: Choices): readonly T[] {
  const found: T[] = []
  let parent: string | null = null
  for (;;) {
    const all: readonly T[] = siblings(turns, parent)
    const chosen: T | undefined = all.find(({ id }) => id === choices[keyOf(parent)]) ?? all.at(-1)
    if (chosen === undefined || found.includes(chosen)) return found
    found.push(chosen)
    parent = chosen.id
  }
}

/** The choices with one more. */
export const choose = (choices: Choices, turn: Node): Choices => ({
  ...choices,
  [keyOf(turn.parent)]: turn.id,
})
