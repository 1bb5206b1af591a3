import type { ErrorCode, ModelEvent } from '../../core/index.js'
import type { RunView } from './run-view.js'

/** A file that goes with a question. */
export interface Attachment {
  readonly kind: 'image' | 'pdf' | 'text'
  readonly name: string
  /** A `data:` URL for images and PDFs, the text itself for texts. */
  readonly content: string
}

export interface Question {
  readonly text: string
  readonly attachments: readonly Attachment[]
}

/**
 * `interrupted`: the gateway ended while the answer was being written; what had come until then is there.
 */
export type TurnState = 'running' | 'done' | 'stopped' | 'failed' | 'interrupted'

/** One question with one answer. Asking again or differently makes another turn with the same parent. */
export interface Turn {
  readonly id: string
  readonly conversation: string
  /** The turn before; `null` for the first. */
  readonly parent: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The recipe or model that was asked. */
  readonly model: string
  /** Simulated models take part: no answer is a real one. */
  readonly simulated?: true
  readonly question: Question
  readonly state: TurnState
  readonly error?: { readonly code: ErrorCode; readonly message: string }
  readonly view: RunView
}

export interface Conversation {
  readonly id: string
  readonly title: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
  /** Instructions to every model asked. */
  readonly system?: string
}

export interface ConversationWithTurns extends Conversation {
  /** Oldest first, all branches. */
  readonly turns: readonly Turn[]
}

/** What asks for a turn. */
export interface TurnOrder {
  readonly model: string
  readonly parent: string | null
  readonly question: Question
}

/** What a page is told of a turn under way: everything so far first, then what happens, then how it ended. */
export type TurnMessage =
  | { readonly type: 'snapshot'; readonly turn: Turn }
  /** Events with milliseconds since the run began. */
  | { readonly type: 'events'; readonly events: readonly (readonly [number, ModelEvent])[] }
  | { readonly type: 'end'; readonly state: TurnState; readonly error?: Turn['error'] }
