import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MoaError } from '../../../core/errors.js'
import { writeReason } from '../../../util/file-reason.js'
import type { Invocation } from '../../program.js'
import { openWorkspace } from '../../workspace/open.js'
import { benchOf } from './benches/index.js'
import { openEvalLogs } from './eval-logs.js'

export interface ExportFlags {
  readonly out?: string
  readonly force?: boolean
  readonly config?: string
}

/** `moa eval export`: a run's answers and judgments as files of the benchmark's own formats. */
export async function evalExport({ shell, args, options }: Invocation<ExportFlags>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  const store = openEvalLogs(workspace.settings)
  try {
    const log = store.logs.find(args[0] ?? '')
    const bench = await benchOf(log.record.spec.benchmark)
    const folder = options.out ?? log.id
    const files = bench.files(log).map(({ path, text }) => ({ path: join(folder, path), text }))
    const there = files.filter(({ path }) => existsSync(path))
    if (there.length > 0 && options.force !== true)
      throw new MoaError(
        'usage',
        `${there[0]?.path ?? ''} is there already, and so are ${there.length - 1} others; name another folder with --out, or overwrite with --force.`,
      )
    for (const { path, text } of files) {
      writeText(path, text)
      await shell.write(`${path}\n`)
    }
    if (log.record.status !== 'finished')
      shell.note(`Run ${log.id} is not finished; the files hold what there is so far.`)
  } finally {
    store.close()
    await workspace.close()
  }
}

function writeText(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (error) {
    throw new MoaError('file_unreadable', `Cannot write ${path}: ${writeReason(error)}.`, { cause: error })
  }
}
