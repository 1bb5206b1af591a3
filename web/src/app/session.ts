import { signal } from '@preact/signals'
import { ApiError, api, useCsrfToken } from '../api/client.js'

/** What the gateway says about this browser. */
export interface SessionInfo {
  /** Keys are in use, so somebody has to sign in. */
  readonly keys: boolean
  readonly signedIn: boolean
  /** Goes with every request that changes something; absent while nobody is signed in. */
  readonly csrf?: string
  readonly version: string
  /** Parts of the interface this gateway serves. */
  readonly parts: readonly string[]
}

export type SessionState =
  { readonly state: 'opening' | 'unreachable' | 'signed-out' } | ({ readonly state: 'open' } & SessionInfo)

/** Whether this browser may use the gateway. */
export const session = signal<SessionState>({ state: 'opening' })

function enter(info: SessionInfo): void {
  useCsrfToken(info.csrf)
  session.value = info.signedIn ? { state: 'open', ...info } : { state: 'signed-out' }
}

/** Asks the gateway who this is. */
export async function openSession(): Promise<void> {
  session.value = { state: 'opening' }
  try {
    enter(await api.get<SessionInfo>('session'))
  } catch {
    session.value = { state: 'unreachable' }
  }
}

/** @throws {@link ApiError} for a key that is not right */
export async function signIn(key: string): Promise<void> {
  enter(await api.post<SessionInfo>('session', { key }))
}

export async function signOut(): Promise<void> {
  try {
    await api.delete('session')
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
  await openSession()
}
