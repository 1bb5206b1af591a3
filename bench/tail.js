// The tail of a mixture's latency under each straggler policy: time to the first answer token.
//
//   npm run build && node bench/tail.js [runs] [http runs]
//
// First by Monte Carlo: the real engine on a virtual clock, six proposers whose answers take lognormal time (median
// 8 s) and stall in 2 % of calls until a limit of 60 s, one and two proposer layers. Then over real HTTP against the
// simulator, 20 times faster. The bound of a quorum of four is the fourth-fastest proposer, drawn in the same runs.
import { existsSync } from 'node:fs'

if (!existsSync(new URL('../dist/engine/index.js', import.meta.url))) {
  console.error('dist/ is missing: run "npm run build" first.')
  process.exit(1)
}
const { compile, createMixture, LatencyBook } = await import('../dist/engine/index.js')
const { createProviders } = await import('../dist/providers/index.js')
const { startSimServer, virtualClock } = await import('../dist/sim/index.js')
const { seededRandom } = await import('../dist/util/index.js')

const RUNS = Number(process.argv[2] ?? 4000)
const HTTP_RUNS = Number(process.argv[3] ?? 300)
const PROPOSERS = 6
const STALL_SHARE = 0.02
const STALL_MS = 60_000
const MEDIAN_MS = 8000
const PRICE = { input: 1, output: 4 }

const POLICIES = {
  'wait for all 6': { quorum: 6, graceMs: 0 },
  'quorum 4': { quorum: 4, graceMs: 0 },
  'quorum 4, grace 2 s': { quorum: 4, graceMs: 2000 },
  'quorum 4, hedge p75': { quorum: 4, graceMs: 0, hedge: { percentile: 75 } },
  'quorum 4, grace 2 s, hedge p90': { quorum: 4, graceMs: 2000, hedge: { percentile: 90 } },
  'all 6, hedge p90': { quorum: 6, graceMs: 0, hedge: { percentile: 90 } },
}

const quantile = (values, q) => {
  const sorted = values.toSorted((a, b) => a - b)
  const place = q * (sorted.length - 1)
  const below = sorted[Math.floor(place)]
  return below + (sorted[Math.ceil(place)] - below) * (place - Math.floor(place))
}
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const seconds = (ms) => (ms / 1000).toFixed(2).padStart(8)
const cell = (value, width = 9) => String(value).padStart(width)

/** A proposer on the virtual clock: its answer is billed by the time it worked, as tokens would be. */
function slowModel(id, clock, draw) {
  return {
    id,
    price: PRICE,
    async *stream(_, { signal, onCall }) {
      const startedAt = clock.now()
      const ms = draw()
      let outcome = 'aborted'
      try {
        await new Promise((resolve, reject) => {
          const cancel = clock.after(ms, resolve)
          signal.addEventListener('abort', () => (cancel(), reject(signal.reason)), { once: true })
        })
        outcome = 'completed'
        yield { type: 'answer-start', model: id }
        yield { type: 'answer-delta', text: `answer of ${id}` }
      } finally {
        const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 }
        const durationMs = clock.now() - startedAt
        const costUsd = durationMs / 1e6
        onCall?.({
          id: `${id}-${startedAt}-${ms}`,
          provider: 'mc',
          model: id,
          attempt: 1,
          outcome,
          usage,
          usageSource: 'estimated',
          costUsd,
          startedAt,
          durationMs,
        })
      }
      yield { type: 'finish', reason: 'stop', usage: {}, cost: { usd: 0, unpricedCalls: 0 } }
    },
  }
}

async function monteCarlo(policy, { sigma, layers, seed }) {
  const clock = virtualClock()
  const random = seededRandom(seed)
  const drawn = []
  const draw = () => {
    const stall = random.next() < STALL_SHARE
    const ms = Math.min(STALL_MS, stall ? STALL_MS : MEDIAN_MS * Math.exp(sigma * random.normal()))
    drawn.push(ms)
    return ms
  }
  const names = Array.from({ length: PROPOSERS }, (_, index) => `mc/p${index}`)
  const models = Object.fromEntries(names.map((name) => [name, slowModel(name, clock, draw)]))
  models['mc/z'] = slowModel('mc/z', clock, () => 0)
  const plan = compile({ proposers: names, aggregator: 'mc/z', layers: layers + 1, policy }, 'tail')
  const mixture = createMixture(plan, { clock, latency: new LatencyBook(), resolve: (name) => models[name] })
  const firsts = []
  const used = []
  const spent = []
  const bounds = []
  for (let run = 0; run < RUNS; run += 1) {
    drawn.length = 0
    const startedAt = clock.now()
    let first
    let proposals = 0
    let cost = 0
    await clock.run(
      (async () => {
        const signal = new AbortController().signal
        for await (const event of mixture.stream(
          { messages: [{ role: 'user', content: 'q' }] },
          { signal },
        )) {
          if (event.type === 'answer-delta') first ??= clock.now() - startedAt
          else if (event.type === 'proposal-end') proposals += 1
          else if (event.type === 'finish') cost = event.cost.usd
        }
      })(),
    )
    firsts.push(first)
    used.push(proposals / layers)
    spent.push(cost)
    // The first calls of each layer, as they were drawn, without hedges.
    let bound = 0
    if (policy.hedge === undefined)
      for (let layer = 0; layer < layers; layer += 1)
        bound += drawn.slice(layer * PROPOSERS, (layer + 1) * PROPOSERS).sort((a, b) => a - b)[3]
    bounds.push(bound)
  }
  return { firsts, used: mean(used), spent: mean(spent), bounds }
}

const verdicts = []
for (const layers of [1, 2]) {
  for (const sigma of [0.4, 0.6]) {
    console.log(`\nMonte Carlo: ${layers} proposer layer(s), sigma ${sigma}, ${RUNS} runs, times in seconds`)
    console.log(
      `${'policy'.padEnd(32)}${['p50', 'p95', 'p99', 'proposals', 'spend'].map((head) => cell(head)).join('')}`,
    )
    const results = {}
    for (const [name, policy] of Object.entries(POLICIES)) {
      const result = (results[name] = await monteCarlo(policy, { sigma, layers, seed: `${layers}/${sigma}` }))
      const spend = `${((result.spent / results['wait for all 6'].spent) * 100).toFixed(0)} %`
      console.log(
        `${name.padEnd(32)}${[0.5, 0.95, 0.99].map((q) => cell(seconds(quantile(result.firsts, q)))).join('')}${cell(result.used.toFixed(2))}${cell(spend)}`,
      )
    }
    const p95 = (name) => quantile(results[name].firsts, 0.95)
    const bound = quantile(results['quorum 4'].bounds, 0.95)
    console.log(`${'fourth-fastest proposer (bound)'.padEnd(32)}${cell('')}${cell(seconds(bound))}`)
    const where = `${layers} layer(s), sigma ${sigma}`
    verdicts.push([`${where}: quorum 4 against its bound, p95`, p95('quorum 4') / bound, '<=', 1.15])
    // Grace buys more proposals with up to 2 s a layer.
    verdicts.push([
      `${where}: with grace against bound + grace, p95`,
      p95('quorum 4, grace 2 s') / (bound + 2000 * layers),
      '<=',
      1,
    ])
    verdicts.push([
      `${where}: with hedging against the bound, p95`,
      p95('quorum 4, hedge p75') / bound,
      '<=',
      1,
    ])
    verdicts.push([
      `${where}: wait for all against quorum 4, p95`,
      p95('wait for all 6') / p95('quorum 4'),
      '>=',
      3,
    ])
  }
}

const SPEEDUP = 20
const server = await startSimServer({
  latency: { first: { median: MEDIAN_MS / SPEEDUP, sigma: 0.6 }, pace: 0 },
  keepBodies: false,
  seed: 7,
})
const providers = createProviders({
  providers: [{ name: 'up', baseURL: server.url, retry: { attempts: 1 }, concurrency: 1000 }],
})
console.log(
  `\nReal HTTP, 1 proposer layer, ${SPEEDUP} times faster, ${HTTP_RUNS} runs, 20 at a time; times in seconds`,
)
console.log(
  `${'policy'.padEnd(32)}${['p50', 'p95', 'p99', 'proposals', 'calls'].map((head) => cell(head)).join('')}`,
)
const httpP95 = {}
for (const [name, policy] of Object.entries(POLICIES)) {
  const slots = ['ada', 'grace', 'alan', 'edsger', 'barbara', 'donald'].map((model) => ({
    model: `up/${model}+tokens=8+stall-rate=${STALL_SHARE}`,
    timeoutMs: STALL_MS / SPEEDUP,
  }))
  const scaled = { ...policy, graceMs: policy.graceMs / SPEEDUP }
  const plan = compile({ proposers: slots, aggregator: 'up/radia+first=0+tokens=8', policy: scaled }, 'tail')
  const mixture = createMixture(plan, { resolve: (address) => providers.model(address) })
  const firsts = []
  const used = []
  const calls = []
  let left = HTTP_RUNS
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (left > 0) {
        left -= 1
        const startedAt = performance.now()
        let first
        let proposals = 0
        let made = 0
        const signal = new AbortController().signal
        for await (const event of mixture.stream(
          { messages: [{ role: 'user', content: `q ${left}` }] },
          { signal },
        )) {
          if (event.type === 'answer-delta') first ??= performance.now() - startedAt
          else if (event.type === 'proposal-end') proposals += 1
          else if (event.type === 'call-settled') made += 1
        }
        firsts.push(first)
        used.push(proposals)
        calls.push(made)
      }
    }),
  )
  httpP95[name] = quantile(firsts, 0.95)
  console.log(
    `${name.padEnd(32)}${[0.5, 0.95, 0.99].map((q) => cell(seconds(quantile(firsts, q)))).join('')}${cell(mean(used).toFixed(2))}${cell(mean(calls).toFixed(2))}`,
  )
}
verdicts.push([
  'real HTTP: wait for all against quorum 4, p95',
  httpP95['wait for all 6'] / httpP95['quorum 4'],
  '>=',
  3,
])
await providers.close()
await server.close()

console.log(`\n${'figure'.padEnd(58)}${cell('value')}${cell('target', 10)}`)
for (const [figure, value, sign, target] of verdicts) {
  const met = sign === '<=' ? value <= target : value >= target
  console.log(
    `${figure.padEnd(58)}${cell(value.toFixed(2))}${cell(`${sign} ${target}`, 10)}${met ? '' : '  missed'}`,
  )
}
