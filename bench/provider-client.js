// What one chat call costs the client, in CPU time, against a floor measured in the same run.
//
//   npm run build && node bench/provider-client.js [rounds]
//
// The upstream and every variant run in processes of their own. Rounds go through all variants in turn, every
// second one backwards; the figures are medians. CPU time of a shared machine moves with its neighbours, so
// compare ratios of one run only.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { VARIANTS } from './provider-client/variants.js'

const ROUNDS = Number(process.argv[2] ?? 9)
const SCENARIOS = [
  {
    scenario: 'paced',
    calls: 32,
    atOnce: 8,
    what: '200 chunks of 4 characters, 1 ms apart, 8 streams at once',
  },
  { scenario: 'burst', calls: 200, atOnce: 8, what: '200 chunks in one write' },
  { scenario: 'json', calls: 400, atOnce: 8, what: 'not streamed' },
]
/** Highest ratio of this client to another variant we want to see. */
const TARGETS = [
  { scenario: 'paced', against: 'undici bytes', atMost: 1.6 },
  { scenario: 'paced', against: 'openai SDK', atMost: 0.5 },
  { scenario: 'paced', against: 'AI SDK', atMost: 0.2 },
  { scenario: 'json', against: 'undici bytes', atMost: 1.5 },
]

if (!existsSync(new URL('../dist/providers/index.js', import.meta.url))) {
  console.error('dist/ is missing: run "npm run build" first.')
  process.exit(1)
}

const file = (name) => new URL(`./provider-client/${name}`, import.meta.url)
const children = []
const start = async (name, args = []) => {
  const child = fork(file(name), args)
  children.push(child)
  child.on('exit', (code) => {
    if (code) process.exit(code)
  })
  const [hello] = await once(child, 'message')
  return { child, hello }
}
const run = async (child, batch) => {
  child.send(batch)
  const [result] = await once(child, 'message')
  return result
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const cell = (value, width) => String(value).padStart(width)

const { child: upstream, hello } = await start('upstream.js')
const variants = []
for (const name of Object.keys(VARIANTS)) {
  const started = await start('runner.js', [name, String(hello.port)])
  variants.push({ name, child: started.child, importMs: started.hello.importMs, cpu: {} })
}

for (let round = -1; round < ROUNDS; round += 1) {
  const order = round % 2 === 0 ? variants : variants.toReversed()
  for (const { what: _, ...batch } of SCENARIOS) {
    for (const variant of order) {
      const { cpuUs } = await run(variant.child, batch)
      // Round -1 warms the code up.
      if (round >= 0) (variant.cpu[batch.scenario] ??= []).push(cpuUs)
    }
  }
}

console.log(`CPU per call, median of ${ROUNDS} rounds; × is the ratio to "undici bytes"\n`)
for (const { scenario, what } of SCENARIOS) console.log(`${scenario.padEnd(6)} ${what}`)
console.log(
  `\n${'variant'.padEnd(29)}${SCENARIOS.map(({ scenario }) => cell(`${scenario} µs`, 11) + cell('×', 7)).join('')}${cell('import ms', 11)}`,
)
const figure = (variant, scenario) => median(variant.cpu[scenario])
for (const variant of variants) {
  const cells = SCENARIOS.map(({ scenario }) => {
    const ratio = figure(variant, scenario) / figure(variants[0], scenario)
    return cell(Math.round(figure(variant, scenario)), 11) + cell(ratio.toFixed(2), 7)
  })
  console.log(`${variant.name.padEnd(29)}${cells.join('')}${cell(Math.round(variant.importMs), 11)}`)
}
console.log(`\n${'this client against'.padEnd(36)}${cell('ratio', 8)}${cell('target', 10)}`)
const byName = (name) => variants.find((variant) => variant.name === name)
for (const { scenario, against, atMost } of TARGETS) {
  const ratio = figure(byName('this client'), scenario) / figure(byName(against), scenario)
  console.log(
    `${`${against}, ${scenario}`.padEnd(36)}${cell(ratio.toFixed(2), 8)}${cell(`<= ${atMost}`, 10)}${ratio <= atMost ? '' : '  missed'}`,
  )
}
for (const child of children) child.disconnect()
upstream.unref()
