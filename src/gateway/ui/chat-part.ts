import { MoaError } from '../../core/index.js'
import { bad, object, optionalString } from '../../wire/check.js'
import { mayUse } from '../access/admission.js'
import type { Gateway } from '../gateway.js'
import type { Conversation, Turn, TurnMessage } from './conversation.js'
import type { Conversations } from './conversations.js'
import type { UiPart, UiRequest, UiRoute } from './services.js'
import { readTurnOrder } from './turn-order.js'
import type { Turns } from './turns.js'

/** What the chat works on. */
export interface ChatBacking {
  readonly conversations: Conversations
  readonly turns: Turns
}

/** What the chat page can ask for. */
export function chatPart(backing: (gateway: Gateway) => ChatBacking): UiPart {
  return { routes: [...aboutAll(backing), ...aboutOne(backing), ...aboutTurns(backing)] }
}

type Find = (gateway: Gateway) => ChatBacking

function aboutAll(backing: Find): readonly UiRoute[] {
  return [
    { method: 'GET', path: 'models', handle: models },
    {
      method: 'GET',
      path: 'conversations',
      handle: ({ gateway, owner }) => backing(gateway).conversations.list(owner),
    },
    {
      method: 'GET',
      path: 'runs/:id/conversation',
      handle: ({ gateway, owner, params }) => backing(gateway).conversations.ofRun(owner, idOf(params)),
    },
    {
      method: 'DELETE',
      path: 'conversations',
      handle({ gateway, owner }) {
        const { conversations, turns } = backing(gateway)
        for (const { id } of conversations.list(owner)) turns.stopAll(id)
        conversations.clear(owner)
      },
    },
  ]
}

function aboutOne(backing: Find): readonly UiRoute[] {
  return [
    {
      method: 'GET',
      path: 'conversations/:id',
      handle({ gateway, owner, params }) {
        const { conversations, turns } = backing(gateway)
        const conversation = conversations.withTurns(owner, idOf(params))
        return { ...conversation, turns: conversation.turns.map((turn) => turns.current(turn)) }
      },
    },
    {
      method: 'PATCH',
      path: 'conversations/:id',
      async handle({ gateway, owner, params, body }) {
        const { conversations } = backing(gateway)
        const after = changed(conversations.get(owner, idOf(params)), object(await body(), 'body'))
        conversations.put(owner, after)
        return after
      },
    },
    {
      method: 'DELETE',
      path: 'conversations/:id',
      handle({ gateway, owner, params }) {
        const { conversations, turns } = backing(gateway)
        const { id } = conversations.get(owner, idOf(params))
        turns.stopAll(id)
        conversations.delete(owner, id)
      },
    },
  ]
}

/** A conversation with another title, or other instructions from the next question on. */
function changed(conversation: Conversation, fields: Readonly<Record<string, unknown>>): Conversation {
  const title = optionalString(fields['title'], 'title')?.trim()
  const system = optionalString(fields['system'], 'system')
  if (title === undefined && system === undefined) throw bad('title', 'expected a title or instructions.')
  if (title !== undefined && (title === '' || title.length > 200))
    throw bad('title', 'expected 1 to 200 characters.')
  return { ...conversation, ...(title !== undefined && { title }), ...(system !== undefined && { system }) }
}

function aboutTurns(backing: Find): readonly UiRoute[] {
  const start = async ({ gateway, visit, owner, params, body }: UiRequest): Promise<unknown> => {
    const value = await body()
    const system = optionalString(object(value, 'body')['system'], 'system')
    return backing(gateway).turns.start({
      gateway,
      visit,
      owner,
      conversation: params['id'],
      order: readTurnOrder(value),
      ...(system !== undefined && { system }),
    })
  }
  const find = ({ gateway, owner, params }: UiRequest): Turn => {
    const turn = backing(gateway).conversations.turn(owner, idOf(params), params['turn'] ?? '')
    if (turn !== undefined) return turn
    throw new MoaError('not_found', 'There is no such turn; its conversation may have been deleted.')
  }
  return [
    { method: 'POST', path: 'conversations', handle: start },
    { method: 'POST', path: 'conversations/:id/turns', handle: start },
    {
      method: 'GET',
      path: 'conversations/:id/turns/:turn/events',
      handle(request) {
        const { turns } = backing(request.gateway)
        const stored = find(request)
        const live = turns.live(stored.id)
        if (live) live.watch(request.events())
        else tellEnd(request, turns.current(stored))
      },
    },
    {
      method: 'POST',
      path: 'conversations/:id/turns/:turn/stop',
      handle: (request) => void backing(request.gateway).turns.stop(find(request).id),
    },
  ]
}

function tellEnd(request: UiRequest, turn: Turn): void {
  const writer = request.events()
  const messages: TurnMessage[] = [
    { type: 'snapshot', turn },
    { type: 'end', state: turn.state, ...(turn.error && { error: turn.error }) },
  ]
  for (const message of messages) void writer.send(JSON.stringify(message))
  writer.end()
}

/** What can be asked by this session, recipes first. */
function models({ gateway, visit: { key } }: UiRequest): unknown {
  return gateway.targets.catalog.entries.filter(({ id }) => key === undefined || mayUse(key, id))
}

const idOf = (params: Readonly<Record<string, string>>): string => params['id'] ?? ''
