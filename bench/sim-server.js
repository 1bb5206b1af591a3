// What a simulated answer costs the simulator, in CPU time, against a floor measured in the same run: a plain
// node:http server that knows its chunks by heart.
//
//   npm run build && node bench/sim-server.js [streams]
//
// Servers and client run in processes of their own. CPU time of a shared machine moves with its neighbours, so
// compare ratios of one run only.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'

const STREAMS = Number(process.argv[2] ?? 1000)
const SCENARIOS = [
  {
    name: 'burst',
    model: 'ada+tokens=250',
    connections: 32,
    answers: 5000,
    what: '250 tokens at once, 32 connections',
  },
  {
    name: 'json',
    model: 'ada+tokens=250',
    connections: 32,
    answers: 10000,
    stream: false,
    what: 'not streamed',
  },
  {
    name: 'paced',
    model: 'ada+tokens=200+pace=25',
    connections: STREAMS,
    answers: STREAMS,
    what: `200 tokens, 25 ms apart, ${STREAMS} streams at once`,
  },
]
/** Highest ratio of the simulator's CPU time to the floor's we want to see. */
const TARGETS = { burst: 3, json: 3, paced: 1.2 }

if (!existsSync(new URL('../dist/sim/index.js', import.meta.url))) {
  console.error('dist/ is missing: run "npm run build" first.')
  process.exit(1)
}

const children = []
const start = async (name, args = []) => {
  const child = fork(new URL(`./sim-server/${name}`, import.meta.url), args)
  children.push(child)
  child.on('exit', (code) => {
    if (code) process.exit(code)
  })
  const [hello] = await once(child, 'message')
  return { child, hello }
}
const ask = async (child, message) => {
  child.send(message)
  const [reply] = await once(child, 'message')
  return reply
}
const cell = (value, width) => String(value).padStart(width)

const servers = { floor: await start('floor.js'), sim: await start('sim.js') }
const { child: client } = await start('client.js')
const missed = []
for (const { name, what, ...load } of SCENARIOS) {
  console.log(`\n${name}: ${what}`)
  console.log('          answers/s   tokens/s   CPU µs/answer   p50 ms   p99 ms')
  const cost = {}
  for (const [kind, { child, hello }] of Object.entries(servers)) {
    const warmUp = name === 'paced' ? undefined : { ...load, answers: load.answers / 5 }
    if (warmUp) await ask(client, { port: hello.port, ...warmUp })
    await ask(child, 'cpu')
    const result = await ask(client, { port: hello.port, ...load })
    cost[kind] = (await ask(child, 'cpu')) / result.answers
    console.log(
      `  ${kind.padEnd(6)}${cell(Math.round(result.answers / result.seconds), 11)}` +
        `${cell(Math.round(result.tokens / result.seconds), 11)}${cell(cost[kind].toFixed(0), 16)}` +
        `${cell(result.p50.toFixed(1), 9)}${cell(result.p99.toFixed(1), 9)}`,
    )
  }
  const ratio = cost.sim / cost.floor
  console.log(`  ratio ${ratio.toFixed(2)} (target at most ${TARGETS[name]})`)
  if (ratio > TARGETS[name]) missed.push(name)
}
for (const child of children) child.disconnect()
if (missed.length > 0) console.log(`\nmissed: ${missed.join(', ')}`)
