import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MoaError } from '../../../core/errors.js'
import { GAMED_FILE, readGamedRows } from '../../../eval/benches/alpaca-eval/index.js'
import { documentOfRun, type AnnotationsOptions, type EvalDocument } from '../../../eval/report/index.js'
import { readDataText } from '../../eval/data-file.js'
import { documentOfFiles } from '../../eval/document-of-files.js'
import { reportHtml } from '../../eval/report-html.js'
import { reportView } from '../../eval/report-view.js'
import { viewText, type FormatFlags } from '../../eval/view.js'
import { writeReason } from '../../../util/file-reason.js'
import type { Invocation } from '../../program.js'
import { formatCount } from '../../view/format.js'
import { openWorkspace } from '../../workspace/open.js'
import { openEvalLogs } from './eval-logs.js'
import { resultsOf } from './run.js'

export interface ReportFlags extends FormatFlags {
  readonly output?: string
  readonly calibration?: string
  readonly config?: string
}

/** `moa eval report`: a run, or files of judgments, as one HTML file, or its table as Markdown or CSV. */
export async function evalReport({ shell, args, options }: Invocation<ReportFlags>): Promise<void> {
  const document = await documentOf(args, options)
  const asText = options.json || options.csv || options.markdown
  if (asText && options.output === undefined)
    return shell.write(await viewText(reportView(document), options, shell.stdout))
  const text = asText ? await viewText(reportView(document), options, shell.stdout) : reportHtml(document)
  const file = resolve(options.output ?? `${document.id.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.html`)
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new MoaError('file_unreadable', `Cannot write ${file}: ${writeReason(error)}.`, { cause: error })
  }
  await shell.write(`${file}\n`)
  shell.note(
    `${document.title}, ${formatCount(document.rows.length)} contestants, ${formatCount(document.items.length)} items; ${formatCount(Buffer.byteLength(text))} bytes.`,
  )
}

/** One name that is no file is a run's id; everything else are files. */
async function documentOf(args: readonly string[], options: ReportFlags): Promise<EvalDocument> {
  const [only] = args
  if (args.length > 1 || only === undefined || looksLikeFile(only))
    return documentOfFiles(args, await calibrationOf(options))
  const workspace = await openWorkspace({ config: options.config })
  const store = openEvalLogs(workspace.settings)
  try {
    const log = store.logs.find(only)
    const { results } = await resultsOf(log)
    return documentOfRun(log, results)
  } finally {
    store.close()
    await workspace.close()
  }
}

async function calibrationOf({ calibration }: ReportFlags): Promise<AnnotationsOptions> {
  if (calibration === undefined) return {}
  const file = join(calibration, GAMED_FILE)
  return { gamed: readGamedRows(await readDataText(file), file).data }
}

const looksLikeFile = (text: string): boolean => /[/\\]|\.(jsonl?|gz)$/.test(text)
