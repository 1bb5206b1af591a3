import { textOf, type ContentPart, type Message, type TextPart } from '../core/index.js'

/** What a server asks of the order of turns. The default is to send the conversation as it is. */
export interface TurnRules {
  /**
   * A conversation may end with a turn of the assistant. Default true; with false a short user turn is added, because
   * the server would refuse the request.
   */
  readonly assistantLast?: boolean
  /** Neighbouring turns of one role are joined, for templates that insist on roles that alternate. Default false. */
  readonly mergeTurns?: boolean
  /** All instructions are joined at the front, for templates that take none later. Default false. */
  readonly systemFirst?: boolean
}

const CONTINUE: Message = { role: 'user', content: 'Continue.' }

/** A conversation in the order a server takes. The same array when nothing has to change. */
export function orderTurns(messages: readonly Message[], rules: TurnRules): readonly Message[] {
  let ordered = messages
  if (rules.systemFirst === true) ordered = withSystemFirst(ordered)
  if (rules.mergeTurns === true) ordered = merged(ordered)
  const last = ordered.at(-1)
  return rules.assistantLast === false && last?.role === 'assistant' ? [...ordered, CONTINUE] : ordered
}

const isInstruction = ({ role }: Message): boolean => role === 'system' || role === 'developer'

function withSystemFirst(messages: readonly Message[]): readonly Message[] {
  const instructions = messages.filter(isInstruction)
  const early = instructions.length === 1 && messages[0] === instructions[0]
  if (instructions.length === 0 || early) return messages
  const content = instructions.map((message) => textOf(message.content)).join('\n\n')
  return [{ role: 'system', content }, ...messages.filter((message) => !isInstruction(message))]
}

function merged(messages: readonly Message[]): readonly Message[] {
  const result: Message[] = []
  for (const message of messages) {
    const before = result.at(-1)
    const joined = before && join(before, message)
    if (joined) result[result.length - 1] = joined
    else result.push(message)
  }
  return result.length === messages.length ? messages : result
}

/** Two turns as one; `undefined` when they are not of one kind. Calls of tools and refusals stay turns of their own. */
function join(first: Message, second: Message): Message | undefined {
  if (first.role === 'user' && second.role === 'user' && first.name === second.name)
    return { ...first, content: joinContent(first.content, second.content) }
  if (first.role === 'assistant' && second.role === 'assistant') {
    const plain = [first, second].every(
      ({ toolCalls, refusal, content }) => !toolCalls && refusal === undefined && content !== null,
    )
    return plain ? { ...first, content: `${textOf(first.content)}\n\n${textOf(second.content)}` } : undefined
  }
  return undefined
}

function joinContent(
  first: string | readonly ContentPart[],
  second: string | readonly ContentPart[],
): string | readonly ContentPart[] {
  if (typeof first === 'string' && typeof second === 'string') return `${first}\n\n${second}`
  return [...parts(first), { type: 'text', text: '\n\n' } satisfies TextPart, ...parts(second)]
}

const parts = (content: string | readonly ContentPart[]): readonly ContentPart[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content
