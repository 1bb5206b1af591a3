/**
 * What the evaluation viewer shows: one JSON document for a run or for files of judgments. A viewer refuses a version it
 * does not know.
 */
export const EVAL_DOCUMENT_VERSION = 1

export interface EvalDocument {
  readonly version: typeof EVAL_DOCUMENT_VERSION
  /** Id of the run, or what the files are called together. */
  readonly id: string
  /** Whether it can change, since the run may go on. */
  readonly source: 'run' | 'files'
  readonly benchmark: string
  /** The benchmark's name for people. */
  readonly title: string
  readonly status: 'running' | 'stopped' | 'finished'
  readonly reason?: string
  /** Milliseconds since the epoch; absent where nobody knows. */
  readonly createdAt?: number
  readonly finishedAt?: number
  readonly baseline?: string
  readonly judges: readonly string[]
  /** What else decided what was asked. */
  readonly settings: Readonly<Record<string, string>>
  readonly progress?: { readonly answers: DocumentCount; readonly judgments: DocumentCount }
  /** US dollars; null when no price is known. */
  readonly spentUsd: number | null
  readonly columns: readonly DocumentColumn[]
  /** Key of the column that ranks. */
  readonly primary: string
  /** Best first. */
  readonly rows: readonly DocumentRow[]
  /** The figure that each item has for each contestant. */
  readonly measure: DocumentMeasure
  readonly judging?: DocumentAccount
  readonly radars: readonly DocumentRadar[]
  readonly items: readonly DocumentItem[]
  readonly failures: readonly { readonly item: string; readonly message: string }[]
  readonly problems: readonly { readonly code: string; readonly message: string; readonly count: number }[]
}

export interface DocumentCount {
  readonly done: number
  readonly failed: number
  readonly total: number
}

export interface DocumentColumn {
  readonly key: string
  readonly label: string
  readonly digits: number
}

export interface DocumentInterval {
  readonly low: number
  readonly high: number
  /** Share of the resampled or expected values it holds, such as 0.95. */
  readonly level: number
}

export interface DocumentRow {
  readonly name: string
  readonly values: Readonly<Record<string, number | string | null>>
  readonly intervals: Readonly<Record<string, DocumentInterval>>
  /** What its answers took; absent for recorded ones. */
  readonly account?: DocumentAccount
}

export interface DocumentAccount {
  readonly items: number
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars of all items; null when no price is known, a lower bound while `unpricedCalls` > 0. */
  readonly costUsd: number | null
  readonly unpricedCalls: number
  /** Of all items, added up. */
  readonly seconds: number
  readonly degraded: number
  readonly truncated: number
}

export interface DocumentMeasure {
  readonly label: string
  /** Value at which a contestant is as good as the baseline; absent where nothing is compared. */
  readonly even?: number
  readonly digits: number
}

export interface DocumentRadar {
  readonly title: string
  readonly axes: readonly string[]
  readonly least: number
  readonly most: number
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
}

export interface DocumentItem {
  readonly id: string
  readonly category?: string
  /** What was asked, turn by turn. */
  readonly turns: readonly string[]
  readonly reference?: readonly string[]
  readonly answers: readonly DocumentAnswer[]
  /** By contestant; null for one that was judged without a verdict. */
  readonly scores: Readonly<Record<string, number | null>>
  readonly judgments: readonly DocumentJudgment[]
}

export interface DocumentAnswer {
  readonly contestant: string
  readonly turns: readonly string[]
  readonly seconds?: number
  readonly costUsd?: number | null
  readonly truncated?: boolean
  readonly degraded?: readonly string[]
}

/** One judge's word on one item. */
export interface DocumentJudgment {
  /** Whom it is about, in the order of the record; two for a comparison. */
  readonly contestants: readonly string[]
  readonly judge?: string
  /** The verdict in the benchmark's words: `1.93`, `[[A]]`, `7`. */
  readonly verdict: string
  /** The judge's own text, game after game. */
  readonly texts: readonly string[]
  /** What the first token could have been, most likely first. */
  readonly tokens?: readonly { readonly token: string; readonly probability: number }[]
  /** Which turn it is about, where the item has several. */
  readonly turn?: number
  /** The second was shown first. */
  readonly switched?: boolean
  /** Games in both orders came to different verdicts. */
  readonly disagrees?: boolean
  readonly unscored?: string
}
