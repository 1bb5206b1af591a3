import { ConfigError, withTrail, type Problem } from '../../../config/source.js'
import type { Host } from '../../../config/host.js'
import { errorInfo, toMoaError } from '../../../core/errors.js'
import { openWorkspace, type Workspace } from '../../workspace/open.js'
import { problemOf } from '../../workspace/problem-of.js'
import { outlineOf } from './outline.js'
import { changedFile, textIn, type FileText } from './recipe-file.js'
import type { RecipeCheck, RecipeProblem } from './types.js'

/** A recipe's text that somebody is writing. */
export interface Draft {
  readonly name: string
  readonly text: string
}

export interface CheckOptions {
  /** Configuration file in place of the one found from the working directory. */
  readonly config: string | undefined
  readonly host?: Host
}

/**
 * Looks at a recipe as if it stood in the file already: the same reading, the same checks and the same words as when
 * the configuration is loaded.
 */
export async function checkDraft(
  draft: Draft,
  file: FileText,
  { config, host }: CheckOptions,
): Promise<RecipeCheck> {
  const refused = refusal(draft, file)
  if (refused) return { problems: [refused], warnings: [] }
  let workspace: Workspace
  let shift: Shift
  try {
    const changed = changedFile(file, draft.name, draft.text)
    shift = {
      file: file.path,
      line: changed.line,
      indent: changed.indent,
      lines: draft.text.split('\n').length,
    }
    const texts = new Map([[file.path, changed.file]])
    try {
      workspace = await openWorkspace({ config, texts, ...(host && { host }) })
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return { problems: error.problems.map((problem) => shown(problem, shift)), warnings: [] }
    }
  } catch (error) {
    const { code, message } = toMoaError(error)
    if (code === 'internal') throw error
    return { problems: [{ message }], warnings: [] }
  }
  try {
    return await checkNamed(workspace, draft.name)
  } finally {
    await workspace.close()
  }
}

/**
 * What would be wrong with a configuration whose file has another text; recipes that are wrong already don't count.
 *
 * @param now the configuration as it is
 */
export async function problemsOf(
  file: Pick<FileText, 'path' | 'text'>,
  now: Workspace,
  { config, host }: CheckOptions,
): Promise<readonly string[]> {
  let next: Workspace
  try {
    next = await openWorkspace({ config, texts: new Map([[file.path, file.text]]), ...(host && { host }) })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ path, message }) => withTrail(path ?? [], message))
  }
  try {
    return next.book.names().flatMap((name) => {
      const mistake = mistakeIn(next, name)
      return mistake === undefined || mistakeIn(now, name) !== undefined ? [] : [mistake]
    })
  } finally {
    await next.close()
  }
}

function mistakeIn({ book }: Workspace, name: string): string | undefined {
  try {
    book.check(name)
    return undefined
  } catch (error) {
    return errorInfo(error).message
  }
}

/** Looks at a recipe of a workspace. */
export async function checkNamed(workspace: Workspace, name: string): Promise<RecipeCheck> {
  try {
    workspace.book.check(name)
    const outline = await outlineOf(workspace, workspace.book.plan(name))
    const warning = await problemOf(workspace, name)
    return { problems: [], warnings: warning === undefined ? [] : [warning], outline }
  } catch (error) {
    const { code, message } = errorInfo(error)
    if (code === 'internal') throw error
    return { problems: [{ message }], warnings: [] }
  }
}

/** Where a recipe's text stands in its file. */
interface Shift {
  readonly file: string
  readonly line: number
  readonly indent: number
  readonly lines: number
}

function shown({ file, place, path, message }: Problem, shift: Shift): RecipeProblem {
  const text = withTrail(path ?? [], message)
  if (place === undefined || file !== shift.file) return { message: text }
  const line = place.line - shift.line + 1
  if (line === 0) return { message: text, line: 1, column: 1 } // The key above the text.
  if (line < 1 || line > shift.lines) return { message: `${file}:${place.line}:${place.column}: ${text}` }
  return { message: text, line, column: Math.max(1, place.column - shift.indent) }
}

/**
 * What a page must not bring in: pages are reached by whoever may sign in, and secrets of the environment or files of
 * this machine are not theirs to read.
 */
function refusal({ name, text }: Draft, file: FileText): RecipeProblem | undefined {
  const before = textIn(file, name)?.text ?? ''
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.includes('${') && !before.includes(line.trim()))
  if (at !== -1)
    return {
      line: at + 1,
      column: 1,
      message: 'references to the environment (${…}) can only be written in the file itself.',
    }
  const template = lines.findIndex(
    (line) => /\btemplate\b['"]?\s*:/.test(line) && !before.includes(line.trim()),
  )
  if (template === -1) return undefined
  return {
    line: template + 1,
    column: 1,
    message: 'the file of a template can only be named in the configuration file itself.',
  }
}
