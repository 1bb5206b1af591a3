import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect, type CallRecord, type ErrorCode, type Result } from '../src/core/index.js'
import { compile, createMixture } from '../src/engine/index.js'
import { createProviders, type Providers } from '../src/providers/index.js'
import { startSimServer, type SimLogEntry, type SimServer } from '../src/sim/index.js'

/** Every fault of the simulator, and what has to come of it. */
interface Fault {
  /** Modifier of the simulated model's name. */
  readonly modifier: string
  /** The error a proposer with this fault is dropped for; `undefined` when its answer is usable all the same. */
  readonly proposer: ErrorCode | undefined
  /** The same when it answers in one piece; default as `proposer`. */
  readonly whole?: ErrorCode | 'usable'
  /** The aggregator has sent text before the fault strikes, when it streams. */
  readonly midStream?: boolean
  /** Calls made for the slot, where retries are part of what is expected. */
  readonly calls?: number
}

const FAULTS: Record<string, Fault> = {
  '429 once, then fine': { modifier: '429=1+retry-after=5', proposer: undefined, calls: 2 },
  '429 for good': { modifier: '429+retry-after=5', proposer: 'rate_limited', calls: 2 },
  '429 with a long retry-after': { modifier: '429+retry-after=600000', proposer: 'rate_limited' },
  'HTTP 500': { modifier: '500', proposer: 'upstream_error', calls: 2 },
  'HTTP 503': { modifier: '503', proposer: 'upstream_error', calls: 2 },
  'a refused key': { modifier: '401', proposer: 'authentication' },
  'an unknown model': { modifier: '404', proposer: 'upstream_model_not_found' },
  'an exhausted balance': { modifier: 'quota', proposer: 'quota_exhausted' },
  'no answer at all': { modifier: 'timeout', proposer: 'timeout' },
  'a hang before the first token': { modifier: 'hang-before', proposer: 'stalled', whole: 'timeout' },
  'a hang between tokens': {
    modifier: 'hang-between=5',
    proposer: 'stalled',
    whole: 'timeout',
    midStream: true,
  },
  'a disconnect in mid-answer': {
    modifier: 'disconnect=5',
    proposer: 'incomplete_stream',
    midStream: true,
  },
  'a malformed event': { modifier: 'malformed=5', proposer: 'invalid_response', midStream: true },
  'an error event in mid-answer': { modifier: 'error-mid=5', proposer: 'upstream_error', midStream: true },
  'no finish reason': { modifier: 'no-finish', proposer: 'incomplete_stream', midStream: true },
  'no [DONE]': { modifier: 'no-done', proposer: undefined },
  'an empty answer': { modifier: 'empty', proposer: 'empty_answer' },
  'white space only': { modifier: 'whitespace-only', proposer: 'empty_answer' },
  'an answer cut by its limit': { modifier: 'length=12', proposer: undefined },
  'a slow drip': { modifier: 'slow=1+tokens=12', proposer: undefined },
  'a web page': { modifier: 'html', proposer: 'invalid_response', calls: 2 },
  'an error in a 200': { modifier: 'error-200', proposer: 'upstream_error', calls: 2 },
  'a content filter': { modifier: 'content-filter', proposer: 'content_filter' },
  'no usage': { modifier: 'no-usage', proposer: undefined },
  'usage in every chunk': { modifier: 'usage-every-chunk', proposer: undefined },
}

let server: SimServer
let providers: Providers

beforeAll(async () => {
  server = await startSimServer()
  providers = createProviders({
    providers: [
      {
        name: 'up',
        baseURL: server.url,
        retry: { attempts: 2, baseMs: 1, maxMs: 2, maxWaitMs: 1000 },
        timeouts: { headersMs: 400, firstTokenMs: 400, stallMs: 400, overallMs: 1200 },
      },
    ],
    prices: {},
  })
})

afterAll(async () => {
  await providers.close()
  await server.close()
})

interface Outcome {
  readonly result: Result | undefined
  readonly error: { code: ErrorCode } | undefined
  readonly calls: readonly CallRecord[]
  readonly log: readonly SimLogEntry[]
}

async function run(models: { proposers: string[]; aggregator: string }, streamed: boolean): Promise<Outcome> {
  const before = new Set(server.log.map(({ id }) => id))
  const mixture = createMixture(
    compile({ proposers: models.proposers, aggregator: models.aggregator }, 'faults'),
    { resolve: (name) => providers.model(name) },
  )
  const calls: CallRecord[] = []
  let result: Result | undefined
  let error: { code: ErrorCode } | undefined
  try {
    result = await collect(
      mixture.stream(
        { messages: [{ role: 'user', content: 'How do tides work?' }] },
        {
          signal: new AbortController().signal,
          delivery: streamed ? 'stream' : 'whole',
          liveProposals: streamed,
          onCall: (call) => calls.push(call),
        },
      ),
    )
  } catch (thrown) {
    error = thrown as { code: ErrorCode }
  }
  await server.idle()
  return { result, error, calls, log: server.log.filter(({ id }) => !before.has(id)) }
}

/** The ledger and the upstream's own log have to tell the same story, call by call. */
function expectSameBooks({ calls, log, result }: Outcome): void {
  expect(calls).toHaveLength(log.length)
  const left = [...log]
  for (const call of calls) {
    const index = left.findIndex(({ id, model }) => model === call.model && (call.requestId ?? id) === id)
    expect(index, `no entry of the upstream for ${call.model} ${call.requestId}`).not.toBe(-1)
    const [entry] = left.splice(index, 1)
    if (!entry) continue
    if (call.usageSource === 'reported') {
      expect(call.usage.outputTokens).toBe(entry.completionTokensServed)
      expect(call.usage.inputTokens).toBe(entry.promptTokens)
    } else if (call.usageSource === 'estimated') {
      // What was on its way when the call ended can't be counted here; nothing is made up.
      expect(call.usage.outputTokens).toBeLessThanOrEqual(entry.completionTokensServed + 1)
      expect(call.usage.inputTokens).toBe(entry.promptTokens)
    } else {
      expect(call.usage.outputTokens, JSON.stringify(call)).toBe(0)
    }
  }
  if (result) {
    expect(result.usage.outputTokens).toBe(calls.reduce((sum, { usage }) => sum + usage.outputTokens, 0))
    expect(result.usage.inputTokens).toBe(calls.reduce((sum, { usage }) => sum + usage.inputTokens, 0))
    expect(result.calls).toEqual(calls)
  }
}

const expectation = (fault: Fault, streamed: boolean): ErrorCode | undefined => {
  if (streamed || fault.whole === undefined) return fault.proposer
  return fault.whole === 'usable' ? undefined : fault.whole
}

describe.each(Object.entries(FAULTS))('%s', (_, fault) => {
  describe.each([
    ['streamed', true],
    ['whole', false],
  ])('%s', (__, streamed) => {
    it('in a proposer', async () => {
      // Some faults count their calls, so every place has a model of its own.
      const faulty = `up/${streamed ? 'alan' : 'edsger'}+${fault.modifier}`
      const outcome = await run(
        { proposers: ['up/ada', faulty, 'up/grace'], aggregator: 'up/barbara' },
        streamed,
      )
      const { result } = outcome
      expect(outcome.error).toBeUndefined()
      const code = expectation(fault, streamed)
      if (code === undefined) {
        expect(result?.proposals).toHaveLength(3)
        expect(result?.degraded).toEqual([])
      } else {
        expect(result?.proposals.map(({ slot }) => slot.model).sort()).toEqual(['up/ada', 'up/grace'])
        expect(result?.failures).toMatchObject([{ slot: { model: faulty }, error: { code } }])
        expect(result?.degraded).toMatchObject([{ code: 'proposer-failed' }])
      }
      expect(result?.finishReason).toBe('stop')
      expect(result?.text).not.toBe('')
      expectSameBooks(outcome)
      const made = outcome.log.filter(({ model }) => model === faulty.slice(3))
      if (fault.calls !== undefined) expect(made).toHaveLength(fault.calls)
      // Nothing is repeated once an answer has begun.
      if (streamed && fault.midStream === true) expect(made).toHaveLength(1)
    })

    it('in the aggregator, with another to take over', async () => {
      const faulty = `up/${streamed ? 'donald' : 'radia'}+${fault.modifier}`
      const before = server.log.length
      const mixture = { proposers: ['up/ada'], aggregator: faulty }
      const outcome = await run(mixture, streamed)
      const { result } = outcome
      expect(outcome.error).toBeUndefined()
      const code = expectation(fault, streamed)
      if (code === undefined) {
        expect(result?.degraded).toEqual([])
        expect(result?.calls.at(-1)?.model).toBe(faulty.slice(3))
      } else if (streamed && fault.midStream === true) {
        // The answer had begun: what was sent stays, and the end says that it broke off.
        expect(result?.finishReason).toBe('error')
        expect(result?.degraded).toMatchObject([{ code: 'answer-broken-off' }])
        expect(result?.text).not.toBe('')
      } else if (code === 'content_filter') {
        expect(result?.finishReason).toBe('content-filter')
      } else {
        expect(result?.text).toBe(result?.proposals[0]?.text)
        expect(result?.degraded.map(({ code: why }) => why)).toEqual(['aggregator-fallback'])
      }
      expectSameBooks(outcome)
      expect(server.log.length).toBeGreaterThan(before)
    })
  })
})

describe('when nothing works', () => {
  it('throws one error that lists how every call ended, and still keeps the books', async () => {
    const outcome = await run(
      { proposers: ['up/ada+500', 'up/grace+empty'], aggregator: 'up/barbara+disconnect=0' },
      true,
    )
    expect(outcome.error?.code).toBe('all_failed')
    for (const name of ['ada+500', 'grace+empty', 'barbara+disconnect=0'])
      expect((outcome.error as unknown as Error).message).toContain(`up/${name}: `)
    expectSameBooks(outcome)
  })
})
