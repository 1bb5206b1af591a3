import type { ProxySettings } from '../../config/settings.js'
import { MoaError } from '../../core/errors.js'
import type { FileFetcher } from '../../eval/data/index.js'
import { ProxyFailure, blameProxy, proxyAgentOptions, type ProxyAgentOptions } from '../../providers/proxy.js'

const CONNECT_MS = 15_000
/** Longest silence of a server, before its headers and between pieces of the body. */
const SILENCE_MS = 60_000

/** Fetches files over HTTP, redirects followed, through the proxies of the environment. */
export function fileFetcher(proxy: ProxySettings): { fetchFile: FileFetcher; close: () => Promise<void> } {
  const ready = open(proxy)
  ready.catch(() => {}) // The first file hears of it.
  return {
    fetchFile: async (url, { headers, signal }) => {
      const { fetch, dispatcher, proxies } = await ready
      const sent = fetch(url, { headers, signal, dispatcher, redirect: 'follow' })
      const reply = await sent.catch((error: unknown) => {
        throw proxyFailed(error, { url, proxies }) ?? error
      })
      return {
        status: reply.status,
        header: (name) => reply.headers.get(name) ?? undefined,
        body: reply.body ?? empty(),
      }
    },
    // What could not be opened has nothing to close.
    close: () =>
      ready.then(
        ({ dispatcher }) => dispatcher.close(),
        () => {},
      ),
  }
}

async function open(proxy: ProxySettings) {
  const { EnvHttpProxyAgent, fetch } = await import('undici')
  const proxies = proxyAgentOptions(proxy)
  const dispatcher = new EnvHttpProxyAgent({
    ...proxies,
    connect: { timeout: CONNECT_MS },
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  })
  return { fetch, dispatcher, proxies }
}

/** What happened is hidden under what fetch makes of it. */
function proxyFailed(
  error: unknown,
  { url, proxies }: { readonly url: string; readonly proxies: ProxyAgentOptions },
): MoaError | undefined {
  const blamed = blameProxy((error as Error).cause, proxies)
  return blamed instanceof ProxyFailure
    ? new MoaError('unreachable', `${url} can't be reached: ${blamed.message}.`, {
        retryable: blamed.retryable,
      })
    : undefined
}

async function* empty(): AsyncGenerator<Uint8Array> {}
