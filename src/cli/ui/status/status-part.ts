import type { UiPart, UiRequest } from '../../../gateway/index.js'
import type { Workspace } from '../../workspace/open.js'
import { shownPaths, type UiContext } from '../context.js'
import { Reachability } from './reachability.js'
import type { SpendToday } from './spend-today.js'
import type { ProviderStatus, StatusDocument } from './types.js'

/** What the status page can ask for. */
export function statusPart(
  context: UiContext,
  { spend, signal }: { readonly spend: SpendToday; readonly signal: AbortSignal },
): UiPart {
  const reachability = new Reachability(Date.now)
  const look = (request: UiRequest, force: boolean): Promise<StatusDocument> => {
    reachability.refresh(context.workspace(), signal, { force })
    return statusOf(context, request, { reachability, spend })
  }
  return {
    routes: [
      { method: 'GET', path: 'status', handle: (request) => look(request, false) },
      { method: 'POST', path: 'status/probe', handle: (request) => look(request, true) },
    ],
  }
}

async function statusOf(
  context: UiContext,
  { gateway, visit: { key } }: UiRequest,
  { reachability, spend }: { readonly reachability: Reachability; readonly spend: SpendToday },
): Promise<StatusDocument> {
  const workspace = context.workspace()
  const { settings, providers } = workspace
  const everybody = key === undefined || context.write
  const keyId = everybody ? undefined : key.id
  const nameOf = await keyNames(context, key)
  const live = gateway.runs.all.filter((run) => keyId === undefined || run.keyId === keyId)
  const now = gateway.clock.now()
  const { day, lines } = spend.linesOf(now, keyId)
  return {
    version: gateway.version,
    now,
    startedAt: gateway.startedAt * 1000,
    files: settings.files.map((path) => shownPaths(context, path)),
    warnings: settings.warnings.map((warning) => shownPaths(context, warning)),
    memoryBytes: process.memoryUsage.rss(),
    everybody,
    keys: gateway.keys !== undefined,
    runs: {
      most: gateway.settings.maxRuns,
      count: gateway.runs.size,
      live: live.slice(0, 200).map((run) => ({
        model: run.model,
        startedAt: run.startedAt,
        ...(run.keyId !== undefined && { key: nameOf(run.keyId) }),
      })),
    },
    providers: providerStatuses(workspace, reachability),
    probing: reachability.asking,
    breakers: providers.breakers(),
    spend: { day, lines: lines.map((line) => ({ ...line, key: nameOf(line.keyId) })) },
  }
}

async function keyNames(
  { keys }: UiContext,
  own: { readonly id: string; readonly name: string } | undefined,
): Promise<(id: string) => string> {
  const names = new Map((await keys?.list())?.map(({ id, name }) => [id, name]))
  if (own) names.set(own.id, own.name)
  return (id) => names.get(id) ?? id
}

/** Those that are configured or have their key, then servers of this machine that answer. */
function providerStatuses({ settings, providers }: Workspace, reachability: Reachability): ProviderStatus[] {
  const configured = new Map(settings.providers.map((provider) => [provider.name, provider]))
  const wanted = providers.names.filter(
    (name) => name !== 'sim' && (configured.has(name) || reachability.of(name)?.ok === true),
  )
  return wanted.map((name) => {
    const provider = configured.get(name)
    const { baseURL = '', local = true, keyFrom } = provider ?? {}
    const { concurrency, requestsPerMinute, tokensPerMinute } = provider ?? {}
    const reach = reachability.of(name)
    return {
      name,
      host: hostOf(baseURL),
      local,
      ...(keyFrom !== undefined && { keyFrom }),
      limits: {
        ...(concurrency !== undefined && { concurrency }),
        ...(requestsPerMinute !== undefined && { requestsPerMinute }),
        ...(tokensPerMinute !== undefined && { tokensPerMinute }),
      },
      ...(reach && { reach }),
    }
  })
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : ''
}
