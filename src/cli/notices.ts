import type { Selection } from './select.js'
import type { Shell } from './shell.js'
import { oneLine } from './terminal/sanitize.js'
import type { Workspace } from './workspace/open.js'

/** A line that asks for attention. */
export function warn({ stderr, note }: Pick<Shell, 'stderr' | 'note'>, text: string): void {
  // What providers say of themselves may be in it.
  const line = `! ${oneLine(text)}`
  note(stderr.styled ? `\u001b[33m${line}\u001b[0m` : line)
}

/** What the configuration should do differently. */
export function tellWarnings({ settings }: Workspace, shell: Shell): void {
  for (const warning of settings.warnings) warn(shell, warning)
}

/** Simulated answers must never be taken for real ones, so this is said even when all else is quiet. */
export function tellSimulated(workspace: Workspace, { simulated, name }: Selection, shell: Shell): void {
  if (!simulated) return
  const { settings, own } = workspace
  if (own !== undefined || settings.defaultRecipe !== undefined || name !== 'demo') {
    warn(shell, 'SIMULATED: this recipe uses simulated models, so its answer is no real one.')
    return
  }
  warn(shell, 'SIMULATED: no provider was found, so simulated models answer. It is no real answer.')
  shell.note('  Set a key such as OPENAI_API_KEY, start a local server such as Ollama, or run `moa init`.')
}
