import { MoaError } from '../../core/index.js'
import type { Gateway, Visit } from '../gateway.js'
import { parseJson, readBody } from '../http/body.js'
import { JSON_TYPE } from '../http/error-reply.js'
import type { Exchange } from '../http/exchange.js'
import type { Route } from '../routes/routes.js'
import type { Beating } from '../run/heartbeat.js'
import type { EventWriter, UiRequest, UiRoute } from './services.js'
import type { Sessions } from './sessions.js'

const API = '/ui/api/'
/** Seconds of silence after which a comment keeps a stream of events alive. */
const KEEP_ALIVE_TICKS = 15

/** A route of the gateway from one of the interface: the session is checked, the result becomes JSON. */
export function uiRoute(
  { method, path, handle }: UiRoute,
  sessionsOf: (gateway: Gateway) => Sessions,
): Route {
  const name = API + path.replace(/:(\w+)/g, '{$1}')
  return {
    method,
    path: API + path,
    name,
    // Sessions take the place of keys here.
    open: true,
    async handler(gateway, visit) {
      const { owner, key } = await sessionsOf(gateway).require(visit.exchange)
      const events: { begun: boolean } = { begun: false }
      const request = requestOf(gateway, { ...visit, key }, { path, owner, events })
      const result = await handle(request)
      if (events.begun) return
      reply(gateway, visit, result)
    },
  }
}

/** Sends a value as JSON; nothing as 204. */
export function reply(gateway: Gateway, { exchange, route }: Visit, value: unknown): void {
  const status = value === undefined ? 204 : 200
  gateway.metrics.request(route, status)
  exchange.send({
    status,
    headers: ['cache-control', 'no-store', ...(value === undefined ? [] : JSON_TYPE)],
    body: value === undefined ? '' : JSON.stringify(value),
  })
}

/** The JSON body of a request. */
export async function jsonBody(gateway: Gateway, exchange: Exchange): Promise<unknown> {
  const body = await readBody(exchange, { memory: gateway.bodies, limit: gateway.settings.maxBodyBytes })
  try {
    return parseJson(body.bytes)
  } finally {
    body.release()
  }
}

function requestOf(
  gateway: Gateway,
  visit: Visit,
  { path, owner, events }: { path: string; owner: string; events: { begun: boolean } },
): UiRequest {
  const { exchange, route } = visit
  return {
    gateway,
    visit,
    owner,
    params: paramsOf(path, exchange.path.slice(API.length)),
    query: new URLSearchParams(exchange.query),
    body: () => jsonBody(gateway, exchange),
    events() {
      events.begun = true
      gateway.metrics.request(route, 200)
      return eventWriter(gateway, exchange)
    },
  }
}

function paramsOf(pattern: string, path: string): Record<string, string> {
  const values = path.split('/')
  const params: Record<string, string> = {}
  for (const [index, part] of pattern.split('/').entries())
    if (part.startsWith(':')) params[part.slice(1)] = decode(values[index] ?? '')
  return params
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new MoaError('invalid_request', 'The address is not encoded as addresses are.')
  }
}

function eventWriter(gateway: Gateway, exchange: Exchange): EventWriter {
  const { heartbeat } = gateway
  let silent = 0
  const pulse: Beating = {
    tick() {
      silent += 1
      if (silent < KEEP_ALIVE_TICKS) return
      silent = 0
      void exchange.write(': here\n\n')
    },
  }
  exchange.begin(200, [
    'content-type',
    'text/event-stream; charset=utf-8',
    'cache-control',
    'no-store',
    'x-accel-buffering',
    'no',
  ])
  heartbeat.add(pulse)
  exchange.onGone(() => heartbeat.delete(pulse))
  return {
    send(json) {
      silent = 0
      return exchange.write(`data: ${json}\n\n`)
    },
    end() {
      heartbeat.delete(pulse)
      exchange.end('')
    },
    onGone: (callback) => exchange.onGone(callback),
  }
}
