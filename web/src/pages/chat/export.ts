import type { Conversation, Turn } from '../../../../src/gateway/ui/conversation.js'
import { cleanLine } from '../../markdown/clean.js'
import { formatCost, formatDuration } from '../../util/format.js'

/** A name for a file, from a title in any script. */
export function fileName({ title, createdAt }: Conversation, extension: string): string {
  const words = title
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50)
  return `${words || 'conversation'}-${new Date(createdAt).toISOString().slice(0, 10)}.${extension}`
}

/** Everything there is to know about the turns, for programs. */
export function asJson(conversation: Conversation, turns: readonly Turn[]): string {
  return `${JSON.stringify({ format: 'moa-conversation', version: 1, ...conversation, turns }, null, 2)}\n`
}

/** Questions, answers and proposals for people. */
export function asMarkdown({ title, system }: Conversation, turns: readonly Turn[]): string {
  const told = system === undefined || system === '' ? '' : `## Instructions\n\n${system}\n\n`
  return `# ${cleanLine(title)}\n\n${told}${turns.map(turnAsMarkdown).join('\n')}`
}

function turnAsMarkdown({ question, view, model, state, simulated }: Turn): string {
  const files = question.attachments.map(({ name }) => `- ${cleanLine(name)}\n`).join('')
  const cost = view.finish ? ` · ${formatCost(view.finish.cost)}` : ''
  const facts = `*${cleanLine(model)}${simulated ? ' · simulated' : ''} · ${state} · ${formatDuration(view.elapsedMs)}${cost}*`
  return [
    `## Question\n`,
    `${question.text}\n`,
    ...(files === '' ? [] : [files]),
    `## Answer\n`,
    `${view.text || view.refusal || '—'}\n`,
    `${facts}\n`,
    ...view.degraded.map(({ message }) => `> ${message}\n`),
    ...proposalsAsMarkdown(view.stages),
  ].join('\n')
}

function proposalsAsMarkdown(stages: Turn['view']['stages']): string[] {
  return stages.flatMap(({ kind, slots }, index) =>
    kind === 'propose'
      ? slots.map(
          ({ slot, text, problem }) =>
            `### Proposal, layer ${index + 1}: ${cleanLine(slot.name)}\n\n${problem === undefined ? text : `_${problem}_`}\n`,
        )
      : [],
  )
}
