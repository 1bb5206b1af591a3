import { MoaError } from '../../core/errors.js'
import { readAnnotationRecords } from '../../eval/benches/alpaca-eval/read/annotations.js'
import { readFlaskReviews } from '../../eval/benches/flask/read.js'
import { readPairJudgments, readSingleJudgments } from '../../eval/benches/mt-bench/read.js'
import { contentText } from '../../eval/jsonl.js'
import type { Read } from '../../eval/problems.js'
import { describeRecord } from '../../eval/record-kinds.js'
import {
  documentOfAnnotations,
  documentOfPairs,
  documentOfReviews,
  documentOfSingles,
  type AnnotationsOptions,
  type EvalDocument,
  type JudgedFile,
} from '../../eval/report/index.js'
import { readDataFile, stem, type DataFile } from './data-file.js'

/**
 * The document of files of judgments, which have to be of one kind.
 *
 * @throws MoaError `data_invalid` for files that are none, or of several kinds.
 */
export async function documentOfFiles(
  paths: readonly string[],
  options: AnnotationsOptions = {},
): Promise<EvalDocument> {
  const files: DataFile[] = []
  for (const path of paths) files.push(await readDataFile(path))
  const kinds = new Set(files.map(kindOf))
  const [kind] = kinds
  if (kinds.size > 1)
    throw new MoaError(
      'data_invalid',
      `A report is about files of one kind, but there are ${[...kinds].join(' and ')}.`,
    )
  switch (kind) {
    case 'an AlpacaEval annotation':
      return documentOfAnnotations(
        judged(files, (content, { source }) => readAnnotationRecords(contentText(content), source)),
        options,
      )
    case 'an MT-Bench single judgment':
      return documentOfSingles(judged(files, readSingleJudgments))
    case 'an MT-Bench pairwise judgment':
      return documentOfPairs(judged(files, readPairJudgments))
    case 'a FLASK review':
      return documentOfReviews(judged(files, readFlaskReviews))
    default:
      throw new MoaError(
        'data_invalid',
        `${paths[0] ?? ''} holds ${kind ?? 'nothing known'}; a report is made of AlpacaEval annotations, MT-Bench judgments, FLASK reviews, or a run.`,
      )
  }
}

function judged<T>(
  files: readonly DataFile[],
  read: (content: Uint8Array, options: { source: string }) => Read<T>,
): readonly JudgedFile<T>[] {
  return files.map(({ path, content }) => ({ name: stem(path), ...read(content, { source: path }) }))
}

/** What the first record of a file gives away. */
function kindOf({ path, content }: DataFile): string | undefined {
  const text = contentText(content).trimStart()
  const start = text.startsWith('[') ? firstOfArray(text) : text.slice(0, text.indexOf('\n') >>> 0)
  try {
    const value: unknown = JSON.parse(start)
    return typeof value === 'object' && value !== null
      ? kindOfRecord(value as Record<string, unknown>)
      : undefined
  } catch (error) {
    throw new MoaError('data_invalid', `${path} is neither JSON nor JSON Lines; check that it is complete.`, {
      cause: error,
    })
  }
}

function firstOfArray(text: string): string {
  const [first] = JSON.parse(text) as readonly unknown[]
  return JSON.stringify(first ?? null)
}

/** Reviews without the judge's text are reviews too. */
function kindOfRecord(value: Readonly<Record<string, unknown>>): string | undefined {
  const { idx, question_id, score } = value
  const isReview = typeof score === 'object' && score !== null && (idx ?? question_id) !== undefined
  return describeRecord(value) ?? (isReview ? 'a FLASK review' : undefined)
}
