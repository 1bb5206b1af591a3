import { exitOf, runAnswer, type AnswerFlags } from '../answer.js'
import { readPrompt, type PromptFlags } from '../input.js'
import { withModelHint } from '../model-hint.js'
import { tellSimulated, tellWarnings } from '../notices.js'
import type { Invocation } from '../program.js'
import { requestOf, select, type RecipeFlags } from '../select.js'
import { openForRuns, type RunFlags } from '../workspace/for-runs.js'

export interface AskOptions extends PromptFlags, RecipeFlags, AnswerFlags, RunFlags {}

/** `moa ask`: one question, one answer. */
export async function ask({ shell, args, options, exitWith }: Invocation<AskOptions>): Promise<void> {
  const question = readPrompt(args, options, shell)
  // Mistakes in the configuration are told first; a question that fails meanwhile is no loose end.
  question.catch(() => {})
  const workspace = await openForRuns(shell, options)
  try {
    await workspace.prepare(options.recipe, shell.signal)
    tellWarnings(workspace, shell)
    const selection = await select(workspace, options)
    const request = requestOf(await question, options)
    tellSimulated(workspace, selection, shell)
    const finish = await runAnswer({ shell, selection, request, flags: options }).catch(
      async (error: unknown) => {
        throw await withModelHint(error, { workspace, selection, signal: shell.signal })
      },
    )
    exitWith(exitOf(finish))
  } finally {
    await workspace.close()
  }
}
