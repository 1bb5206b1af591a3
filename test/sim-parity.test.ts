import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  collect,
  errorInfo,
  type CallRecord,
  type ChatRequest,
  type Model,
  type StreamOptions,
} from '../src/core/index.js'
import { openAICompatible } from '../src/providers/index.js'
import { simModel, SIM_MODIFIERS, startSimServer, type SimServer } from '../src/sim/index.js'

const request: ChatRequest = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Use look_up and say why the sky is blue.' },
  ],
}
const withTools: ChatRequest = {
  ...request,
  tools: [{ name: 'look_up', parameters: { type: 'object', properties: { query: { type: 'string' } } } }],
}
const price = { input: 2, output: 6 }
const PATIENT = { headersMs: 20_000, firstTokenMs: 20_000, stallMs: 20_000, overallMs: 25_000 }
/** Silence has to be waited for; a short wait would also hit what is only slow on a loaded machine. */
const IMPATIENT = { headersMs: 400, firstTokenMs: 400, stallMs: 400, overallMs: 800 }
const values: Record<string, string> = { position: '4', milliseconds: '2', tokens: '12', probability: '1' }

/** Every modifier once, those with a position also at the very start, and some that meet each other. */
const NAMES = [
  'ada',
  'kurt',
  'donald+tokens=300',
  ...SIM_MODIFIERS.filter(({ name }) => name !== 'tokens').map(
    ({ name, value }) => `ada+tokens=12+${name}${values[value] === undefined ? '' : `=${values[value]}`}`,
  ),
  ...SIM_MODIFIERS.filter(({ value }) => value === 'position').map(({ name }) => `ada+${name}=0`),
  'ada+disconnect=0+first=20',
  'kurt+disconnect=9',
  'ada+disconnect=5+usage-every-chunk',
  'ada+429+retry-after=1500',
]

let server: SimServer
beforeAll(async () => {
  server = await startSimServer({ seed: 4 })
})
afterAll(() => server.close())

async function outcome(model: Model, asked: ChatRequest, delivery: NonNullable<StreamOptions['delivery']>) {
  const calls: CallRecord[] = []
  const { signal } = new AbortController()
  const settled = await collect(
    model.stream(asked, { signal, delivery, onCall: (call) => calls.push(call) }),
  ).then(
    ({ text, reasoning, toolCalls, finishReason, usage, cost }) => ({
      text,
      reasoning,
      toolCalls,
      finishReason,
      usage,
      cost,
    }),
    (error: unknown) => {
      const { code, status, retryable, retryAfterMs } = errorInfo(error)
      return { code, status, retryable, retryAfterMs }
    },
  )
  const [call] = calls
  const { outcome: end, finishReason, usage, usageSource, costUsd } = call!
  expect(calls).toHaveLength(1)
  return { settled, call: { end, finishReason, code: call!.error?.code, usage, usageSource, costUsd } }
}

describe('a simulated model looks the same in process and through the HTTP client', () => {
  it.each(NAMES)('%s', async (name) => {
    for (const delivery of ['stream', 'whole'] as const) {
      for (const asked of /timeout|hang|stall/.test(name) ? [request] : [request, withTools]) {
        const patience = /timeout|hang|stall/.test(name) ? IMPATIENT : PATIENT
        const inProcess = simModel(name, { seed: 4, price, patience })
        const overHttp = openAICompatible({
          provider: 'sim',
          baseURL: server.url,
          model: name,
          apiKey: 'sk-x',
          price,
          timeouts: patience,
        })
        const expected = await outcome(inProcess, asked, delivery)
        const actual = await outcome(overHttp, asked, delivery)
        expect({ delivery, ...actual }).toEqual({ delivery, ...expected })
        await server.idle()
        const { promptTokens, completionTokensServed } = server.log.at(-1)!
        expect({ delivery, promptTokens, completionTokensServed }).toEqual({
          delivery,
          promptTokens: actual.call.usage.inputTokens,
          completionTokensServed: actual.call.usage.outputTokens,
        })
      }
    }
  })
})
