import { ERROR_TABLE, isAbort, MoaError, toMoaError } from '../../core/errors.js'
import { linkedController } from '../../util/abort.js'
import { runChatCommand } from '../chat/commands.js'
import { chatEntries } from '../chat/input.js'
import { ChatSession, type ChatFlags } from '../chat/session.js'
import { tellSimulated, tellWarnings } from '../notices.js'
import type { Invocation } from '../program.js'
import { reportError } from '../report.js'
import { select } from '../select.js'
import { openWorkspace } from '../workspace/open.js'

/** `moa chat`: a conversation of several turns. */
export async function chat({ shell, options, exitWith }: Invocation<ChatFlags>): Promise<void> {
  const { config, recipe } = options
  const workspace = await openWorkspace({ config })
  try {
    await workspace.prepare(recipe, shell.signal)
    tellWarnings(workspace, shell)
    const selection = await select(workspace, options)
    tellSimulated(workspace, selection, shell)
    const session = new ChatSession({ shell, workspace, flags: options, selection })
    const typed = shell.stdin.isTTY
    if (typed) shell.note(`${selection.name} answers. /help shows what else can be said; Ctrl-D leaves.\n`)
    for await (const entry of chatEntries(shell)) {
      if (entry.trim() === '') continue
      try {
        if (!entry.startsWith('/')) await turn(session, entry)
        else if (await runChatCommand(session, entry)) break
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
async function turn(session: ChatSession, question: string): Promise<void> {
  const { shell } = session
  const link = linkedController(shell.signal)
  const restore = shell.onInterrupt(() => link.abort(new MoaError('aborted', 'Stopped.')))
  try {
    await session.ask(question, link.signal)
  } catch (error) {
    if (!isAbort(error) || shell.signal.aborted) throw error
    shell.note('Stopped; this question is not kept.')
  } finally {
    restore()
    link.release()
  }
}
