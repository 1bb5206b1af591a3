import { randomBytes } from 'node:crypto'
import { MoaError } from '../../core/index.js'
import type { KeyRange, Records, Store } from '../../store/index.js'
import type { Clock } from '../../util/index.js'
import type { Conversation, ConversationWithTurns, Turn } from './conversation.js'
import { emptyRunView, type RunView } from './run-view.js'

/** Most conversations listed at a time, newest first. */
const MOST_LISTED = 1_000

/** A turn without what changes while it is under way: its question may be megabytes of pictures, written once. */
type TurnHead = Omit<Turn, 'view'>

/** Conversations of every owner, kept in a store. */
export class Conversations {
  readonly #store: Store
  readonly #clock: Clock
  readonly #conversations: Records<Conversation>
  readonly #turns: Records<TurnHead>
  readonly #views: Records<RunView>
  /** Conversations by the runs of their answers. */
  readonly #runs: Records<string>

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#conversations = store.records('ui-conversations')
    this.#turns = store.records('ui-turns')
    this.#views = store.records('ui-views')
    this.#runs = store.records('ui-runs')
  }

  /** An owner's conversations, the one last changed first. */
  list(owner: string): readonly Conversation[] {
    return [...this.#conversations.scan(below(owner))]
      .map(({ value }) => value)
      .sort((a, b) => b.updatedAt - a.updatedAt)
      .slice(0, MOST_LISTED)
  }

  /** @throws {@link MoaError} `not_found` */
  get(owner: string, id: string): Conversation {
    const conversation = this.#conversations.get(`${owner}/${id}`)
    if (conversation === undefined)
      throw new MoaError('not_found', 'There is no such conversation; it may have been deleted.')
    return conversation
  }

  /** @throws {@link MoaError} `not_found` */
  withTurns(owner: string, id: string): ConversationWithTurns {
    const turns = [...this.#turns.scan(below(`${owner}/${id}`))].map(({ key, value }) =>
      this.#whole(key, value),
    )
    return { ...this.get(owner, id), turns }
  }

  /** The turn of an id, if it is there. */
  turn(owner: string, conversation: string, id: string): Turn | undefined {
    const key = `${owner}/${conversation}/${id}`
    const head = this.#turns.get(key)
    return head && this.#whole(key, head)
  }

  #whole(key: string, head: TurnHead): Turn {
    return { ...head, view: this.#views.get(key) ?? emptyRunView() }
  }

  /** The conversation in which a run gave an answer, if there is one. */
  ofRun(owner: string, runId: string): Conversation | undefined {
    const id = this.#runs.get(`${owner}/${runId}`)
    return id === undefined ? undefined : this.#conversations.get(`${owner}/${id}`)
  }

  /** A new conversation, which is kept with its first turn. */
  create(title: string): Conversation {
    const now = Math.floor(this.#clock.now())
    return { id: newId(now), title, createdAt: now, updatedAt: now }
  }

  /** Keeps a conversation as it is now. */
  put(owner: string, conversation: Conversation): void {
    this.#conversations.set(`${owner}/${conversation.id}`, conversation)
  }

  newTurnId(): string {
    return newId(this.#clock.now())
  }

  /** Keeps a turn, unless its conversation was deleted meanwhile. */
  putTurn(owner: string, { view, ...head }: Turn): void {
    this.#store.transaction(() => {
      const conversation = this.#conversations.get(`${owner}/${head.conversation}`)
      if (conversation === undefined) return
      const key = `${owner}/${head.conversation}/${head.id}`
      this.#turns.set(key, head)
      this.#views.set(key, view)
      if (view.runId !== undefined) this.#runs.set(`${owner}/${view.runId}`, head.conversation)
      this.put(owner, { ...conversation, updatedAt: Math.floor(this.#clock.now()) })
    })
  }

  /** Keeps how far a turn has come, unless it was deleted meanwhile. */
  putView(owner: string, { conversation, id, view }: Turn): void {
    const key = `${owner}/${conversation}/${id}`
    this.#store.transaction(() => {
      if (this.#turns.get(key) !== undefined) this.#views.set(key, view)
    })
  }

  /** Whether there was anything to delete. */
  delete(owner: string, id: string): boolean {
    return this.#store.transaction(() => {
      this.#deleteTurns(owner, `${owner}/${id}`)
      return this.#conversations.delete(`${owner}/${id}`)
    })
  }

  #deleteTurns(owner: string, prefix: string): void {
    for (const { value } of this.#views.scan(below(prefix)))
      if (value.runId !== undefined) this.#runs.delete(`${owner}/${value.runId}`)
    for (const records of [this.#turns, this.#views])
      for (const { key } of [...records.scan(below(prefix))]) records.delete(key)
  }

  /** Deletes all of an owner's conversations. Returns how many. */
  clear(owner: string): number {
    return this.#store.transaction(() => {
      this.#deleteTurns(owner, owner)
      const all = [...this.#conversations.scan(below(owner))]
      for (const { key } of all) this.#conversations.delete(key)
      return all.length
    })
  }
}

/** All keys that begin with a prefix and a slash; `0` comes right behind the slash. */
const below = (prefix: string): KeyRange => ({ from: `${prefix}/`, before: `${prefix}0` })

/** Ids in the order of their time. */
function newId(now: number): string {
  return Math.floor(now).toString(36).padStart(9, '0') + randomBytes(6).toString('hex')
}
