import { afterEach, describe, expect, it } from 'vitest'
import { jsonAnswer, rawServer, sseAnswer, type RawServer } from '../../test/raw-server.js'
import { scriptedModel } from '../../test/scripted-model.js'
import { MoaError, collect, type CallRecord, type ChatRequest } from '../core/index.js'
import { createProviders, type Providers, type ProvidersOptions } from './registry.js'
import type { ProviderSettings } from './settings.js'

const KEY = 'sk-registry-0123456789'
const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'hi' }] }
const { signal } = new AbortController()

let server: RawServer | undefined
let providers: Providers | undefined
afterEach(async () => {
  await providers?.close()
  await server?.close()
})

async function setUp(
  answer: Parameters<typeof rawServer>[0],
  settings: Partial<ProviderSettings> = {},
  options: Partial<ProvidersOptions> = {},
): Promise<Providers> {
  server = await rawServer(answer)
  providers = createProviders({
    providers: [
      { name: 'lab', baseURL: `${server.origin}/v1`, apiKey: KEY, retry: { baseMs: 1 }, ...settings },
    ],
    ...options,
  })
  return providers
}

const json =
  (body: unknown, status = 200): Parameters<typeof rawServer>[0] =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }

function codeOf(run: () => unknown): { code: string; message: string } {
  try {
    run()
  } catch (error) {
    if (error instanceof MoaError) return { code: error.code, message: error.message }
    throw error
  }
  throw new TypeError('nothing was thrown')
}

describe('model()', () => {
  it('splits the id at its first slash, and makes each model once', async () => {
    const registry = await setUp((_request, response) => void response.end(sseAnswer('hi')))
    const model = registry.model('lab/meta-llama/Llama-3:free')
    expect(model.id).toBe('lab/meta-llama/Llama-3:free')
    expect(registry.model('lab/meta-llama/Llama-3:free')).toBe(model)
    await collect(model.stream(REQUEST, { signal }))
    expect(JSON.parse(server!.requests[0]!.body)).toMatchObject({ model: 'meta-llama/Llama-3:free' })
    expect(server!.requests[0]!.headers.authorization).toBe(`Bearer ${KEY}`)
  })

  it('says what to do about a provider it does not have', async () => {
    const registry = await setUp(json({}), { name: 'together' })
    const { code, message } = codeOf(() => registry.model('togehter/x'))
    expect(code).toBe('provider_not_found')
    expect(message).toBe('There is no provider "togehter" (there are: together). Did you mean "together"?')
    expect(codeOf(() => registry.model('groq/x')).message).toMatch(/It is Groq: set GROQ_API_KEY/)
    expect(codeOf(() => registry.model('ollama/x')).message).toMatch(/It is Ollama: start it/)
    expect(codeOf(() => registry.model('constructor/x')).code).toBe('provider_not_found')
  })

  it.each(['lab', 'lab/'])('asks for a model name behind "%s"', async (id) => {
    const registry = await setUp(json({}))
    expect(codeOf(() => registry.model(id))).toMatchObject({ code: 'model_not_found' })
  })

  it('names the variable of a missing key', async () => {
    const registry = await setUp(json({}), { apiKey: '', keyVariables: ['LAB_KEY', 'OTHER_KEY'] })
    const { code, message } = codeOf(() => registry.model('lab/x'))
    expect(code).toBe('key_missing')
    expect(message).toContain('Set the environment variable LAB_KEY (or OTHER_KEY)')
    expect(await registry.probe('lab', { signal })).toMatchObject({ ok: false, problem: 'key-missing' })
    await expect(registry.listModels('lab', { signal })).rejects.toMatchObject({ code: 'key_missing' })
    expect(server!.requests).toEqual([])
  })

  it('asks local servers and providers without key variables for no key', async () => {
    const registry = await setUp(json({}), { apiKey: '', keyVariables: ['LAB_KEY'], local: true })
    expect(registry.model('lab/x').id).toBe('lab/x')
  })

  it('finds models that live in this process', async () => {
    const registry = await setUp(
      json({}),
      {},
      {
        inProcess: {
          sim: { model: (name) => scriptedModel(`sim/${name}`, () => name), list: () => ['ada'] },
        },
      },
    )
    expect(registry.names).toEqual(['lab', 'sim'])
    const result = await collect(registry.model('sim/ada/b').stream(REQUEST, { signal }))
    expect(result.text).toBe('ada/b')
  })

  it('retries inside one place of the concurrency limit, each attempt priced and counted', async () => {
    let running = 0
    let most = 0
    const registry = await setUp(
      (_request, response, number) => {
        running += 1
        most = Math.max(most, running)
        setTimeout(() => {
          running -= 1
          if (number % 2 === 1) response.writeHead(503).end()
          else response.end(jsonAnswer('hi', { usage: { prompt_tokens: 1e6, completion_tokens: 0 } }))
        }, 20)
      },
      { concurrency: 1 },
      { prices: { 'lab/x': { input: 3, output: 4 } } },
    )
    const calls: CallRecord[] = []
    const ask = () =>
      collect(registry.model('lab/x').stream(REQUEST, { signal, onCall: (call) => calls.push(call) }))
    const results = await Promise.all([ask(), ask()])
    expect(most).toBe(1)
    expect(calls.map(({ attempt, costUsd }) => [attempt, costUsd])).toEqual([
      [1, 0],
      [2, 3],
      [1, 0],
      [2, 3],
    ])
    expect(results[0]?.cost).toEqual({ usd: 3, unpricedCalls: 0 })
  })

  it('costs nothing on a local server, and an unknown amount elsewhere', async () => {
    const local = await setUp((_request, response) => void response.end(sseAnswer('hi')), { local: true })
    expect((await collect(local.model('lab/x').stream(REQUEST, { signal }))).cost).toEqual({
      usd: 0,
      unpricedCalls: 0,
    })
    await local.close()
    await server!.close()
    const hosted = await setUp((_request, response) => void response.end(sseAnswer('hi')))
    expect((await collect(hosted.model('lab/x').stream(REQUEST, { signal }))).cost).toEqual({
      usd: null,
      unpricedCalls: 1,
    })
  })
})

describe('settings', () => {
  const make = (settings: Partial<ProviderSettings>) => (): Providers =>
    createProviders({ providers: [{ name: 'lab', baseURL: 'https://lab.org', ...settings }] })

  it.each<[string, Partial<ProviderSettings>, RegExp]>([
    ['a slash in the name', { name: 'a/b' }, /can't be empty or hold "\/"/],
    ['no name', { name: '' }, /can't be empty/],
    ['a bad URL', { baseURL: 'lab' }, /is not a URL/],
    ['a concurrency of 0', { concurrency: 0 }, /concurrency must be a number of at least 1; got 0/],
    ['a rate that is no number', { requestsPerMinute: Number.NaN }, /requestsPerMinute.*got NaN/],
    ['no attempts', { retry: { attempts: 0 } }, /retry\.attempts/],
    ['a negative wait', { retry: { maxWaitMs: -1 } }, /retry\.maxWaitMs/],
    ['a timeout of 0', { timeouts: { stallMs: 0 } }, /timeouts\.stallMs/],
  ])('refuse %s', (_name, settings, message) => {
    expect(make(settings)).toThrow(message)
    expect(make(settings)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })

  it('refuse two providers of one name', () => {
    const lab = { name: 'lab', baseURL: 'https://lab.org' }
    expect(() => createProviders({ providers: [lab, lab] })).toThrow(/two providers named "lab"/)
    const inProcess = { lab: { model: () => scriptedModel('m', () => 'x') } }
    expect(() => createProviders({ providers: [lab], inProcess })).toThrow(/two providers/)
  })
})

describe('listModels()', () => {
  it.each<[string, unknown]>([
    [
      'OpenAI',
      {
        object: 'list',
        data: [
          { id: 'b', object: 'model' },
          { id: 'a', context_length: 8192 },
        ],
      },
    ],
    [
      'Together',
      [
        { id: 'b', type: 'chat' },
        { id: 'a', context_length: 8192 },
      ],
    ],
    ['Gemini', { data: [{ id: 'models/b' }, { id: 'models/a', context_window: 8192 }] }],
    ['a list of names', { models: [{ name: 'b' }, { model: 'a', max_model_len: 8192 }, null, 5, {}] }],
    ['repeated entries', { data: [{ id: 'b' }, { id: 'b' }, { id: 'a', context_length: 8192 }] }],
  ])('reads the shape of %s', async (_name, body) => {
    const registry = await setUp(json(body))
    expect(await registry.listModels('lab', { signal })).toEqual([
      { id: 'a', contextTokens: 8192 },
      { id: 'b' },
    ])
    expect(server!.requests[0]).toMatchObject({ method: 'GET', path: '/v1/models' })
  })

  it('reads plain names', async () => {
    const registry = await setUp(json(['b', 'a']))
    expect(await registry.listModels('lab', { signal })).toEqual([{ id: 'a' }, { id: 'b' }])
  })

  it.each<[string, Parameters<typeof rawServer>[0], string]>([
    ['JSON that is no list', json({ hello: 'world' }), 'invalid_response'],
    ['no JSON', (_request, response) => void response.end('<html>'), 'invalid_response'],
    ['a refusal', json({ error: { message: `bad key ${KEY}` } }, 401), 'authentication'],
    ['a cut connection', (_request, response) => void response.destroy(), 'unreachable'],
  ])('fails on %s', async (_name, answer, code) => {
    const registry = await setUp(answer)
    const error: unknown = await registry.listModels('lab', { signal }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code })
    expect((error as MoaError).message).not.toContain(KEY)
  })

  it('stops at once when aborted', async () => {
    const registry = await setUp(() => {})
    const controller = new AbortController()
    const work = registry.listModels('lab', { signal: controller.signal }).catch((error: unknown) => error)
    while (server!.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await work).toBe(reason)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(server!.sockets.size).toBe(0)
    await expect(registry.listModels('lab', { signal: controller.signal })).rejects.toBe(reason)
  })

  it('does not know other providers', async () => {
    const registry = await setUp(json([]))
    await expect(registry.listModels('nobody', { signal })).rejects.toMatchObject({
      code: 'provider_not_found',
    })
    await expect(registry.probe('nobody', { signal })).rejects.toMatchObject({ code: 'provider_not_found' })
  })
})

describe('probe()', () => {
  it('tells latency, key and models of a provider that works', async () => {
    const registry = await setUp(json({ data: [{ id: 'a' }] }))
    const result = await registry.probe('lab', { signal })
    expect(result).toMatchObject({ ok: true, keyAccepted: true, models: [{ id: 'a' }] })
    expect(result.latencyMs).toBeGreaterThan(0)
  })

  it('says nothing of a key that was not asked for', async () => {
    const registry = await setUp(json({ data: [] }), { apiKey: '', local: true })
    expect(await registry.probe('lab', { signal })).toMatchObject({ ok: true, keyAccepted: undefined })
  })

  it('checks the key elsewhere when anybody may read the list', async () => {
    const registry = await setUp(
      (request, response, number) =>
        request.path === '/v1/key'
          ? json({ error: { message: 'no' } }, 401)(request, response, number)
          : json({ data: [{ id: 'a' }] })(request, response, number),
      { keyCheckPath: 'key' },
    )
    expect(await registry.probe('lab', { signal })).toMatchObject({ ok: false, problem: 'key-rejected' })
  })

  it.each<[string, Parameters<typeof rawServer>[0], string]>([
    ['a rejected key', json({ error: { message: 'no' } }, 401), 'key-rejected'],
    ['a forbidden key', json({ error: { message: 'no' } }, 403), 'key-rejected'],
    ['a cut connection', (_request, response) => void response.destroy(), 'unreachable'],
    ['another kind of server', json({ hello: 'world' }), 'unexpected-answer'],
    ['an address that is not there', json({}, 404), 'unexpected-answer'],
  ])('types %s', async (_name, answer, problem) => {
    const registry = await setUp(answer)
    const result = await registry.probe('lab', { signal })
    expect(result).toMatchObject({ ok: false, problem })
    expect(!result.ok && result.error.message).toContain('lab (127.0.0.1:')
  })

  it('throws when aborted', async () => {
    const registry = await setUp(() => {})
    const controller = new AbortController()
    const work = registry.probe('lab', { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(work).rejects.toBe(reason)
  })
})

describe('close()', () => {
  it('ends what is running', async () => {
    const registry = await setUp(() => {}, { retry: { attempts: 1 } })
    const work = collect(registry.model('lab/x').stream(REQUEST, { signal })).catch((error: unknown) => error)
    while (server!.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    await registry.close()
    expect(await work).toMatchObject({ code: 'aborted' })
    expect(server!.sockets.size).toBe(0)
  })
})
