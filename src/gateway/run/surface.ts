import type { ErrorInfo, Result } from '../../core/index.js'
import {
  ChunkEncoder,
  MessagesEncoder,
  ResponsesEncoder,
  decodeMessagesRequest,
  decodeRequest,
  decodeResponsesRequest,
  encodeError,
  encodeMessagesBody,
  encodeMessagesError,
  encodeResponsesBody,
  writeResponse,
  type DecodedRequest,
  type StreamEncoder,
} from '../../wire/index.js'
import { newId } from './ids.js'
import type { StoredResponses } from './stored-responses.js'

type Extension = Readonly<Record<string, unknown>>

/** One answer in a client's format. */
export interface Reply {
  /** The answer's id, as the client sees it. */
  readonly id: string
  stream(): StreamEncoder
  /** The answer as one JSON body, written out. */
  whole(result: Result, extension: Extension): string
}

/** A request in a client's format, understood. */
export interface Understood {
  readonly decoded: DecodedRequest
  /** @param created seconds since the epoch */
  reply(created: number): Reply
}

/** What formats with a memory need. */
export interface Memory {
  readonly stored: StoredResponses
  /** Keeps callers apart. */
  readonly who: string
}

/** A client's format: the one place where they differ. */
export interface Surface {
  readonly name: 'chat' | 'responses' | 'messages'
  readonly path: string
  /** @throws {@link MoaError} `invalid_request`, `unsupported_parameter`; `not_found` for earlier answers that are gone */
  decode(body: unknown, memory: Memory): Understood
  error(error: ErrorInfo, requestId: string): unknown
}

export const chatSurface: Surface = {
  name: 'chat',
  path: '/v1/chat/completions',
  decode(body) {
    const decoded = decodeRequest(body)
    return { decoded, reply: (created) => chatReply(decoded, created) }
  },
  error: encodeError,
}

/** An answer in the chat format. */
export function chatReply(
  { model, includeUsage }: Pick<DecodedRequest, 'model' | 'includeUsage'>,
  created: number,
): Reply {
  const identity = { id: newId('chatcmpl-'), created, model }
  return {
    id: identity.id,
    stream: () => new ChunkEncoder(identity, { includeUsage }),
    whole: (result, extension) => writeResponse(result, identity, extension),
  }
}

export const responsesSurface: Surface = {
  name: 'responses',
  path: '/v1/responses',
  decode(body, { stored, who }) {
    const asked = stored.recall(body, who)
    const decoded = decodeResponsesRequest(asked.body, asked.earlier)
    const { model, echo, namespaced } = decoded
    const store = stored.enabled && decoded.store
    const keep = (response: Extension): void => {
      if (store) stored.keep(response, { asked, who })
    }
    return {
      decoded,
      reply(created) {
        const { previous } = asked
        const identity = { id: newId('resp_'), created, model, echo, namespaced, store, previous }
        return {
          id: identity.id,
          stream: () => new ResponsesEncoder(identity, keep),
          whole(result, extension) {
            const response = encodeResponsesBody(result, identity, extension)
            keep(response)
            return JSON.stringify(response)
          },
        }
      },
    }
  },
  error: encodeError,
}

export const messagesSurface: Surface = {
  name: 'messages',
  path: '/v1/messages',
  decode(body) {
    const decoded = decodeMessagesRequest(body)
    return {
      decoded,
      reply() {
        const identity = { id: newId('msg_'), model: decoded.model }
        return {
          id: identity.id,
          stream: () => new MessagesEncoder(identity),
          whole: (result, extension) => JSON.stringify(encodeMessagesBody(result, identity, extension)),
        }
      },
    }
  },
  error: encodeMessagesError,
}
