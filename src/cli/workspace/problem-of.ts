import { errorInfo } from '../../core/errors.js'
import { oneLine } from '../terminal/sanitize.js'
import type { Workspace } from './open.js'

/** Why a recipe can't answer, as far as can be found out without a call; `undefined` when nothing is in its way. */
export async function problemOf(workspace: Workspace, name: string): Promise<string | undefined> {
  try {
    workspace.book.check(name)
    await workspace.model(name)
    return undefined
  } catch (error) {
    return oneLine(errorInfo(error).message)
  }
}
