// Any run of these characters passes for a label, as published: `[[A]]` too.
const DOUBLE = /\[\[([AB<>=]+)\]\]/g
const SINGLE = /\[([AB<>=]+)\]/g

export interface V01Label {
  readonly score: string | null
  /** Whether the judge is to be asked once more: it gave no label at all. */
  readonly tryAgain: boolean
}

/** The label in a v0.1 judgment; different labels give none, and no second attempt either. */
export function parseV01Label(judgment: string): V01Label {
  const labels = new Set(found(DOUBLE, judgment))
  if (labels.size === 0) return { score: null, tryAgain: true }
  return { score: labels.size === 1 ? ([...labels][0] as string) : null, tryAgain: false }
}

export interface V2Label {
  readonly score: string | null
  /** Whether the label is one the leaderboard knows. The published script stops at any other; here it counts as null. */
  readonly aggregatable: boolean
}

/** The label in a v2.0 judgment, any case: the last in double brackets, else the last in single ones. */
export function parseV2Label(judgment: string): V2Label {
  const text = judgment.toUpperCase()
  const score = found(DOUBLE, text).at(-1) ?? found(SINGLE, text).at(-1) ?? null
  return { score, aggregatable: score === null || Object.hasOwn(V2_ADVANTAGES, score) }
}

function found(pattern: RegExp, text: string): string[] {
  return Array.from(text.matchAll(pattern), ([, label]) => label as string)
}

/** Who a label favours, seat A (+1) or seat B (-1) or neither, and whether clearly. */
export interface Advantage {
  readonly seat: 1 | 0 | -1
  readonly clear: boolean
}

const A = { seat: 1, clear: false } as const
const A_CLEARLY = { seat: 1, clear: true } as const
const B = { seat: -1, clear: false } as const
const B_CLEARLY = { seat: -1, clear: true } as const
const TIE = { seat: 0, clear: false } as const

const V01_ADVANTAGES: Readonly<Record<string, Advantage>> = {
  'A>>B': A_CLEARLY,
  'A>B': A,
  'A=B': TIE,
  'B>A': B,
  'B>>A': B_CLEARLY,
}

const V2_ADVANTAGES: Readonly<Record<string, Advantage>> = {
  ...V01_ADVANTAGES,
  'B=A': TIE,
  'A<B': B,
  'A<<B': B_CLEARLY,
  'B<A': A,
  'B<<A': A_CLEARLY,
}

/** What a label says about a game; `undefined` for labels the version's leaderboard doesn't know. */
export function labelAdvantage(version: 'v0.1' | 'v2.0', label: string): Advantage | undefined {
  const table = version === 'v0.1' ? V01_ADVANTAGES : V2_ADVANTAGES
  return Object.hasOwn(table, label) ? table[label] : undefined
}
