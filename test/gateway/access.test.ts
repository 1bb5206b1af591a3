import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createKey,
  memoryKeyStore,
  memorySpendStore,
  type GatewayLog,
  type KeyLimits,
  type KeyStore,
} from '../../src/gateway/index.js'
import { startSimServer } from '../../src/sim/index.js'
import {
  HELLO,
  Lab,
  TRANSPORTS,
  chat,
  post,
  readEvents,
  until,
  type Json,
  type LabOptions,
} from './harness.js'

const CHAT = '/v1/chat/completions'
let lab: Lab
let keys: KeyStore
afterEach(() => lab.close())

async function open(options: LabOptions = {}): Promise<void> {
  keys = memoryKeyStore()
  lab = await Lab.open({ ...options, gateway: { keys, ...options.gateway } })
}
async function newKey(limits: KeyLimits = {}): Promise<string> {
  return (await createKey(keys, { name: 'test', limits, now: Date.now() })).key
}
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
async function errorOf(response: Response): Promise<[number, Json]> {
  return [response.status, ((await response.json()) as { error: Json }).error]
}

describe.each(TRANSPORTS)('keys, %s', (transport) => {
  it('11: takes Bearer everywhere, x-api-key too, and any anthropic-version', async () => {
    await open()
    const fetch = lab.fetch(transport)
    const key = await newKey()
    expect(await errorOf(await fetch(CHAT, chat()))).toMatchObject([
      401,
      { type: 'authentication_error', code: 'invalid_api_key' },
    ])
    const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
    expect((await fetch(CHAT, chat({}, bearer(wrong)))).status).toBe(401)
    expect((await fetch(CHAT, chat({}, bearer(key)))).status).toBe(200)
    const message = { model: 'pair', max_tokens: 100, messages: HELLO }
    for (const version of ['2023-06-01', '2026-10-21', 'whatever'])
      expect(
        (await fetch('/v1/messages', post(message, { 'x-api-key': key, 'anthropic-version': version })))
          .status,
      ).toBe(200)
    expect((await fetch('/v1/messages', post(message, bearer(key)))).status).toBe(200)
    const refused = await fetch('/v1/messages', post(message))
    expect([refused.status, await refused.json()]).toMatchObject([
      401,
      { type: 'error', error: { type: 'authentication_error' } },
    ])
    for (const path of ['/health', '/ready', '/openapi.json']) expect((await fetch(path)).status).toBe(200)
    expect((await fetch('/metrics')).status).toBe(401)
    expect(await (await fetch('/')).text()).not.toContain('pair')
  })

  it('keeps a key to its models, in lists, requests and overrides', async () => {
    await open()
    const fetch = lab.fetch(transport)
    const key = await newKey({ models: ['pair', 'lab/a*'] })
    const { data } = (await (await fetch('/v1/models', { headers: bearer(key) })).json()) as { data: Json[] }
    const ids = data.map(({ id }) => id as string)
    expect(ids).toEqual(ids.filter((id) => id === 'pair' || id.startsWith('lab/a')))
    expect(ids.slice(0, 2)).toEqual(['pair', 'lab/ada'])
    expect((await fetch(CHAT, chat({ model: 'lab/alan' }, bearer(key)))).status).toBe(200)
    expect(await errorOf(await fetch(CHAT, chat({ model: 'layers' }, bearer(key))))).toMatchObject([
      403,
      { type: 'permission_error', param: 'model' },
    ])
    const changed = chat({ moa: { proposers: ['lab/grace'] } }, bearer(key))
    expect(await errorOf(await fetch(CHAT, changed))).toMatchObject([403, { param: 'moa' }])
  })

  it('limits requests, tokens and runs of a key, and tells what is left', async () => {
    await open()
    const fetch = lab.fetch(transport)
    const two = bearer(await newKey({ requestsPerMinute: 2 }))
    const first = await fetch(CHAT, chat({}, two))
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    expect(first.headers.get('x-ratelimit-reset-requests')).toMatch(/^\d+\.\d+s$/)
    await fetch(CHAT, chat({}, two))
    const third = await fetch(CHAT, chat({}, two))
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(third.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(third.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(await errorOf(third)).toMatchObject([429, { type: 'rate_limit_error' }])

    const tokens = bearer(await newKey({ tokensPerMinute: 200 }))
    expect((await fetch(CHAT, chat({}, tokens))).headers.get('x-ratelimit-limit-tokens')).toBe('200')
    // The first answer has used up more than the limit.
    expect((await fetch(CHAT, chat({}, tokens))).status).toBe(429)

    const small = bearer(await newKey({ tokensPerMinute: 900 }))
    const asking = (words: number): RequestInit => {
      const messages = [{ role: 'user', content: 'word '.repeat(words) }]
      return chat({ model: 'lab/ada', max_tokens: 1, messages }, small)
    }
    const never = await fetch(CHAT, asking(1000))
    expect(never.headers.get('x-should-retry')).toBe('false')
    expect(await errorOf(never)).toMatchObject([413, { code: 'payload_too_large' }])
    expect((await fetch(CHAT, asking(800))).status).toBe(200)
    expect((await fetch(CHAT, asking(800))).status).toBe(429)
    // What was refused has used nothing.
    expect((await fetch(CHAT, asking(1))).status).toBe(200)

    const one = bearer(await newKey({ concurrentRuns: 1 }))
    const controller = new AbortController()
    const running = fetch(CHAT, { ...chat({ model: 'slow', stream: true }, one), signal: controller.signal })
    await until(() => lab.gateway.runs.size === 1, 'the first run')
    expect((await fetch(CHAT, chat({}, one))).status).toBe(429)
    controller.abort()
    await running.then((response) => response.body?.cancel()).catch(() => {})
    await until(() => lab.gateway.runs.size === 0, 'the first run to end')
  })

  it('answers 402 when a budget is used up, and counts what cancelled runs have cost', async () => {
    const spend = memorySpendStore()
    await open({ gateway: { spend } })
    const fetch = lab.fetch(transport)
    const key = await newKey({ dailyBudgetUsd: 0.01 })
    const body = (await (await fetch(CHAT, chat({}, bearer(key)))).json()) as {
      moa: { cost: { usd: number } }
    }
    const [{ id } = { id: '' }] = await keys.list()
    const day = new Date().toISOString().slice(0, 10)
    expect(await spend.spent(id, day)).toBeCloseTo(body.moa.cost.usd, 9)
    await spend.add(id, 0.01, [day])
    const response = await fetch(CHAT, chat({}, bearer(key)))
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(await errorOf(response)).toMatchObject([
      402,
      { type: 'insufficient_quota', code: 'insufficient_quota' },
    ])
    const unpriced = await fetch(
      CHAT,
      chat({ model: 'lab/alan' }, bearer(await newKey({ monthlyBudgetUsd: 5 }))),
    )
    expect(await errorOf(unpriced)).toMatchObject([402, {}])
  })

  it('ends the answers of a key that is revoked meanwhile', async () => {
    await open()
    const fetch = lab.fetch(transport)
    const key = await newKey()
    const response = await fetch(CHAT, chat({ model: 'slow', stream: true }, bearer(key)))
    expect(response.status).toBe(200)
    const [record] = await keys.list()
    if (record) await keys.put({ ...record, revokedAt: Date.now() })
    const { data } = readEvents(await response.text())
    expect(data.at(-1)).toMatchObject({ error: { type: 'authentication_error' } })
    await lab.sim.idle()
    expect(lab.sim.log.map(({ outcome }) => outcome)).toEqual(['client-left', 'client-left'])
    expect((await fetch(CHAT, chat({}, bearer(key)))).status).toBe(401)
  })
})

describe('pages of strangers', () => {
  it('may not call a gateway without keys, nor reach it by another name', async () => {
    lab = await Lab.open()
    const fetch = lab.fetch('over a socket')
    expect((await fetch(CHAT, chat({}, { origin: 'https://evil.example' }))).status).toBe(403)
    const rebound = await lab.gateway.app.request('http://evil.example/v1/models', {
      headers: { host: 'evil.example' },
    })
    expect(rebound.status).toBe(403)
    expect((await fetch(CHAT, chat({}, { origin: lab.url }))).status).toBe(200)
  })

  it('may when they are on the list', async () => {
    lab = await Lab.open({ gateway: { settings: { corsOrigins: ['https://app.example'] } } })
    const fetch = lab.fetch('over a socket')
    const origin = { origin: 'https://app.example' }
    const preflight = await fetch(CHAT, {
      method: 'OPTIONS',
      headers: {
        ...origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type')
    const response = await fetch(CHAT, chat({}, origin))
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example')
    const exposed = response.headers.get('access-control-expose-headers')?.split(', ')
    // Clients that repeat requests go by the last ones, in pages as well.
    expect(exposed).toEqual(
      expect.arrayContaining(['x-request-id', 'x-should-retry', 'retry-after', 'retry-after-ms']),
    )
  })
})

describe('what is written down', () => {
  const lines: string[] = []
  const note = (fields: object, message: string): void =>
    void lines.push(`${JSON.stringify(fields)} ${message}`)
  const log: GatewayLog = { info: note, warn: note, error: note }
  beforeAll(() => void (lines.length = 0))
  afterAll(() => void (lines.length = 0))

  it('holds no key, no prompt and no answer, whatever happens', async () => {
    await open({ gateway: { log } })
    const fetch = lab.fetch('over a socket')
    const key = await newKey()
    const secret = 'the-very-secret-question'
    const messages = [{ role: 'user', content: secret }]
    const ask = async (fields: Json, path = CHAT): Promise<string> =>
      (await fetch(path, chat({ messages, ...fields }, bearer(key)))).text()
    const answer = await ask({})
    await ask({ stream: true })
    await ask({ model: 'lab/ada+500' })
    await ask({ model: 'late-failure', stream: true })
    await ask({ temperature: secret })
    await ask({ n: secret })
    await fetch(CHAT, post(`{"model": "${secret}`, bearer(key)))
    await fetch(CHAT, chat({ messages }, bearer(`${key}x`)))
    const text = lines.join('\n')
    expect(lines.length).toBeGreaterThanOrEqual(8)
    expect(text).not.toContain(secret)
    expect(text).not.toContain(key.slice(17))
    expect(text).not.toContain('upstream-secret')
    expect(text).not.toContain(
      (
        JSON.parse(answer) as { choices: { message: { content: string } }[] }
      ).choices[0]?.message.content.slice(0, 30),
    )
    const metrics = await (await fetch('/metrics', { headers: bearer(key) })).text()
    expect(metrics).not.toContain(secret)
    expect(metrics).not.toContain(key.slice(17))
  })

  it('counts requests, runs, calls, tokens and cost for Prometheus', async () => {
    lab = await Lab.open()
    const fetch = lab.fetch('over a socket')
    await (await fetch(CHAT, chat({ stream: true }))).text()
    await (await fetch(CHAT, chat({ model: 'limping' }))).text()
    await fetch(CHAT, chat({ model: 'nobody' }))
    const text = await (await fetch('/metrics')).text()
    expect(text).toMatch(/^moa_http_requests_total\{route="\/v1\/chat\/completions",status="200"\} 2$/m)
    expect(text).toMatch(/^moa_http_requests_total\{route="\/v1\/chat\/completions",status="404"\} 1$/m)
    expect(text).toMatch(/^moa_runs_total\{recipe="pair",outcome="completed"\} 1$/m)
    expect(text).toMatch(/^moa_runs_degraded_total\{recipe="limping",reason="proposer-failed"\} 1$/m)
    expect(text).toMatch(
      /^moa_calls_total\{recipe="pair",provider="lab",model="ada",outcome="completed"\} 1$/m,
    )
    expect(text).toMatch(/^moa_proposals_total\{recipe="limping",slot="[^"]+",outcome="failed"\} 1$/m)
    expect(text).toMatch(/^moa_proposals_total\{recipe="pair",slot="lab\/ada",outcome="used"\} 1$/m)
    expect(text).toMatch(/^moa_upstreams_refused 0$/m)
    expect(text).toMatch(/^moa_run_duration_seconds_count\{recipe="pair",outcome="completed"\} 1$/m)
    expect(text).toMatch(/^moa_call_first_token_seconds_bucket\{.*le="\+Inf".*\} \d+$/m)
    expect(text).toMatch(/^moa_cost_usd_total\{.*model="ada".*\} [\d.e-]+$/m)
    expect(text).toMatch(/^moa_runs_in_flight 0$/m)
  })

  it('counts calls that wait for their provider', async () => {
    const config = (url: string): Record<string, unknown> => ({
      providers: { lab: { baseURL: url, apiKey: 'k', concurrency: 1 } },
    })
    const sim = await startSimServer({ seed: 7 })
    lab = await Lab.open({ config: config(sim.url) })
    const controller = new AbortController()
    const { signal } = controller
    const fetch = lab.fetch('over a socket')
    const waiting = async (): Promise<string | undefined> =>
      /^moa_calls_waiting (\d+)$/m.exec(await (await fetch('/metrics')).text())?.[1]
    expect(await waiting()).toBe('0')
    const asked = [1, 2, 3].map(() => fetch(CHAT, { ...chat({ model: 'lab/ada+first=60000' }), signal }))
    await until(() => lab.gateway.runs.size === 3, 'all runs')
    expect(await waiting()).toBe('2')
    controller.abort()
    await Promise.allSettled(asked)
    await until(() => lab.gateway.runs.size === 0, 'the runs to end')
    expect(await waiting()).toBe('0')
    await sim.close()
  })
})
