import { computed, signal } from '@preact/signals'
import type { CatalogEntry } from '../../../../src/gateway/catalog.js'
import type {
  Conversation,
  ConversationWithTurns,
  Question,
  Turn,
} from '../../../../src/gateway/ui/conversation.js'
import { ApiError, api, messageOf } from '../../api/client.js'
import { go, link } from '../../app/router.js'
import { openSession } from '../../app/session.js'
import { t } from '../../i18n/index.js'
import { remembered } from '../../util/remembered.js'
import { choose, path, type Choices } from './branch.js'
import { instructions } from './draft.js'
import { TurnModel } from './turn-model.js'

/** The conversation on the page; without an id it begins with the next question. */
export interface Open {
  readonly conversation: Conversation | undefined
  readonly turns: readonly TurnModel[]
}

const NOTHING: Open = { conversation: undefined, turns: [] }

export const conversations = signal<readonly Conversation[]>([])
export const models = signal<readonly CatalogEntry[]>([])
export const open = signal<Open>(NOTHING)
/** The conversation is on its way. */
export const opening = signal(false)
/** What went wrong with the last thing the user wanted. */
export const problem = signal<string | undefined>(undefined)
export const model = signal(remembered.get('model') ?? '')
const choices = signal<Choices>({})
/** Counts what was opened and left: what arrives for a conversation that was left must not show up in another. */
let visit = 0

/** The turns of the branch that is looked at. */
export const thread = computed(() => path(open.value.turns, choices.value))
/** The turn whose answer is being written. */
export const runningTurn = computed(() => thread.value.find(({ state }) => state.value === 'running'))

/** What is asked: the choice that was made, if it is still there, else the first of the list. */
export const chosenModel = computed(() => {
  const { value } = models
  return value.find(({ id }) => id === model.value) ?? value[0]
})

export function chooseModel(id: string): void {
  remembered.set('model', id)
  model.value = id
}

export function chooseBranch(turn: TurnModel): void {
  choices.value = choose(choices.value, turn)
}

/** Does something and shows what goes wrong, until the next thing the user wants. An ended session leads to the sign-in. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  problem.value = undefined
  return load(work)
}

/** The same for what the page wants by itself. */
async function load<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await openSession()
    else problem.value = messageOf(error)
    return undefined
  }
}

export async function loadLists(): Promise<void> {
  await load(async () => {
    const [found, all] = await Promise.all([
      api.get<readonly CatalogEntry[]>('models'),
      api.get<readonly Conversation[]>('conversations'),
    ])
    models.value = found
    conversations.value = all
  })
}

async function refreshConversations(): Promise<void> {
  await load(async () => {
    conversations.value = await api.get<readonly Conversation[]>('conversations')
  })
}

function leaveTurns(): void {
  for (const turn of open.peek().turns) turn.leave()
}

/** Shows a conversation, or an empty one. */
export async function openConversation(id: string | undefined): Promise<void> {
  if (id !== undefined && open.peek().conversation?.id === id) {
    for (const turn of open.peek().turns) turn.follow()
    return
  }
  const current = ++visit
  leaveTurns()
  choices.value = {}
  problem.value = undefined
  open.value = NOTHING
  opening.value = id !== undefined
  if (id === undefined) return
  const loaded = await attempt(() =>
    api.get<ConversationWithTurns>(`conversations/${encodeURIComponent(id)}`),
  )
  if (visit !== current) return
  opening.value = false
  if (loaded === undefined) return
  const { turns, ...conversation } = loaded
  open.value = { conversation, turns: turns.map((turn) => new TurnModel(turn)) }
  const last = turns.at(-1)
  if (last && models.peek().some((entry) => entry.id === last.model)) model.value = last.model
  for (const turn of open.peek().turns) turn.follow()
}

/** Stops watching; the answers are written on. */
export function leaveConversation(): void {
  visit++
  leaveTurns()
}

/**
 * Asks a question.
 *
 * @param parent the turn it goes on from; a turn that is there already gets a sibling
 * @returns whether the gateway took it
 */
export async function ask(
  question: Question,
  parent: string | null,
  of = chosenModel.peek()?.id,
): Promise<boolean> {
  if (of === undefined) {
    problem.value = t('chat.noModels')
    return false
  }
  const current = visit
  const { conversation } = open.peek()
  const system = instructions.peek().trim()
  const target = conversation === undefined ? 'conversations' : `conversations/${conversation.id}/turns`
  const begun = await attempt(() =>
    api.post<{ conversation: Conversation; turn: Turn }>(target, {
      model: of,
      parent,
      question,
      ...(conversation === undefined && system !== '' && { system }),
    }),
  )
  if (begun === undefined) return false
  void refreshConversations()
  const now = open.peek()
  const there = conversation === undefined ? visit === current : now.conversation?.id === conversation.id
  // Who has left finds the answer where it was asked; who came back may have it already.
  if (!there || now.turns.some(({ id }) => id === begun.turn.id)) return true
  const turn = new TurnModel(begun.turn)
  open.value = { conversation: begun.conversation, turns: [...now.turns, turn] }
  choices.value = choose(choices.peek(), turn)
  turn.follow()
  if (conversation === undefined) {
    instructions.value = ''
    go(link('chat', begun.conversation.id))
  }
  return true
}

export async function stop(turn: TurnModel): Promise<void> {
  await attempt(() => api.post(`conversations/${turn.turn.conversation}/turns/${turn.id}/stop`, {}))
}

export async function renameConversation(id: string, title: string): Promise<void> {
  const renamed = await attempt(() => api.patch<Conversation>(`conversations/${id}`, { title }))
  if (renamed && open.peek().conversation?.id === id) open.value = { ...open.peek(), conversation: renamed }
  await refreshConversations()
}

/** What every model is told before this conversation, from the next question on. Returns whether it was kept. */
export async function changeInstructions(system: string): Promise<boolean> {
  const { conversation } = open.peek()
  if (conversation === undefined) return false
  const changed = await attempt(() =>
    api.patch<Conversation>(`conversations/${conversation.id}`, { system: system.trim() }),
  )
  if (changed && open.peek().conversation?.id === changed.id)
    open.value = { ...open.peek(), conversation: changed }
  return changed !== undefined
}

export async function deleteConversation(id: string): Promise<void> {
  await attempt(() => api.delete(`conversations/${id}`))
  if (open.peek().conversation?.id === id) go(link('chat'))
  await refreshConversations()
}

export async function deleteAllConversations(): Promise<void> {
  await attempt(() => api.delete('conversations'))
  go(link('chat'))
  await refreshConversations()
}
