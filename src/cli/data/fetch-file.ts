import type { ProxySettings } from '../../config/settings.js'
import type { FileFetcher } from '../../eval/data/index.js'
import { proxyAgentOptions } from '../../providers/proxy.js'

const CONNECT_MS = 15_000
/** Longest silence of a server, before its headers and between pieces of the body. */
const SILENCE_MS = 60_000

/** Fetches files over HTTP, redirects followed, through the proxies of the environment. */
export function fileFetcher(proxy: ProxySettings): { fetchFile: FileFetcher; close: () => Promise<void> } {
  const ready = open(proxy)
  ready.catch(() => {}) // The first file hears of it.
  return {
    fetchFile: async (url, { headers, signal }) => {
      const { fetch, dispatcher } = await ready
      const reply = await fetch(url, { headers, signal, dispatcher, redirect: 'follow' })
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
  const dispatcher = new EnvHttpProxyAgent({
    ...proxyAgentOptions(proxy),
    connect: { timeout: CONNECT_MS },
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  })
  return { fetch, dispatcher }
}

async function* empty(): AsyncGenerator<Uint8Array> {}
