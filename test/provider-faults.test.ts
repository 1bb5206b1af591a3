import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MoaError, collect, type CallRecord, type ChatRequest, type Model } from '../src/core/index.js'
import { openAICompatible } from '../src/providers/index.js'
import { simModel, startSimServer, type SimServer } from '../src/sim/index.js'

/**
 * Every fault of the simulator, met by the HTTP client and met in process: both have to end the same way, and the
 * client's books have to agree with the simulator's.
 */
const FAULTS = [
  'ada',
  'ada+400',
  'ada+401',
  'ada+403',
  'ada+404',
  'ada+408',
  'ada+429+retry-after=40',
  'ada+500',
  'ada+502',
  'ada+503',
  'ada+504',
  'ada+529',
  'ada+quota',
  'ada+context-length',
  'ada+timeout',
  'ada+hang-before',
  'ada+hang-between=3',
  'ada+disconnect=0',
  'ada+disconnect=3',
  'ada+malformed=0',
  'ada+malformed=3',
  'ada+error-mid=3',
  'ada+no-finish',
  'ada+no-done',
  'ada+html',
  'ada+error-200',
  'ada+empty',
  'ada+content-filter',
  'ada+length=8',
  'ada+reasoning',
  'ada+no-usage',
  'ada+usage-every-chunk',
  'ada+usage-every-chunk+disconnect=4',
  'ada+slow=2+tokens=12',
]

const REQUEST: ChatRequest = {
  messages: [
    { role: 'system', content: 'Answer briefly.' },
    { role: 'user', content: 'Why is the sky blue? 日本語でも。' },
  ],
}
/** Short only where something hangs, because a busy machine may be slow with anything else. */
const patience = (name: string) => {
  const ms = /timeout|hang/.test(name) ? 150 : 10_000
  return { headersMs: ms, firstTokenMs: ms + 50, stallMs: ms, overallMs: 2 * ms }
}

let sim: SimServer
beforeAll(async () => {
  sim = await startSimServer({ seed: 3 })
})
afterAll(() => sim.close())

interface Ending {
  readonly text?: string
  readonly finishReason?: string
  readonly code?: string
  readonly status?: number | undefined
  readonly retryable?: boolean
  readonly retryAfterMs?: number | undefined
}

async function run(
  model: Model,
  delivery: 'stream' | 'whole',
): Promise<{ ending: Ending; call: CallRecord }> {
  const calls: CallRecord[] = []
  const { signal } = new AbortController()
  let ending: Ending
  try {
    const result = await collect(
      model.stream(REQUEST, { signal, delivery, onCall: (call) => calls.push(call) }),
    )
    ending = { text: result.text, finishReason: result.finishReason }
    expect(result.usage).toEqual(calls[0]?.usage)
  } catch (error) {
    if (!(error instanceof MoaError)) throw error
    const { code, status, retryable, retryAfterMs } = error
    ending = { code, status, retryable, retryAfterMs }
  }
  expect(calls).toHaveLength(1)
  return { ending, call: calls[0] as CallRecord }
}

describe.each(['stream', 'whole'] as const)('delivery %s', (delivery) => {
  it.each(FAULTS)('%s ends over HTTP as it does in process', async (name) => {
    sim.clearLog()
    const http = openAICompatible({
      provider: 'sim',
      baseURL: sim.url,
      model: name,
      apiKey: 'sk-fault-0123456789',
      timeouts: patience(name),
    })
    const overHttp = await run(http, delivery)
    const inProcess = await run(simModel(name, { seed: 3, patience: patience(name) }), delivery)
    expect(overHttp.ending).toEqual(inProcess.ending)

    await sim.idle()
    const [entry] = sim.log
    expect(sim.log).toHaveLength(1)
    expect(overHttp.call.requestId ?? entry?.id).toBe(entry?.id)
    // Whoever reports usage reports what was served; whoever does not is estimated or was never asked.
    const { usage, usageSource, outcome } = overHttp.call
    if (usageSource === 'reported') {
      expect(usage.inputTokens).toBe(entry?.promptTokens)
      expect(usage.outputTokens).toBe(entry?.completionTokensServed)
    } else if (usageSource === 'none') {
      expect(entry?.promptTokens).toBe(0)
      expect(overHttp.call.costUsd).toBe(0)
    } else {
      expect(entry?.promptTokens).toBeGreaterThan(0)
      expect(usage.inputTokens).toBeGreaterThan(0)
    }
    expect(outcome).toBe(overHttp.ending.code === undefined ? 'completed' : 'failed')
  })
})
