import { afterEach, describe, expect, it, vi } from 'vitest'
import { rawServer, sseAnswer, type RawServer } from '../../test/raw-server.js'
import type { MoaError } from '../core/index.js'
import { collect, type CallRecord, type ChatRequest } from '../core/index.js'
import { createMixture, compile } from '../engine/index.js'
import { createProviders, type Providers } from './registry.js'
import type { ProviderSettings } from './settings.js'

const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'hi' }] }
const { signal } = new AbortController()

let server: RawServer
let providers: Providers
afterEach(async () => {
  await providers.close()
  await server.close()
})

const modelOf = (body: string): string => (JSON.parse(body) as { model: string }).model

/** A provider whose models `broken…` answer 500 and `hanging` never, until `mended`. */
async function setUp(
  settings: Partial<ProviderSettings> = {},
): Promise<{ mend: () => void; hang: () => void }> {
  let mended = false
  let hung = false
  server = await rawServer((request, response) => {
    const model = modelOf(request.body)
    if (!mended && (hung || model === 'hanging')) return
    if (!mended && model.startsWith('broken')) response.writeHead(500).end('{"error":{"message":"no"}}')
    else if (model === 'refusing') response.writeHead(400).end('{"error":{"message":"bad"}}')
    else response.end(sseAnswer(`I am ${model}`))
  })
  providers = createProviders({
    providers: [
      {
        name: 'lab',
        baseURL: `${server.origin}/v1`,
        retry: { attempts: 2, baseMs: 1 },
        breaker: { failures: 3, openMs: 60_000 },
        ...settings,
      },
    ],
  })
  return { mend: () => (mended = true), hang: () => (hung = true) }
}

const ask = (model: string): Promise<unknown> =>
  collect(providers.model(`lab/${model}`).stream(REQUEST, { signal })).then(
    ({ text }) => text,
    (error: unknown) => (error as MoaError).code,
  )

const stateOf = (upstream: string): string =>
  providers.breakers().find((status) => status.upstream === upstream)?.state ?? 'none'

describe('breakers of providers', () => {
  it('count every attempt, refuse without asking, and leave other models alone', async () => {
    await setUp()
    expect(await ask('broken')).toBe('upstream_error')
    // The second attempt of this call is the third failure.
    expect(await ask('broken')).toBe('circuit_open')
    const asked = server.requests.length
    expect(asked).toBe(3)
    expect(await ask('broken')).toBe('circuit_open')
    expect(server.requests).toHaveLength(asked)
    expect(await ask('fine')).toBe('I am fine')
    expect(providers.breakers()).toEqual([
      { upstream: 'lab', state: 'closed', failures: 0, probeInMs: 0 },
      expect.objectContaining({ upstream: 'lab/broken', state: 'open', failures: 3 }),
    ])
  })

  it('do not count refusals', async () => {
    await setUp()
    for (let call = 0; call < 5; call += 1) expect(await ask('refusing')).toBe('upstream_rejected')
    expect(providers.breakers()).toHaveLength(1)
  })

  it('close again when the probe is answered', async () => {
    const { mend } = await setUp({ breaker: { failures: 1, openMs: 20 }, retry: { attempts: 1 } })
    expect(await ask('broken')).toBe('upstream_error')
    mend()
    await vi.waitFor(() => expect(stateOf('lab/broken')).toBe('half-open'))
    expect(await ask('broken')).toBe('I am broken')
    expect(stateOf('lab/broken')).toBe('none')
  })

  it('count a server that cannot be reached once for all of its models', async () => {
    await setUp({ retry: { attempts: 1 } })
    await server.close()
    for (const model of ['a', 'b', 'c']) expect(await ask(model)).toBe('unreachable')
    expect(await ask('d')).toBe('circuit_open')
    expect(providers.breakers()).toEqual([expect.objectContaining({ upstream: 'lab', state: 'open' })])
  })

  it('refuse at once even when every place of the provider is taken', async () => {
    await setUp({ concurrency: 1 })
    await ask('broken')
    await ask('broken')
    const leaving = new AbortController()
    const hanging = collect(providers.model('lab/hanging').stream(REQUEST, { signal: leaving.signal })).catch(
      () => 'left',
    )
    await vi.waitFor(() => expect(modelOf(server.requests.at(-1)?.body ?? '{}')).toBe('hanging'))
    expect(await ask('broken')).toBe('circuit_open')
    leaving.abort()
    expect(await hanging).toBe('left')
  })

  it('give the probe back when its caller leaves before an answer', async () => {
    const { mend, hang } = await setUp({ breaker: { failures: 1, openMs: 20 }, retry: { attempts: 1 } })
    expect(await ask('broken')).toBe('upstream_error')
    await vi.waitFor(() => expect(stateOf('lab/broken')).toBe('half-open'))
    hang()
    const leaving = new AbortController()
    const { signal } = leaving
    const probe = collect(providers.model('lab/broken').stream(REQUEST, { signal })).catch(() => 'left')
    await vi.waitFor(() => expect(server.requests).toHaveLength(2))
    expect(await ask('broken')).toBe('circuit_open')
    leaving.abort()
    expect(await probe).toBe('left')
    mend()
    expect(await ask('broken')).toBe('I am broken')
  })

  it('can be turned off', async () => {
    await setUp({ breaker: { enabled: false, failures: 1 } })
    for (let call = 0; call < 3; call += 1) expect(await ask('broken')).toBe('upstream_error')
    expect(providers.breakers()).toEqual([])
  })

  it('let a panel and a chain of aggregators go on at once, without a line in the ledger', async () => {
    await setUp()
    await ask('broken')
    await ask('broken')
    const plan = compile(
      { proposers: ['lab/broken', 'lab/fine'], aggregator: ['lab/broken', 'lab/writer'] },
      'mixed',
    )
    const calls: CallRecord[] = []
    const mixture = createMixture(plan, { resolve: (name) => providers.model(name) })
    const asked = server.requests.length
    const result = await collect(mixture.stream(REQUEST, { signal, onCall: (call) => calls.push(call) }))
    expect(result.text).toBe('I am writer')
    expect(result.degraded.map(({ code }) => code)).toEqual(['proposer-failed', 'aggregator-fallback'])
    expect(result.degraded[0]?.message).toMatch(/has failed 3 times in a row and is left alone/)
    expect(calls.map(({ model }) => model)).toEqual(['fine', 'writer'])
    expect(server.requests).toHaveLength(asked + 2)
  })
})
