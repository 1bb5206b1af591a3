import { annotationSetOf } from '../benches/alpaca-eval/read/annotations.js'
import type { LengthControl } from '../benches/alpaca-eval/score/length-control.js'
import { scoreAnnotationSets } from '../benches/alpaca-eval/score/score-sets.js'
import { winShare } from '../benches/alpaca-eval/score/win-rate.js'
import type { AnnotationRecord, AnnotationSet, GamedRows } from '../benches/alpaca-eval/types.js'
import { ProblemLog } from '../problems.js'
import type { DocumentItem, EvalDocument } from './document.js'
import { fileDocument, type JudgedFile } from './file-document.js'
import { intervalsOf } from './from-run.js'
import { completion } from './read-verdict.js'

export interface AnnotationsOptions {
  /** Rows of the gamed baselines, which length control is calibrated with. */
  readonly gamed?: GamedRows
  readonly variant?: LengthControl
}

const COLUMNS = [
  { key: 'length_controlled_winrate', label: 'LC win rate', digits: 2 },
  { key: 'win_rate', label: 'win rate', digits: 2 },
  { key: 'discrete_win_rate', label: 'discrete', digits: 2 },
  { key: 'n_total', label: 'judged', digits: 0 },
  { key: 'avg_length', label: 'length', digits: 0 },
] as const

type Pairs = JudgedFile<readonly AnnotationRecord[]>

/** The document of official `annotations.json` files, one model each. */
export function documentOfAnnotations(
  files: readonly Pairs[],
  options: AnnotationsOptions = {},
): EvalDocument {
  const log = new ProblemLog()
  for (const { problems } of files) log.merge(problems)
  const sets = files.map(({ data, name }) => namedSet(annotationSetOf(data, { source: name, log }), name))
  const { details } = scoreAnnotationSets(sets, options)
  for (const { problems } of details) log.merge(problems)
  const rows = details
    .map(({ row: { model, ...values } }) => ({ name: model, values, intervals: intervalsOf({ values }) }))
    .sort((a, b) => rankOf(b.values) - rankOf(a.values))
  const columns = COLUMNS.filter(({ key }) => rows.some(({ values }) => typeof values[key] === 'number'))
  const [baseline] = new Set(sets.flatMap((set) => set.baseline ?? []))
  const judges = [...new Set(sets.flatMap(({ judge }) => judge ?? []))]
  return fileDocument(
    {
      benchmark: 'alpaca-eval',
      columns,
      rows,
      measure: { label: 'win rate', even: 50, digits: 1 },
      judges,
      items: itemsOf(files, { sets, baseline: baseline ?? 'baseline' }),
      baseline: baseline ?? 'baseline',
    },
    { names: files.map(({ name }) => name), problems: log.list(), scale: [0, 100] },
  )
}

const namedSet = (set: AnnotationSet, name: string): AnnotationSet =>
  set.model === 'Current model' ? { ...set, model: name } : set

function rankOf(values: {
  readonly length_controlled_winrate?: number | null
  readonly win_rate?: number | null
}): number {
  return values.length_controlled_winrate ?? values.win_rate ?? -Infinity
}

type Draft = { -readonly [Key in keyof DocumentItem]: DocumentItem[Key] }

function itemsOf(
  files: readonly Pairs[],
  { sets, baseline }: { readonly sets: readonly AnnotationSet[]; readonly baseline: string },
): readonly DocumentItem[] {
  const items = new Map<string, Draft>()
  for (const [index, { data }] of files.entries()) {
    const { model, preference } = sets[index] as AnnotationSet
    for (const [row, record] of data.entries()) {
      const known = items.get(record.instruction)
      const item = known ?? newItem(record, { id: String(items.size), baseline })
      if (known === undefined) items.set(record.instruction, item)
      const value = preference[row] ?? NaN
      const missing = Number.isNaN(value)
      item.answers = [{ contestant: model, turns: [record.output_2] }, ...item.answers]
      item.scores = { ...item.scores, [model]: missing ? null : 100 * winShare(value) }
      item.judgments = [
        ...item.judgments,
        {
          contestants: [model],
          ...(record.annotator !== null && { judge: record.annotator }),
          verdict: missing ? '' : value.toFixed(4),
          ...completion(record.raw_completion),
          ...(missing && { unscored: 'the file has no preference' }),
        },
      ]
    }
  }
  return [...items.values()]
}

function newItem(
  { instruction, output_1, dataset }: AnnotationRecord,
  { id, baseline }: { readonly id: string; readonly baseline: string },
): Draft {
  return {
    id,
    ...(dataset !== undefined && { category: dataset }),
    turns: [instruction],
    answers: [{ contestant: baseline, turns: [output_1] }],
    scores: {},
    judgments: [],
  }
}
