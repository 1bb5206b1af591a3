import { context, trace, type Attributes, type Span, type SpanContext, type Tracer } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createKey, loadTracing, memoryKeyStore, memorySpendStore } from '../../src/gateway/index.js'
import { HELLO, Lab, TRANSPORTS, chat, chunksOf, post, until, type Json, type LabOptions } from './harness.js'

const CHAT = '/v1/chat/completions'
let lab: Lab
const open = async (options?: LabOptions): Promise<Lab> => (lab = await Lab.open(options))
afterEach(() => lab.close())

describe('a client that leaves', () => {
  it.each(TRANSPORTS)('is billed for what it has cost so far (%s)', async (transport) => {
    const keys = memoryKeyStore()
    const spend = memorySpendStore()
    await open({
      gateway: { keys, spend },
      config: {
        recipes: { pair: { proposers: ['lab/ada', 'lab/grace'], aggregator: 'lab/edsger+first=60000' } },
      },
    })
    const fetch = lab.fetch(transport)
    const { key, record } = await createKey(keys, { name: 'leaver', now: Date.now() })
    const controller = new AbortController()
    const { signal } = controller
    const asked = fetch(CHAT, { ...chat({ stream: true }, { authorization: `Bearer ${key}` }), signal })
    await until(() => lab.sim.log.length === 2 && lab.sim.inFlight === 1, 'the aggregator being asked')
    const leftAt = Date.now()
    controller.abort()
    await asked.then((response) => response.body?.cancel()).catch(() => {})
    await lab.sim.idle()
    const [, , aggregator] = lab.sim.log
    expect(aggregator?.outcome).toBe('client-left')
    expect((aggregator?.at ?? 0) + (aggregator?.durationMs ?? Infinity) - leftAt).toBeLessThan(1_000)
    await until(() => lab.gateway.runs.size === 0, 'the run to be settled')
    // Both proposals were served in full, whoever reads them: 1 and 2 dollars per million tokens.
    const served = lab.sim.log.slice(0, 2)
    const usd = served.reduce((sum, { promptTokens, completionTokensServed }) => sum + promptTokens + 2 * completionTokensServed, 0) / 1e6 // prettier-ignore
    expect(await spend.spent(record.id, new Date().toISOString().slice(0, 10))).toBeCloseTo(usd, 9)
  })

  it('ends the calls of a reply that was to come in one piece', async () => {
    await open()
    const controller = new AbortController()
    const asked = lab.fetch('over a socket')(CHAT, { ...chat({ model: 'slow' }), signal: controller.signal })
    await until(() => lab.sim.inFlight === 2, 'both proposers being asked')
    controller.abort()
    await expect(asked).rejects.toThrow()
    await lab.sim.idle()
    expect(lab.sim.log.map(({ outcome }) => outcome)).toEqual(['client-left', 'client-left'])
  })
})

describe('requests that are the same', () => {
  it.each(TRANSPORTS)('share one run where the gateway is told to (%s)', async (transport) => {
    await open({ gateway: { settings: { coalesce: true } } })
    const fetch = lab.fetch(transport)
    const slow = chat({ model: 'lab/ada+first=300', stream: true })
    const texts = await Promise.all([1, 2, 3].map(async () => (await fetch(CHAT, slow)).text()))
    expect(new Set(texts).size).toBe(1)
    expect(lab.sim.log).toHaveLength(1)
    // What is over is not kept: the next one runs anew.
    await (await fetch(CHAT, slow)).text()
    expect(lab.sim.log).toHaveLength(2)
  })

  it('go on for those who stay when one of them leaves', async () => {
    await open({ gateway: { settings: { coalesce: true } } })
    const fetch = lab.fetch('over a socket')
    const slow = chat({ model: 'lab/ada+first=400', stream: true })
    const controller = new AbortController()
    const leaver = fetch(CHAT, { ...slow, signal: controller.signal }).catch(() => undefined)
    await until(() => lab.sim.inFlight === 1, 'the call')
    const stayer = fetch(CHAT, slow)
    controller.abort()
    await leaver
    expect((await (await stayer).text()).endsWith('[DONE]\n\n')).toBe(true)
    expect(lab.sim.log.map(({ outcome }) => outcome)).toEqual(['completed'])
  })

  it('run apart by default', async () => {
    await open()
    const fetch = lab.fetch('over a socket')
    await Promise.all([1, 2].map(async () => (await fetch(CHAT, chat())).text()))
    expect(lab.sim.log).toHaveLength(6)
  })
})

describe('the moa field', () => {
  it('changes a recipe within what the gateway lets it, and names what it does not', async () => {
    await open({
      gateway: { settings: { overrides: ['proposers', 'layers', 'seed', 'deadline_ms', 'budget_usd'] } },
    })
    const fetch = lab.fetch('in process')
    const moa = async (fields: Json, model = 'pair'): Promise<[number, Json]> => {
      const response = await fetch(CHAT, chat({ model, moa: fields }))
      const body = (await response.json()) as { moa?: Json; error?: Json }
      return [response.status, body.error ?? body.moa ?? {}]
    }
    expect(await moa({ proposers: ['lab/alan', 'lab/kurt', 'lab/linus'] })).toMatchObject([200, { calls: 4 }])
    expect(await moa({ layers: 3 })).toMatchObject([200, { calls: 5, recipe: 'pair*' }])
    expect(await moa({ aggregator: 'lab/ada' })).toMatchObject([
      400,
      { code: 'unsupported_parameter', param: 'moa.aggregator' },
    ])
    expect(await moa({ proposer: ['lab/ada'] })).toMatchObject([
      400,
      { message: expect.stringContaining('"proposers"') as string },
    ])
    expect((await moa({ proposer: ['lab/ada'] }))[1]['message']).toMatch(/"proposers"\?$/)
    expect(await moa({ proposers: ['nobody/x'] })).toMatchObject([404, { param: 'moa' }])
    expect(await moa({ layers: 3 }, 'lab/ada')).toMatchObject([400, { param: 'moa.layers' }])
    expect(await moa({ budget_usd: 0.000001 })).toMatchObject([402, { type: 'insufficient_quota' }])
    expect(await moa({ deadline_ms: 200 }, 'lab/ada+first=60000')).toMatchObject([
      504,
      { type: 'timeout_error' },
    ])
    const [status, report] = await moa({ deadline_ms: 400 }, 'slow')
    expect([status, JSON.stringify(report)]).toEqual([200, expect.stringContaining('deadline')])
  })

  it('tells nobody where the files of the gateway lie', async () => {
    const other = { proposers: ['lab/ada', 'lab/grace'], aggregator: 'lab/edsger' }
    const recipes = { other, pair: { ...other, mode: 'together' } }
    await open({ config: { recipes, defaultRecipe: 'other' } })
    const fetch = lab.fetch('in process')
    for (const [fields, status, param] of [
      [{ model: 'pair' }, 404, 'model'],
      [{ model: 'other', moa: { mode: 'together' } }, 400, 'moa.mode'],
    ] as const) {
      const response = await fetch(CHAT, chat(fields))
      const { error } = (await response.json()) as { error: { message: string; param: string } }
      expect([response.status, error.param]).toEqual([status, param])
      expect(error.message).toContain('reference template')
      expect(error.message).not.toContain('/')
    }
  })

  it('comes with failures too, since they cost as well', async () => {
    await open()
    const fetch = lab.fetch('in process')
    const response = await fetch(CHAT, chat({ model: 'limping', moa: { trace: true } }))
    expect(response.headers.get('x-moa-degraded')).toBe('proposer-failed')
    expect(await response.json()).toMatchObject({
      moa: {
        degraded: [{ code: 'proposer-failed' }],
        trace: { failures: [{ error: { code: 'upstream_rejected' } }] },
      },
    })
    expect(await (await fetch(CHAT, chat({ model: 'hopeless' }))).json()).toMatchObject({
      error: { type: 'upstream_error' },
      moa: { calls: 2, cost: { usd: expect.anything() as number } },
    })
    const late = chunksOf(await (await fetch(CHAT, chat({ model: 'late-failure', stream: true }))).text())
    expect(late.at(-1)).toMatchObject({ error: {}, moa: { calls: 2 } })
  })
})

describe('keep-alive', () => {
  it('is sent in the silence of a stream, as a comment', async () => {
    await open({ gateway: { settings: { keepAliveMs: 1_000 } } })
    const response = await lab.fetch('over a socket')(
      CHAT,
      chat({ model: 'lab/ada+first=3500+tokens=3', stream: true }),
    )
    const text = await response.text()
    expect(text.split(': keep-alive\n\n').length).toBeGreaterThan(1)
    expect(text.endsWith('[DONE]\n\n')).toBe(true)
  })
})

describe('openapi.json', () => {
  it('describes every route, and replies are as it says', async () => {
    await open()
    const fetch = lab.fetch('in process')
    const document = (await (await fetch('/openapi.json')).json()) as {
      paths: Record<string, Json>
      components: { schemas: Record<string, Json> }
    }
    for (const path of Object.keys(document.paths))
      for (const method of ['get', 'post', 'delete']) {
        const known = document.paths[path]?.[method] !== undefined
        const response = await fetch(path.replace('{id}', path.startsWith('/v1/models') ? 'lab/ada' : 'x'), {
          method: method.toUpperCase(),
          ...(method === 'post' && { body: '{' }),
        })
        expect([path, method, response.status === 405]).toEqual([path, method, !known])
      }
    const text = JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/')
    const $defs = JSON.parse(text) as Record<string, Json>
    const check = (name: string, value: unknown): void => {
      const { error } = z.fromJSONSchema({ ...$defs[name], $defs }).safeParse(value)
      expect([name, error?.issues ?? []]).toEqual([name, []])
    }
    const request = { model: 'pair', messages: HELLO, moa: { trace: true, layers: 3 } }
    check('ChatRequest', request)
    // Everything that may be left out may be null.
    for (const [name, path] of [
      ['ChatRequest', CHAT],
      ['ResponsesRequest', '/v1/responses'],
      ['MessagesRequest', '/v1/messages'],
    ] as const) {
      const { properties, required } = $defs[name] as { properties: Json; required: string[] }
      const nothing = Object.fromEntries(Object.keys(properties).map((field) => [field, null]))
      const given = Object.fromEntries(
        required.map((field) => [field, field === 'model' ? 'pair' : HELLO] as const),
      )
      check(name, { ...nothing, ...given })
      expect([name, (await fetch(path, post({ ...nothing, ...given }))).status]).toEqual([name, 200])
    }
    check('ChatCompletion', await (await fetch(CHAT, post(request))).json())
    check('ModelList', await (await fetch('/v1/models')).json())
    check('Model', await (await fetch('/v1/models/pair')).json())
    check('Error', await (await fetch('/v1/nothing')).json())
    check('Error', await (await fetch(CHAT, chat({ model: 'hopeless' }))).json())
    for (const model of ['nobody', 'hopeless'])
      check('MessagesError', await (await fetch('/v1/messages', post({ model, messages: HELLO }))).json())
    expect(document.paths['/v1/messages']?.['post']).toMatchObject({
      responses: {
        '404': {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/MessagesError' } } },
        },
      },
    })
  })
})

interface Recorded {
  readonly name: string
  readonly parent: string | undefined
  readonly attributes: Attributes
  readonly events: string[]
  ended: boolean
}

/** As much of an OpenTelemetry SDK as it takes to see spans. */
function recordSpans(): Recorded[] {
  const spans: Recorded[] = []
  const tracer = {
    startSpan(name, options = {}, parentContext = context.active()) {
      const parent = trace.getSpan(parentContext) as (Span & { recorded?: Recorded }) | undefined
      const recorded: Recorded = {
        name,
        parent: parent?.recorded?.name ?? parent?.spanContext().traceId,
        attributes: { ...options.attributes },
        events: [],
        ended: false,
      }
      spans.push(recorded)
      const span: Partial<Span> & { recorded: Recorded } = {
        recorded,
        isRecording: () => true,
        spanContext: (): SpanContext => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }), // prettier-ignore
        setAttribute(key, value) {
          recorded.attributes[key] = value
          return span as unknown as Span
        },
        setAttributes(attributes) {
          Object.assign(recorded.attributes, attributes)
          return span as unknown as Span
        },
        addEvent(event) {
          recorded.events.push(event)
          return span as unknown as Span
        },
        setStatus: () => span as unknown as Span,
        end: () => void (recorded.ended = true),
      }
      return span as unknown as Span
    },
  } as Tracer
  trace.setGlobalTracerProvider({ getTracer: () => tracer })
  return spans
}

describe('traces', () => {
  afterEach(() => trace.disable())

  it('have a span for the run, its layers and its calls, and no content', async () => {
    const spans = recordSpans()
    const tracing = await loadTracing()
    await open({ gateway: { ...(tracing && { tracing }) } })
    const response = await lab.fetch('in process')(CHAT, chat({ stream: true }))
    await response.text()
    expect(spans.map(({ name, parent }) => [name, parent])).toEqual(
      expect.arrayContaining([
        ['invoke_workflow pair', undefined],
        ['moa.layer', 'invoke_workflow pair'],
        ['chat ada', 'moa.layer'],
        ['chat grace', 'moa.layer'],
        ['chat edsger', 'moa.layer'],
      ]),
    )
    expect(spans.every(({ ended }) => ended)).toBe(true)
    const [root] = spans
    expect(root?.attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.agent.name': 'pair',
      'gen_ai.request.stream': true,
      'gen_ai.usage.input_tokens': expect.any(Number) as number,
      'gen_ai.response.finish_reasons': ['stop'],
    })
    expect(spans.find(({ name }) => name === 'chat ada')?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'lab',
      'gen_ai.request.model': 'ada',
      'moa.call.outcome': 'completed',
    })
    expect(JSON.stringify(spans)).not.toContain('fun things')
  })

  it('have content where that is asked for, and tell of errors', async () => {
    const spans = recordSpans()
    const tracing = await loadTracing({ captureContent: true })
    await open({ gateway: { ...(tracing && { tracing }) } })
    const fetch = lab.fetch('in process')
    await (await fetch(CHAT, chat())).text()
    await (await fetch(CHAT, chat({ model: 'hopeless' }))).text()
    expect(spans[0]?.attributes).toMatchObject({
      'gen_ai.input.messages': expect.stringContaining('fun things') as string,
      'gen_ai.output.messages': expect.stringContaining('Merged from 2') as string,
    })
    expect(spans.find(({ name }) => name === 'invoke_workflow hopeless')?.attributes).toMatchObject({
      'error.type': 'all_failed',
    })
  })
})
