import type { Problem } from '../problems.js'
import { EVAL_DOCUMENT_VERSION, type EvalDocument } from './document.js'
import { primaryOf } from './from-run.js'
import { radarsOf } from './radars.js'
import { benchmarkTitle } from './titles.js'

/** A file of judgments that has been read. */
export interface JudgedFile<T> {
  /** What a model is called that the file does not name. */
  readonly name: string
  readonly data: T
  readonly problems: readonly Problem[]
}

type Known = Pick<EvalDocument, 'benchmark' | 'columns' | 'rows' | 'measure' | 'items'> &
  Partial<Pick<EvalDocument, 'title' | 'baseline' | 'judges' | 'radars' | 'settings' | 'judging'>>

/** The document of files: what is known of them, and for the rest that nothing is. */
export function fileDocument(
  known: Known,
  {
    names,
    problems,
    scale,
  }: {
    readonly names: readonly string[]
    readonly problems: readonly Problem[]
    /** Range of the items' scores. */
    readonly scale: readonly [least: number, most: number]
  },
): EvalDocument {
  const { benchmark, columns, rows, items } = known
  return {
    version: EVAL_DOCUMENT_VERSION,
    id: names.join('+'),
    source: 'files',
    title: benchmarkTitle(benchmark),
    status: 'finished',
    judges: [],
    settings: { files: names.join(', ') },
    spentUsd: null,
    primary: primaryOf(columns, rows),
    radars: radarsOf(benchmark, { rows, columns, items, scale }),
    failures: [],
    problems: problems.map(({ code, message, count }) => ({ code, message, count })),
    ...known,
  }
}
