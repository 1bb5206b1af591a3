import { pieceOf, type Unit } from './answer.js'

/** Units of the same kind that follow each other, as one: an answer in as few events as it has parts. */
export function joinUnits(units: readonly Unit[]): Unit[] {
  const groups: Unit[][] = []
  for (const unit of units) {
    const group = groups.at(-1)
    if (group?.[0] && belongTogether(group[0], unit)) group.push(unit)
    else groups.push([unit])
  }
  return groups.map(join)
}

function belongTogether(a: Unit, b: Unit): boolean {
  return a.type === 'tool-call-delta' ? b.type === a.type && a.index === b.index : a.type === b.type
}

function join(group: readonly Unit[]): Unit {
  const first = group[0] as Unit
  const text = group.map(pieceOf).join('')
  switch (first.type) {
    case 'tool-call-delta':
      return { ...first, arguments: text }
    case 'reasoning-delta':
      return { type: first.type, text }
    case 'answer-delta': {
      const logprobs = group.flatMap((unit) => (unit.type === 'answer-delta' ? (unit.logprobs ?? []) : []))
      return { type: first.type, text, ...(first.logprobs && { logprobs }) }
    }
  }
}
