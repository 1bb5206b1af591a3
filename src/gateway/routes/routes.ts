import type { Context, Hono } from 'hono'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { MoaError } from '../../core/index.js'
import { didYouMean } from '../../util/index.js'
import type { Gateway, RouteOptions, Visit } from '../gateway.js'
import type { Exchange } from '../http/exchange.js'
import { FetchExchange } from '../http/fetch-exchange.js'
import { NodeExchange } from '../http/node-exchange.js'
import { answerRequest } from '../run/answer-request.js'
import { chatSurface, messagesSurface, responsesSurface, type Surface } from '../run/surface.js'
import { countTokens } from './count-tokens.js'
import { getModel, listModels } from './models.js'
import { health, home, metrics, ready } from './health.js'
import { openapi } from './openapi.js'
import { deleteResponse, getResponse } from './responses.js'

type Handler = (gateway: Gateway, visit: Visit) => void | Promise<void>

/** What answers one method at one path. */
export interface Route extends RouteOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** A hono path: `/api/runs/:id`, `/assets/*`. */
  readonly path: string
  /** Answers through `visit.exchange`; what it throws is told to the client. */
  readonly handler: Handler
}

const answerWith = (surface: Surface): Route => ({
  name: surface.path,
  surface,
  method: 'POST',
  path: surface.path,
  handler: (gateway, visit) => answerRequest(gateway, surface, visit),
})

/** Routes for answers: the server finds these without a router. */
export const ANSWER_ROUTES: readonly Route[] = [chatSurface, responsesSurface, messagesSurface].map(
  answerWith,
)

const route = (
  method: Route['method'],
  name: string,
  rest: Partial<Route> & Pick<Route, 'handler'>,
): Route => ({
  method,
  name,
  path: name,
  ...rest,
})

const ROUTES: readonly Route[] = [
  ...ANSWER_ROUTES,
  route('POST', '/v1/messages/count_tokens', { handler: countTokens, surface: messagesSurface }),
  route('GET', '/v1/responses/{id}', { handler: getResponse, path: '/v1/responses/:id' }),
  route('DELETE', '/v1/responses/{id}', { handler: deleteResponse, path: '/v1/responses/:id' }),
  route('GET', '/v1/models', { handler: listModels }),
  route('GET', '/v1/models/{id}', { handler: getModel, path: '/v1/models/:id{.+}' }),
  route('GET', '/health', { handler: health, open: true }),
  route('GET', '/ready', { handler: ready, open: true }),
  route('GET', '/metrics', { handler: metrics }),
  route('GET', '/openapi.json', { handler: openapi, open: true }),
  route('GET', '/', { handler: home, open: true }),
]

/** Things OpenAI's API has and this gateway has not, with what to use instead. */
const ABSENT: Readonly<Record<string, string>> = {
  '/v1/completions': 'The legacy completions are not served; use /v1/chat/completions.',
  '/v1/embeddings': 'Embeddings are not served: a mixture of agents writes text. Ask the provider directly.',
}

/** Puts every route on an app, further ones first. */
export function addRoutes(app: Hono, gateway: Gateway, further: readonly Route[] = []): Hono {
  const serve =
    (options: RouteOptions, handler: Handler) =>
    (context: Context): Response | Promise<Response> =>
      pass(context, (exchange) => gateway.answer(exchange, options, (visit) => handler(gateway, visit)))
  const routes = [...further, ...ROUTES]
  for (const { method, path, handler, ...options } of routes) app.on(method, path, serve(options, handler))
  for (const { path, handler: _, ...options } of routes) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method)
    // Browsers ask beforehand, without a key; so does whoever uses the wrong method.
    app.all(path, serve({ ...options, open: true }, wrongMethod(methods)))
  }
  app.all('/v1/messages/*', serve({ name: 'unknown', open: true, surface: messagesSurface }, notFound))
  return app.notFound(serve({ name: 'unknown', open: true }, notFound))
}

function wrongMethod(methods: readonly Route['method'][]): Handler {
  const allowed = [...new Set(methods)].join(' or ')
  const allow = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
  return (_, { exchange, route }) => {
    exchange.always.push('allow', [...allow, 'OPTIONS'].join(', '))
    throw new MoaError(
      'method_not_allowed',
      `${route} takes ${allowed}, not ${exchange.method.slice(0, 20)}.`,
    )
  }
}

const notFound: Handler = (_, { exchange: { path } }) => {
  const names = ROUTES.map(({ name }) => name)
  const shown = path.slice(0, 200)
  throw new MoaError(
    'not_found',
    ABSENT[path] ?? `There is nothing at "${shown}".${didYouMean(shown, names)}`,
  )
}

/** Hands a request over in whichever way it came: from Node's server, or in process. */
function pass(context: Context, answer: (exchange: Exchange) => Promise<void>): Response | Promise<Response> {
  const { incoming, outgoing } = (context.env ?? {}) as {
    incoming?: IncomingMessage
    outgoing?: ServerResponse
  }
  if (incoming && outgoing) {
    void answer(new NodeExchange(incoming, outgoing))
    return RESPONSE_ALREADY_SENT
  }
  const exchange = new FetchExchange(context.req.raw)
  void answer(exchange)
  return exchange.response
}
