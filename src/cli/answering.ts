import { warn } from './notices.js'
import type { RecipeFlags } from './select.js'
import type { Shell } from './shell.js'
import { openWorkspace, type Workspace } from './workspace/open.js'

/** Opens the workspace of a command that asks models, as its flags say. */
export function openAnswering(shell: Shell, { config, cache }: RecipeFlags): Promise<Workspace> {
  return openWorkspace({ config, cache, onProblem: (message) => warn(shell, message) })
}
