// Many mixtures at a time: 1,000 clients, each asking a two-layer mixture with six proposers again and again, 7,000
// upstream calls streamed token by token. Says whether every answer is what the simulated provider served (SHA-256), what
// memory an answer under way takes, and whether memory stays flat.
//
//   npm run build && node bench/gateway-soak.js [minutes] [clients]      default: half a minute, 1000 clients
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Pool } from 'undici'

const MINUTES = Number(process.argv[2] ?? 0.5)
const CLIENTS = Number(process.argv[3] ?? 1000)
const SAMPLES = 12
const MIB = 2 ** 20

if (!existsSync(new URL('../dist/gateway/index.js', import.meta.url))) {
  console.error('dist/ is missing: run "npm run build" first.')
  process.exit(1)
}
function start(name, ...args) {
  const file = new URL(`./gateway/${name}`, import.meta.url).pathname
  return spawn(process.execPath, ['--expose-gc', file, ...args.map(String)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}
const reply = async (child, message) => {
  child.send(message)
  return (await once(child, 'message'))[0]
}

const upstream = start('soak-upstream.js')
const [{ port: upstreamPort }] = await once(upstream, 'message')
const gateway = start('soak-gateway.js', upstreamPort, CLIENTS)
const [{ port }] = await once(gateway, 'message')
const pool = new Pool(`http://127.0.0.1:${port}`, {
  connections: CLIENTS,
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
})
const body = JSON.stringify({
  model: 'soak',
  stream: true,
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
})

/** One answer: its number, its digest, and whether it ended well. */
function ask() {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256')
    const decoder = new TextDecoder()
    let rest = ''
    let number = ''
    let done = false
    const take = (line) => {
      if (line === 'data: [DONE]') done = true
      else if (line.startsWith('data: ')) {
        const { choices, error } = JSON.parse(line.slice(6))
        if (error) return reject(new Error(error.message))
        const text = choices[0]?.delta.content
        if (!text) return
        if (number === '') number = /^#\d+/.exec(text)?.[0] ?? ''
        hash.update(text)
      }
    }
    pool.dispatch(
      { method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body },
      {
        onRequestStart() {},
        onResponseStart(_, status) {
          if (status !== 200) reject(new Error(`status ${status}`))
        },
        onResponseData(_, part) {
          const lines = (rest + decoder.decode(part, { stream: true })).split('\n')
          rest = lines.pop()
          lines.forEach(take)
        },
        onResponseEnd() {
          if (done) resolve({ number, digest: hash.digest('hex') })
          else reject(new Error('a stream ended early'))
        },
        onResponseError(_, error) {
          reject(error)
        },
      },
    )
  })
}

const idle = await reply(gateway, true)
let answered = 0
const checks = []
const failures = []
const until = performance.now() + MINUTES * 60_000
const clients = Array.from({ length: CLIENTS }, async () => {
  while (performance.now() < until) {
    try {
      checks.push(await ask())
      answered += 1
    } catch (error) {
      failures.push(error.message)
    }
  }
})

const from = performance.now()
const samples = []
const everyMs = (MINUTES * 60_000) / SAMPLES
console.log(`${CLIENTS} clients for ${MINUTES} min; ${7 * CLIENTS} upstream calls at a time\n`)
console.log(
  ['s', 'under way', 'answered', 'RSS MiB', 'live MiB', 'KiB each'].map((word) => word.padStart(10)).join(''),
)
for (let count = 0; count < SAMPLES; count += 1) {
  await new Promise((resolve) => setTimeout(resolve, everyMs))
  const { rss, heap, runs } = await reply(gateway, true)
  samples.push({ rss, heap, runs })
  const each = runs === 0 ? 0 : (heap - idle.heap) / runs / 1024
  console.log(
    [
      Math.round((performance.now() - from) / 1000),
      runs,
      answered,
      Math.round(rss / MIB),
      Math.round(heap / MIB),
      Math.round(each),
    ]
      .map((value) => String(value).padStart(10))
      .join(''),
  )
}
await Promise.all(clients)
const seconds = (performance.now() - from) / 1000
let wrong = 0
for (const { number, digest } of checks) if ((await reply(upstream, number)).digest !== digest) wrong += 1
const { cpu } = await reply(gateway, false)
const end = await reply(gateway, true)

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
// Only moments in which all clients had an answer under way can be compared.
const steady = samples.filter(({ runs }) => runs >= 0.95 * CLIENTS)
const half = Math.floor(steady.length / 2)
const growth =
  mean(steady.slice(half).map(({ heap }) => heap)) / mean(steady.slice(0, half).map(({ heap }) => heap))
const verdict = (name, value, ok, target) =>
  console.log(`${name.padEnd(52)}${String(value).padStart(10)}${target.padStart(10)}${ok ? '' : '  missed'}`)
console.log()
verdict('answers', answered, answered >= CLIENTS, `>= ${CLIENTS}`)
verdict('errors', failures.length, failures.length === 0, '0')
verdict('answers that differ from what was served', wrong, wrong === 0, '0')
if (half < 2) console.log('live memory: too short a time with all clients under way to tell')
else verdict('live memory, second half of the time to the first', growth.toFixed(2), growth < 1.1, '< 1.1')
verdict('runs left over', end.runs, end.runs === 0, '0')
console.log(
  `\nmixtures/s ${(answered / seconds).toFixed(1)}, gateway CPU ms per mixture ${((cpu.user + cpu.system) / 1000 / answered).toFixed(1)}, live MiB before and after ${(idle.heap / MIB).toFixed(0)} and ${(end.heap / MIB).toFixed(0)}`,
)
if (failures.length > 0) console.log(`first error: ${failures[0]}`)
pool.destroy().catch(() => {})
gateway.kill()
upstream.kill()
