import type { Gateway, Visit } from '../gateway.js'

/** A request of one of the interface's pages, whose session has been checked. */
export interface UiRequest {
  readonly gateway: Gateway
  /** The request itself; its key is the session's, absent while no keys are in use. */
  readonly visit: Visit
  /** Named parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Whose data it may see: a key's id, or `local` while no keys are in use. */
  readonly owner: string
  /**
   * The JSON body.
   *
   * @throws {@link MoaError} `invalid_request`, `payload_too_large`
   */
  readonly body: () => Promise<unknown>
  /** Begins a reply of many messages (server-sent events); nothing else may be returned then. */
  readonly events: () => EventWriter
}

/** Sends messages as they come up. */
export interface EventWriter {
  /** Sends JSON text; a promise, if there is one, resolves when the page has caught up or has left. */
  send(json: string): Promise<void> | undefined
  end(): void
  /** Calls back once when the page has left. */
  onGone(callback: () => void): void
}

/** One thing a page can ask for. */
export interface UiRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/ui/api/`; parts that begin with a colon are parameters: `runs/:id`. */
  readonly path: string
  /**
   * @returns what is sent as JSON; `undefined` sends 204, or nothing when the reply went through {@link UiRequest.events}
   */
  readonly handle: (request: UiRequest) => unknown
}

/** A part of the interface, and what its page can ask for. */
export interface UiPart {
  readonly routes: readonly UiRoute[]
}

export const UI_PARTS = ['runs', 'recipes', 'evaluations', 'status'] as const
export type UiPartName = (typeof UI_PARTS)[number]

/** What the pages besides the chat are made of; a part that is left out is shown as not served. */
export type UiServices = Readonly<Partial<Record<UiPartName, UiPart>>>
