import { writeFileSync } from 'node:fs'
import { MoaError } from '../../core/errors.js'
import { textOf, type Message } from '../../core/message.js'
import { didYouMean } from '../../util/suggest.js'
import { proposalLines } from '../display/proposal-lines.js'
import { writeReason } from '../../util/file-reason.js'
import { tellSimulated } from '../notices.js'
import type { Conversation } from './conversation.js'

interface ChatCommand {
  readonly usage: string
  readonly help: string
  run(conversation: Conversation, argument: string): Promise<void> | void
}

/** What can be said with a slash. */
const COMMANDS: Readonly<Record<string, ChatCommand>> = {
  recipe: {
    usage: '/recipe [NAME]',
    help: 'answer with another recipe or model; without a name list the recipes',
    async run(conversation, name) {
      if (name !== '') {
        await conversation.use(name)
        conversation.shell.note(`${conversation.selection.name} answers from now on.`)
        tellSimulated(conversation.workspace, conversation.selection, conversation.shell)
        return
      }
      for (const each of conversation.workspace.book.names())
        conversation.shell.note(`${each === conversation.selection.name ? '* ' : '  '}${each}`)
    },
  },
  models: {
    usage: '/models',
    help: 'list the models that take part',
    run({ selection: { plan, name }, shell }) {
      if (plan === undefined) shell.note(`  ${name}`)
      for (const [index, { slots }] of (plan?.stages ?? []).entries())
        shell.note(`  layer ${index + 1}: ${slots.map(({ ref }) => ref.name).join(', ')}`)
    },
  },
  proposals: {
    usage: '/proposals',
    help: 'show the proposals behind the last answer',
    run({ proposals, shell }) {
      if (proposals.length === 0) shell.note('There are no proposals yet.')
      for (const proposal of proposals)
        for (const line of proposalLines(proposal, shell.stderr)) shell.note(line)
    },
  },
  save: {
    usage: '/save FILE',
    help: 'save the conversation: as messages when FILE ends in .json, else as Markdown',
    run({ turns, shell }, path) {
      if (path === '') throw new MoaError('usage', 'Name a file: /save FILE')
      try {
        writeFileSync(
          path,
          path.endsWith('.json') ? `${JSON.stringify(turns, null, 2)}\n` : transcript(turns),
        )
      } catch (error) {
        throw new MoaError('file_unreadable', `Cannot write ${path}: ${writeReason(error)}.`, {
          cause: error,
        })
      }
      const count = turns.length / 2
      shell.note(`Saved ${count} ${count === 1 ? 'turn' : 'turns'} to ${path}.`)
    },
  },
  reset: {
    usage: '/reset',
    help: 'forget what was said',
    run(conversation) {
      conversation.reset()
      conversation.shell.note('A new conversation.')
    },
  },
  help: {
    usage: '/help',
    help: 'show this',
    run({ shell }) {
      for (const { usage, help } of Object.values(COMMANDS)) shell.note(`  ${usage.padEnd(16)} ${help}`)
      shell.note('  Ctrl-C stops an answer; Ctrl-D leaves. A line that ends with \\ goes on in the next.')
    },
  },
  exit: { usage: '/exit', help: 'leave', run: () => {} },
}

const ALIASES: Readonly<Record<string, string>> = { quit: 'exit', q: 'exit', '?': 'help' }

/** Runs a line that begins with a slash. Returns whether the chat is over. @throws {@link MoaError} */
export async function runChatCommand(conversation: Conversation, line: string): Promise<boolean> {
  const [, word = '', argument = ''] = /^\/(\S*)\s*(.*)$/s.exec(line) ?? []
  const name = ALIASES[word] ?? word
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined)
    throw new MoaError(
      'usage',
      `There is no /${word}.${didYouMean(word, Object.keys(COMMANDS))} /help lists what there is.`,
    )
  await command.run(conversation, argument.trim())
  return name === 'exit'
}

function transcript(turns: readonly Message[]): string {
  return turns
    .map(
      ({ role, content }) => `## ${role === 'user' ? 'Question' : 'Answer'}\n\n${textOf(content).trim()}\n`,
    )
    .join('\n')
}
