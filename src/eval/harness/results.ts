import type { Problem } from '../problems.js'
import type { Interval } from '../stats/bootstrap.js'

/** A column of a benchmark's result table. */
export interface ResultColumn {
  /** Key in {@link ResultRow.values}: the benchmark's own name of the figure. */
  readonly key: string
  /** Heading for people. */
  readonly label: string
  /** Decimals shown. Default 2. */
  readonly digits?: number
  /** One of many, left out where there is little room; default false. */
  readonly detail?: boolean
}

/** One contestant's figures. */
export interface ResultRow {
  readonly contestant: string
  /** By the names of the columns, and perhaps more than the table shows; null where there is no such figure. */
  readonly values: Readonly<Record<string, number | string | null>>
  /** Intervals of some of the figures. */
  readonly intervals: Readonly<Record<string, Interval>>
}

/** What a run comes to, computed from its log alone. */
export interface RunResults {
  readonly columns: readonly ResultColumn[]
  /** Best first. */
  readonly rows: readonly ResultRow[]
  /** The figure that contestants are compared by, item by item; higher is better. */
  readonly measure: { readonly key: string; readonly label: string }
  /** That figure for each sample, by contestant; unscored samples are not in it. */
  readonly scores: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** What is wrong with the data or the replies, beyond the failures in the log. */
  readonly problems: readonly Problem[]
}
