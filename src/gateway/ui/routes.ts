import { memoryStore, type Store } from '../../store/index.js'
import { object, string } from '../../wire/check.js'
import type { Gateway, Visit } from '../gateway.js'
import { home } from '../routes/health.js'
import type { Route } from '../routes/routes.js'
import { chatPart, type ChatBacking } from './chat-part.js'
import { Conversations } from './conversations.js'
import { UI_PARTS, type UiPart, type UiServices } from './services.js'
import { Sessions, type Session } from './sessions.js'
import { StaticFiles } from './static-files.js'
import { Turns } from './turns.js'
import { jsonBody, reply, uiRoute } from './ui-route.js'

export interface UiOptions {
  /** Where the built pages are. */
  readonly folder: string
  /** Where conversations and sessions are kept. Default: in memory, forgotten when the process ends. */
  readonly store?: Store
  /** What the pages besides the chat are made of. */
  readonly services?: UiServices
}

/** Nothing but the gateway's own files, no inline script or style, nothing that can be framed or sent elsewhere. */
const PAGE_HEADERS: readonly string[] = [
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'no-referrer',
  'content-security-policy',
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
    "trusted-types 'none'",
  'cross-origin-resource-policy',
  'same-origin',
  'cross-origin-opener-policy',
  'same-origin',
  'permissions-policy',
  'camera=(), geolocation=(), microphone=()',
]

/** What the pages' API works on; made with a gateway's first request. */
interface Backing extends ChatBacking {
  readonly sessions: Sessions
}

/**
 * The web interface as routes of a gateway: its pages under `/ui/`, what they ask for under `/ui/api/`. Browsers that
 * open `/` are sent there.
 *
 * @throws {@link MoaError} `file_unreadable` when the pages were not built
 */
export function uiRoutes({ folder, store = memoryStore(), services = {} }: UiOptions): readonly Route[] {
  const files = new StaticFiles(folder)
  const known = new WeakMap<Gateway, Backing>()
  const backing = (gateway: Gateway): Backing => {
    const made = known.get(gateway) ?? backingOf(gateway, store)
    known.set(gateway, made)
    return made
  }
  const parts: readonly UiPart[] = [chatPart(backing), ...Object.values(services)]
  const api = parts
    .flatMap(({ routes }) => routes)
    .map((route) => uiRoute(route, (gateway) => backing(gateway).sessions))
  const served = UI_PARTS.filter((name) => services[name] !== undefined)
  return [...pageRoutes(files), ...sessionRoutes(backing, served), ...api]
}

function backingOf({ keys, clock }: Gateway, store: Store): Backing {
  const conversations = new Conversations(store, clock)
  return { conversations, sessions: new Sessions(store, { keys, clock }), turns: new Turns(conversations) }
}

function pageRoutes(files: StaticFiles): readonly Route[] {
  const page = (path: string, fileOf: (path: string) => string): Route => ({
    method: 'GET',
    path,
    name: path === '/ui/' ? '/ui/' : '/ui/assets',
    open: true,
    headers: PAGE_HEADERS,
    async handler(gateway, { exchange, route }) {
      gateway.metrics.request(route, await files.send(exchange, fileOf(exchange.path)))
    },
  })
  return [
    page('/ui/', () => 'index.html'),
    page('/ui/assets/*', (path) => path.slice('/ui/'.length)),
    { method: 'GET', path: '/ui', name: '/ui', open: true, handler: (_, visit) => redirect(visit) },
    {
      method: 'GET',
      path: '/',
      name: '/',
      open: true,
      handler: (gateway, visit) =>
        /\btext\/html\b/.test(visit.exchange.header('accept') ?? '') ? redirect(visit) : home(gateway, visit),
    },
  ]
}

/** Sends a browser to the pages. Relative, so that it works behind a proxy that serves the gateway below a path. */
function redirect({ exchange }: Visit): void {
  exchange.send({ status: 302, headers: ['location', 'ui/', 'vary', 'accept'], body: '' })
}

function sessionRoutes(backing: (gateway: Gateway) => Backing, parts: readonly string[]): readonly Route[] {
  const about = (gateway: Gateway, session: Session | undefined): unknown => ({
    keys: gateway.keys !== undefined,
    signedIn: session !== undefined,
    ...(session && { csrf: session.csrf }),
    version: gateway.version,
    parts,
  })
  const route = (method: Route['method'], handler: Route['handler']): Route => ({
    method,
    path: '/ui/api/session',
    name: '/ui/api/session',
    open: true,
    handler,
  })
  return [
    route('GET', async (gateway, visit) => {
      const { sessions } = backing(gateway)
      const found = await sessions.find(visit.exchange)
      const session = found ?? (sessions.keys ? undefined : sessions.openFreely(visit.exchange))
      reply(gateway, visit, about(gateway, session))
    }),
    route('POST', async (gateway, visit) => {
      const { sessions } = backing(gateway)
      const key = string(object(await jsonBody(gateway, visit.exchange), 'body')['key'], 'key')
      reply(gateway, visit, about(gateway, await sessions.open(visit.exchange, key)))
    }),
    route('DELETE', async (gateway, visit) => {
      const { sessions } = backing(gateway)
      await sessions.require(visit.exchange)
      sessions.close(visit.exchange)
      reply(gateway, visit, undefined)
    }),
  ]
}
