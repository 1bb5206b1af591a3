import { randomBytes } from 'node:crypto'
import { MoaError } from '../../core/index.js'
import type { KeyRange, Records, Store } from '../../store/index.js'
import type { Clock } from '../../util/index.js'
import type { Conversation, ConversationWithTurns, Turn } from './conversation.js'

/** Most conversations listed at a time, newest first. */
const MOST_LISTED = 1_000

/** Conversations of every owner, kept in a store. */
export class Conversations {
  readonly #store: Store
  readonly #clock: Clock
  readonly #conversations: Records<Conversation>
  readonly #turns: Records<Turn>

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#conversations = store.records('ui-conversations')
    this.#turns = store.records('ui-turns')
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
    const turns = [...this.#turns.scan(below(`${owner}/${id}`))].map(({ value }) => value)
    return { ...this.get(owner, id), turns }
  }

  /** The turn of an id, if it is there. */
  turn(owner: string, conversation: string, id: string): Turn | undefined {
    return this.#turns.get(`${owner}/${conversation}/${id}`)
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
  putTurn(owner: string, turn: Turn): void {
    this.#store.transaction(() => {
      const conversation = this.#conversations.get(`${owner}/${turn.conversation}`)
      if (conversation === undefined) return
      this.#turns.set(`${owner}/${turn.conversation}/${turn.id}`, turn)
      this.put(owner, { ...conversation, updatedAt: Math.floor(this.#clock.now()) })
    })
  }

  /** Whether there was anything to delete. */
  delete(owner: string, id: string): boolean {
    return this.#store.transaction(() => {
      for (const { key } of [...this.#turns.scan(below(`${owner}/${id}`))]) this.#turns.delete(key)
      return this.#conversations.delete(`${owner}/${id}`)
    })
  }

  /** Deletes all of an owner's conversations. Returns how many. */
  clear(owner: string): number {
    return this.#store.transaction(() => {
      for (const { key } of [...this.#turns.scan(below(owner))]) this.#turns.delete(key)
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
