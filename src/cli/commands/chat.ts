import { ERROR_TABLE, isAbort, MoaError, toMoaError } from '../../core/errors.js'
import { linkedController } from '../../util/abort.js'
import { runChatCommand } from '../chat/commands.js'
import { chatEntries } from '../chat/input.js'
import { Conversation, type ChatFlags } from '../chat/conversation.js'
import { tellSimulated, tellWarnings } from '../notices.js'
import type { Invocation } from '../program.js'
import { reportError } from '../report.js'
import { select } from '../select.js'
import { openForRuns } from '../workspace/for-runs.js'

/** `moa chat`: a conversation of several turns. */
export async function chat({ shell, options, exitWith }: Invocation<ChatFlags>): Promise<void> {
  const { recipe } = options
  const workspace = await openForRuns(shell, options)
  try {
    await workspace.prepare(recipe, shell.signal)
    tellWarnings(workspace, shell)
    const selection = await select(workspace, options)
    tellSimulated(workspace, selection, shell)
    const conversation = new Conversation({ shell, workspace, flags: options, selection })
    const typed = shell.stdin.isTTY
    if (typed) shell.note(`${selection.name} answers. /help shows what else can be said; Ctrl-D leaves.\n`)
    for await (const entry of chatEntries(shell)) {
      if (entry.trim() === '') continue
      try {
        if (!entry.startsWith('/')) await turn(conversation, entry)
        else if (await runChatCommand(conversation, entry)) break
      } catch (thrown) {
        shell.signal.throwIfAborted()
        const error = toMoaError(thrown)
        reportError(error, shell)
        // A script has to be able to tell; somebody at a terminal has seen it.
        if (!typed) exitWith(ERROR_TABLE[error.code].exit)
      }
      if (typed) shell.note('')
    }
    shell.signal.throwIfAborted()
  } finally {
    await workspace.close()
  }
}

/** One question; Ctrl-C stops its answer and not the chat. */
async function turn(conversation: Conversation, question: string): Promise<void> {
  const { shell } = conversation
  const link = linkedController(shell.signal)
  const restore = shell.onSignal('SIGINT', () => link.abort(new MoaError('aborted', 'Stopped.')))
  try {
    await conversation.ask(question, link.signal)
  } catch (error) {
    if (!isAbort(error) || shell.signal.aborted) throw error
    shell.note('Stopped; this question is not kept.')
  } finally {
    restore()
    link.release()
  }
}
