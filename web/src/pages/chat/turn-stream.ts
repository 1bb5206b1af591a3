import type { Turn, TurnMessage } from '../../../../src/gateway/ui/conversation.js'
import { ApiError, request } from '../../api/client.js'

const FIRST_WAIT_MS = 300
const LONGEST_WAIT_MS = 5_000

export interface FollowOptions {
  readonly signal: AbortSignal
  readonly onMessage: (message: TurnMessage) => void
  /** Told when the connection is lost, and when it is there again. */
  readonly onConnection: (connected: boolean) => void
}

/** Hands on everything about a turn until it has ended; a lost connection is made anew, which begins with a snapshot. */
export async function followTurn(turn: Turn, options: FollowOptions): Promise<void> {
  const { signal, onMessage, onConnection } = options
  const path = `conversations/${turn.conversation}/turns/${turn.id}/events`
  let wait = FIRST_WAIT_MS
  while (!signal.aborted) {
    try {
      const response = await request(path, { signal })
      onConnection(true)
      wait = FIRST_WAIT_MS
      for await (const message of messagesOf(response)) {
        if (signal.aborted) return
        onMessage(message)
        if (message.type === 'end') return
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ApiError && error.status < 500) {
        onConnection(true)
        onMessage({ type: 'end', state: 'failed', error: { code: 'not_found', message: error.message } })
        return
      }
    }
    onConnection(false)
    await new Promise((resolve) => setTimeout(resolve, wait))
    wait = Math.min(LONGEST_WAIT_MS, wait * 2)
  }
}

/** The messages of a stream of server-sent events with one `data` line each. */
async function* messagesOf(response: Response): AsyncGenerator<TurnMessage, void, undefined> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) return
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const events = (rest + value).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events)
        if (event.startsWith('data: ')) yield JSON.parse(event.slice('data: '.length)) as TurnMessage
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}
