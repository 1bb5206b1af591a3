import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorInfo } from '../../core/index.js'
import { PERSONALITIES } from '../personalities/index.js'
import type { Simulation } from '../simulation.js'
import type { Chat } from './chat.js'
import { sendError, sendJson } from './http.js'
import type { SimLog } from './log.js'

/** A request on its way to its handler. */
export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly simulation: Simulation
  readonly log: SimLog
  readonly chat: Chat
  readonly startedAt: number
}

/** Hands a request to whoever answers it, or says what is possible there. */
export function route(visit: Visit): void {
  const { request, response } = visit
  const method = request.method ?? 'GET'
  const path = (request.url ?? '/').split('?')[0] as string
  const found = ROUTES.find(({ pattern }) => pattern.test(path))
  const handler = found?.methods[method]
  if (handler) {
    handler(visit, found.pattern.exec(path)?.[1] ?? '')
    return
  }
  request.resume()
  if (found === undefined) {
    sendError(response, {
      code: 'invalid_request',
      status: 404,
      message: `There is nothing at ${method} ${path}.`,
    })
    return
  }
  const allow = Object.keys(found.methods).join(', ')
  sendError(
    response,
    { code: 'invalid_request', status: 405, message: `${method} is not allowed at ${path}; use ${allow}.` },
    { allow },
  )
}

interface Route {
  readonly pattern: RegExp
  readonly methods: Readonly<Record<string, (visit: Visit, parameter: string) => void>>
}

const ROUTES: readonly Route[] = [
  {
    pattern: /^\/v1\/chat\/completions\/?$/,
    methods: { POST: ({ chat, request, response }) => void chat.handle(request, response) },
  },
  { pattern: /^\/v1\/models\/?$/, methods: { GET: listModels } },
  { pattern: /^\/v1\/models\/(.+)$/, methods: { GET: showModel } },
  { pattern: /^\/sim\/log\/?$/, methods: { GET: showLog, DELETE: clearLog } },
]

function modelEntry({ startedAt }: Visit, id: string, base = id): Record<string, unknown> {
  const description = PERSONALITIES.get(base)?.description
  return {
    id,
    object: 'model',
    created: startedAt,
    owned_by: 'sim',
    ...(description !== undefined && { description }),
  }
}

function listModels(visit: Visit): void {
  const data = visit.simulation.models.map((id) => modelEntry(visit, id))
  sendJson(visit.response, { body: { object: 'list', data } })
}

function showModel(visit: Visit, parameter: string): void {
  try {
    const name = visit.simulation.name(unescapePath(parameter))
    sendJson(visit.response, { body: modelEntry(visit, name.text, name.base) })
  } catch (error) {
    sendError(visit.response, errorInfo(error))
  }
}

function showLog({ response, log }: Visit): void {
  sendJson(response, { body: { entries: log.entries, inFlight: log.inFlight, dropped: log.dropped } })
}

function clearLog({ response, log }: Visit): void {
  log.clear()
  sendJson(response, { body: { cleared: true } })
}

function unescapePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // Not escaped at all, then.
    return path
  }
}
