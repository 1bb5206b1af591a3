import type { DocumentItem, DocumentMeasure } from '../../../../src/eval/report/document.js'

/** How an item went for a contestant. */
export type Outcome = 'wins' | 'losses' | 'draws' | 'noVerdict' | 'noAnswer'

export const OUTCOMES: readonly Outcome[] = ['wins', 'losses', 'draws', 'noVerdict', 'noAnswer']

export interface ItemFilter {
  readonly search: string
  /** Empty for all. */
  readonly category: string
  /** Empty for all. */
  readonly outcome: Outcome | ''
  /** Whom the outcome is about. */
  readonly contestant: string
}

export const NO_FILTER: Omit<ItemFilter, 'contestant'> = { search: '', category: '', outcome: '' }

/** How an item went: by its score against the even one, and where nothing is compared, whether it has a score at all. */
export function outcomeOf(
  item: DocumentItem,
  contestant: string,
  { even }: DocumentMeasure,
): Outcome | undefined {
  const score = item.scores[contestant]
  if (score === null) return 'noVerdict'
  if (score === undefined)
    return item.answers.some((answer) => answer.contestant === contestant) ? 'noVerdict' : 'noAnswer'
  if (even === undefined) return undefined
  return score > even ? 'wins' : score < even ? 'losses' : 'draws'
}

const texts = new WeakMap<DocumentItem, string>()

/** Everything of an item that can be searched, in lower case. */
function searchable(item: DocumentItem): string {
  const known = texts.get(item)
  if (known !== undefined) return known
  const all = [item.id, item.category ?? '', ...item.turns, ...item.answers.flatMap(({ turns }) => turns)]
  const text = all.join('\n').toLowerCase()
  texts.set(item, text)
  return text
}

/** The items that fit. */
export function selectItems(
  items: readonly DocumentItem[],
  filter: ItemFilter,
  measure: DocumentMeasure,
): readonly DocumentItem[] {
  const words = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return items.filter(
    (item) =>
      (filter.category === '' || item.category === filter.category) &&
      (filter.outcome === '' || outcomeOf(item, filter.contestant, measure) === filter.outcome) &&
      words.every((word) => searchable(item).includes(word)),
  )
}

/** Items in the order of a column; without a figure they come last either way. */
export function sortItems(
  items: readonly DocumentItem[],
  { column, descending }: { readonly column: string; readonly descending: boolean },
): readonly DocumentItem[] {
  const sign = descending ? -1 : 1
  const byText = (text: (item: DocumentItem) => string) => (a: DocumentItem, b: DocumentItem) =>
    sign * text(a).localeCompare(text(b), undefined, { numeric: true })
  if (column === 'id') return [...items].sort(byText(({ id }) => id))
  if (column === 'category') return [...items].sort(byText(({ category = '' }) => category))
  if (column === 'prompt') return [...items].sort(byText(({ turns }) => turns[0] ?? ''))
  const name = column.slice('score:'.length)
  return [...items].sort((a, b) => {
    const [ours, theirs] = [a.scores[name] ?? null, b.scores[name] ?? null]
    if (ours === null || theirs === null) return Number(ours === null) - Number(theirs === null)
    return sign * (ours - theirs)
  })
}
