/** What can be wrong with data that can still be used, and what was done about it. */
const MEANINGS = {
  'broken-row': 'not an object with the expected fields; left out',
  'duplicate-row': 'an exact copy of an earlier row; left out',
  'repeated-output': 'an exact copy of an earlier row; it counts for the average length and is judged once',
  'repeated-name': 'a name that came before; the last row counts',
  'missing-difficulty': 'an instruction without a difficulty',
  'repeated-instruction': 'the instruction came before with other contents; every row counts',
  'missing-preference': 'no preference, as when the judge failed; left out of the win rate',
  'preference-out-of-range': 'a preference outside 1 to 2; treated as missing',
  'preference-not-a-number': 'a preference that is no number; treated as missing',
  'empty-output': 'an output without text; it counts with length 0',
  'several-names': 'more than one model or judge name in one file',
  'unknown-instruction': 'an instruction outside the evaluation set',
  'missing-instruction': 'an instruction of the evaluation set without a row',
  'shifted-difficulty':
    'rows are missing, so that the published rule, which takes difficulties by position, gives later rows the difficulty of other instructions',
  'length-control-undefined': 'no length-controlled win rate could be computed',
  'length-control-far':
    'the length-controlled win rate is far from the raw one; check that outputs and annotations belong together',
  'unknown-setting': 'a setting this program does not know; ignored',
  'incomplete-votes': 'fewer votes than needed; left out',
  'unknown-pair': 'a pair without human votes; left out',
  'failed-reply': 'a reply without a usable verdict; treated as missing',
  'not-a-number': 'a cell that should be a number; treated as missing',
} as const satisfies Record<string, string>

export type ProblemKind = keyof typeof MEANINGS

/** One kind of problem, how often it came, and where first. */
export interface Problem {
  readonly kind: ProblemKind
  readonly meaning: string
  readonly count: number
  /** The first few places, such as `outputs.json[12]` or `leaderboard.csv line 5`. */
  readonly places: readonly string[]
}

/** Data and what was wrong with it. */
export interface Read<T> {
  readonly data: T
  readonly problems: readonly Problem[]
}

const PLACES_KEPT = 5

/** Counts problems while data is read, so that nothing is dropped silently. */
export class ProblemLog {
  readonly #found = new Map<ProblemKind, { count: number; places: string[] }>()

  add(kind: ProblemKind, place: string): void {
    const entry = this.#found.get(kind) ?? { count: 0, places: [] }
    entry.count += 1
    if (entry.places.length < PLACES_KEPT) entry.places.push(place)
    this.#found.set(kind, entry)
  }

  /** Takes over problems found elsewhere. */
  addAll(problems: readonly Problem[]): void {
    for (const { kind, count, places } of problems) {
      const entry = this.#found.get(kind) ?? { count: 0, places: [] }
      entry.count += count
      entry.places.push(...places.slice(0, PLACES_KEPT - entry.places.length))
      this.#found.set(kind, entry)
    }
  }

  /** Everything found so far, in the order of first appearance. */
  report(): readonly Problem[] {
    return [...this.#found].map(([kind, { count, places }]) => ({
      kind,
      meaning: MEANINGS[kind],
      count,
      places: [...places],
    }))
  }
}

/** One line per problem, for people. */
export function formatProblem({ kind, meaning, count, places }: Problem): string {
  const more = count > places.length ? ', …' : ''
  return `${kind} (${count}): ${meaning} [${places.join(', ')}${more}]`
}
