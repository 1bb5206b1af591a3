// What the gateway costs on the way to a single model, against two proxies written by hand and against Portkey's
// gateway, all in the same run. The bare proxy is the leanest that undici allows and reads nothing; the piped proxy is
// what most would write.
//
//   npm run build && node bench/gateway.js [rounds] [seconds]
//
// Whatever is measured is pinned to one core; the simulated provider and the load share another. Rounds alternate, every
// second one runs backwards; figures are medians over rounds. Quote ratios, not figures: they move with the neighbours.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { paced, saturate } from './gateway/load.js'
import { startPortkey } from './gateway/portkey.js'

const ROUNDS = Number(process.argv[2] ?? 5)
const MS = Number(process.argv[3] ?? 3) * 1000
const AT_ONCE = 32
/** Least share of the floor's, and least multiple of Portkey's throughput; most milliseconds added at moderate load. */
const TARGETS = [
  { name: 'streams/s against the bare proxy', kind: 'stream', against: 'bare proxy', atLeast: 0.8 },
  { name: 'JSON/s against the bare proxy', kind: 'json', against: 'bare proxy', atLeast: 0.75 },
  { name: 'streams/s against the piped proxy', kind: 'stream', against: 'piped proxy', atLeast: 0.8 },
  { name: 'JSON/s against the piped proxy', kind: 'json', against: 'piped proxy', atLeast: 0.75 },
  { name: 'streams/s against Portkey', kind: 'stream', against: 'portkey', atLeast: 3.5 },
  { name: 'JSON/s against Portkey', kind: 'json', against: 'portkey', atLeast: 12 },
]
const MODERATE = { json: 400, paced: 40 }

if (!existsSync(new URL('../dist/gateway/index.js', import.meta.url))) {
  console.error('dist/ is missing: run "npm run build" first.')
  process.exit(1)
}
const pinned = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0
const onCore = (core) => (pinned ? ['taskset', '-c', String(core)] : [])
if (pinned) spawnSync('taskset', ['-cp', '1', String(process.pid)])
else
  console.log(
    'taskset or a second core is missing: nothing is pinned, so the ratios are not to be trusted.\n',
  )

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const quantile = (values, q) => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
}
const cell = (value, width = 11) => String(value).padStart(width)

function start(name, core, args = []) {
  const file = new URL(`./gateway/${name}`, import.meta.url).pathname
  const [command, ...rest] = [...onCore(core), process.execPath, file, ...args.map(String)]
  return spawn(command, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}
async function ready(child) {
  const [{ port }] = await once(child, 'message')
  return port
}

const upstream = start('upstream.js', 1)
const upstreamPort = await ready(upstream)
const targets = [{ name: 'direct', port: upstreamPort, headers: {} }]
for (const [name, file] of [
  ['bare proxy', 'floor.js'],
  ['piped proxy', 'piped.js'],
  ['this gateway', 'moa.js'],
]) {
  const child = start(file, 0, [upstreamPort])
  targets.push({ name, child, port: await ready(child), headers: {} })
}
const portkey = await startPortkey(onCore(0))
if (portkey)
  targets.push({
    name: 'portkey',
    ...portkey,
    headers: {
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
    },
  })
else console.log('@portkey-ai/gateway could not be installed, so it is not in this run.\n')

for (const target of targets) {
  const prefix = target.name === 'this gateway' ? 'lab/' : ''
  target.headers = { 'content-type': 'application/json', authorization: 'Bearer key', ...target.headers }
  // Portkey's gateway fails some requests under load; ours and the floor must not.
  target.tolerant = target.name === 'portkey'
  target.failed = 0
  target.model = (kind) => `${prefix}${kind}`
  target.figures = {
    stream: [],
    json: [],
    streamCpu: [],
    jsonCpu: [],
    first: [],
    pacedTotal: [],
    whole: [],
    rss: [],
  }
}
const usage = async ({ child, name }) => {
  if (!child?.send || name === 'portkey') return { cpuUs: NaN, rssMb: NaN }
  child.send('usage')
  return (await once(child, 'message'))[0]
}
async function throughput(target, kind, ms) {
  await usage(target)
  const { done, failed, perSecond } = await saturate({
    port: target.port,
    headers: target.headers,
    model: target.model(kind),
    stream: kind === 'stream',
    atOnce: AT_ONCE,
    ms,
    tolerant: target.tolerant,
  })
  const { cpuUs, rssMb } = await usage(target)
  target.failed += failed
  return { perSecond, cpuUs: cpuUs / done, rssMb }
}

for (let round = -1; round < ROUNDS; round += 1) {
  const order = round % 2 === 0 ? targets : targets.toReversed()
  for (const kind of ['stream', 'json']) {
    for (const target of order) {
      const { perSecond, cpuUs, rssMb } = await throughput(target, kind, round < 0 ? MS / 2 : MS)
      if (round < 0) continue // Warms up code and connections.
      target.figures[kind].push(perSecond)
      target.figures[`${kind}Cpu`].push(cpuUs)
      target.figures.rss.push(rssMb)
    }
  }
  for (const target of order) {
    const { port, headers, tolerant } = target
    const common = { port, headers, tolerant, ms: round < 0 ? 500 : MS }
    const json = await paced({
      ...common,
      model: target.model('json'),
      stream: false,
      perSecond: MODERATE.json,
    })
    const streams = await paced({
      ...common,
      model: target.model('paced'),
      stream: true,
      perSecond: MODERATE.paced,
    })
    if (round < 0) continue
    target.figures.whole.push(json.map(({ total }) => total))
    target.figures.first.push(streams.map(({ first }) => first))
    target.figures.pacedTotal.push(streams.map(({ total }) => total))
  }
}

console.log(
  `medians of ${ROUNDS} rounds of ${MS / 1000} s, ${AT_ONCE} connections; latencies in ms at ${MODERATE.json} JSON/s and ${MODERATE.paced} streams/s`,
)
console.log(
  `${''.padEnd(14)}${['streams/s', 'CPU µs', 'JSON/s', 'CPU µs', 'RSS MB', 'JSON p50', 'p99', 'first p50', 'p99', 'stream p50', 'p99'].map((head) => cell(head)).join('')}`,
)
const of = (rounds, q) => median(rounds.map((values) => quantile(values, q)))
for (const { name, figures } of targets) {
  const whole = (values) => cell(Number.isNaN(median(values)) ? '' : Math.round(median(values)))
  const latencies = [figures.whole, figures.first, figures.pacedTotal].flatMap((rounds) => [
    of(rounds, 0.5),
    of(rounds, 0.99),
  ])
  console.log(
    `${name.padEnd(14)}${[figures.stream, figures.streamCpu, figures.json, figures.jsonCpu, figures.rss].map(whole).join('')}${latencies.map((ms) => cell(ms?.toFixed(2) ?? '')).join('')}`,
  )
}

const by = (name) => targets.find((target) => target.name === name)
const own = by('this gateway').figures
console.log(`\n${'figure'.padEnd(44)}${cell('value')}${cell('target')}`)
const verdict = (name, value, ok, target) =>
  console.log(`${name.padEnd(44)}${cell(value.toFixed(2))}${cell(target)}${ok ? '' : '  missed'}`)
for (const { name, kind, against, atLeast } of TARGETS) {
  const other = by(against)
  if (!other) continue
  // Ratios of neighbouring rounds, so that what the machine does meanwhile cancels out.
  const ratio = median(own[kind].map((value, round) => value / other.figures[kind][round]))
  if (!Number.isFinite(ratio)) {
    console.log(`${name.padEnd(44)}${cell('-')}${cell(`>= ${atLeast}`)}  ${against} completed none`)
    continue
  }
  verdict(name, ratio, ratio >= atLeast, `>= ${atLeast}`)
}
const direct = by('direct').figures
for (const [name, field] of [
  ['JSON', 'whole'],
  ['first token of a stream', 'first'],
  ['whole stream', 'pacedTotal'],
])
  for (const [q, label, atMost] of [
    [0.5, 'p50', 1],
    [0.99, 'p99', 5],
  ]) {
    const added = of(own[field], q) - of(direct[field], q)
    verdict(`${name}: added ${label}, ms`, added, added <= atMost, `<= ${atMost}`)
  }
if (portkey && by('portkey').failed > 0)
  console.log(`\nportkey failed ${by('portkey').failed} requests, which do not count.`)
for (const { child } of targets) child?.kill()
upstream.kill()
