import { afterEach, describe, expect, it } from 'vitest'
import { Lab, chat, type Json, type LabOptions } from './harness.js'

const CHAT = '/v1/chat/completions'
const PAIR = { proposers: ['lab/ada', 'lab/grace'], aggregator: 'lab/edsger' }
let lab: Lab
const open = async (options?: LabOptions): Promise<Lab> => (lab = await Lab.open(options))
afterEach(() => lab.close())

describe('a request', () => {
  it('refuses or shortens what is likely to take, or takes, too long', async () => {
    await open({
      config: {
        recipes: {
          strict: { proposers: ['lab/ada'], aggregator: 'lab/edsger', budget: { maxLatencyMs: 60_000 } },
          'slow-pair': { proposers: ['lab/ada+first=100'], aggregator: 'lab/edsger' },
        },
        defaultRecipe: 'strict',
      },
    })
    const fetch = lab.fetch('in process')
    const moa = async (model: string, fields: Json): Promise<[number, Json]> => {
      const response = await fetch(CHAT, chat({ model, moa: fields }))
      const body = (await response.json()) as { moa?: Json; error?: Json }
      return [response.status, body.error ?? body.moa ?? {}]
    }
    expect(await moa('strict', { max_latency_ms: 60_000 })).toMatchObject([200, {}])
    expect(await moa('strict', { max_latency_ms: 60_001 })).toMatchObject([
      400,
      { param: 'moa.max_latency_ms', message: expect.stringContaining('at most 60000') },
    ])
    expect(await moa('lab/ada+first=60000', { max_latency_ms: 200 })).toMatchObject([504, {}])
    for (let run = 0; run < 10; run += 1) expect((await moa('slow-pair', {}))[0]).toBe(200)
    // Now its speed is known: it does not even begin.
    const before = lab.sim.log.length
    expect(await moa('slow-pair', { max_latency_ms: 50 })).toMatchObject([
      504,
      { message: expect.stringContaining('is expected to take') },
    ])
    expect(lab.sim.log).toHaveLength(before)
    for (const wrong of ['1000', 0, -1, true, null, {}])
      expect(await moa('strict', { max_latency_ms: wrong })).toMatchObject([
        400,
        { param: 'moa.max_latency_ms', type: 'invalid_request_error' },
      ])
  })

  it('uses kept answers, replaces them or leaves them alone, as the field or a header says', async () => {
    await open({ config: { cache: true, recipes: { pair: PAIR } } })
    const fetch = lab.fetch('in process')
    const calls = async (moa?: Json, headers: Record<string, string> = {}): Promise<number> => {
      const before = lab.sim.log.length
      const response = await fetch(CHAT, chat({ ...(moa && { moa }) }, headers))
      expect(response.status).toBe(200)
      expect(response.headers.get('x-moa-ignored')).toBe(null)
      await response.text()
      return lab.sim.log.length - before
    }
    expect(await calls({ cache: false })).toBe(3)
    expect(await calls(undefined, { 'cache-control': 'no-store' })).toBe(3)
    // Nothing was kept so far.
    expect(await calls()).toBe(3)
    expect(await calls()).toBe(0)
    expect(await calls(undefined, { 'cache-control': 'max-stale=10' })).toBe(0)
    expect(await calls({ cache: true }, { 'cache-control': 'no-store' })).toBe(0)
    expect(await calls({ cache: false })).toBe(3)
    expect(await calls(undefined, { 'cache-control': 'private, no-cache' })).toBe(3)
    expect(await calls({ cache: 'refresh' })).toBe(3)
    expect(await calls()).toBe(0)
    for (const wrong of ['no', 0, null, [], 'true']) {
      const response = await fetch(CHAT, chat({ moa: { cache: wrong } }))
      expect([response.status, await response.json()]).toMatchObject([400, { error: { param: 'moa.cache' } }])
    }
  })

  it('leaves the cache to the gateway where that is not for requests to say', async () => {
    await open({
      config: { cache: true, recipes: { pair: PAIR } },
      gateway: { settings: { overrides: ['seed'] } },
    })
    const fetch = lab.fetch('in process')
    const refused = await fetch(CHAT, chat({ moa: { cache: false } }))
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'moa.cache' } }])
    await (await fetch(CHAT, chat())).text()
    const before = lab.sim.log.length
    const response = await fetch(CHAT, chat({}, { 'cache-control': 'no-store' }))
    expect(response.headers.get('x-moa-ignored')).toBe('cache-control')
    expect(lab.sim.log).toHaveLength(before)
  })
})
