// What the engine adds to a mixture of six proposers, against a program written by hand in the same run.
//
//   npm run build && node bench/engine.js [rounds] [filter] [programs]
//
// `added`: wall time over the analytic critical path (layers × the time of one call). Proposals come whole by default
// (`json`) and token by token when someone watches (`stream`). Upstream and variants run in processes of their own;
// rounds alternate, every second one runs backwards, and processes are warm; figures are medians over rounds.
// Quote ratios, not times.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'

const ROUNDS = Number(process.argv[2] ?? 3)
const FILTER = process.argv[3] ?? ''
const VARIANTS = (process.argv[4] ?? 'naive undici,this engine,openai SDK').split(',')
/** Mixtures before the first figure: a service runs for days, and compilers need a while for larger programs. */
const WARM_UP = 1_000
/** Mixtures that are counted in a round, in waves of those that run at a time. */
const COUNTED = 600
/**
 * Waves before them that are not counted: a program that has idled while the others ran costs up to twice as much for a
 * while, whichever it is.
 */
const SETTLING = 2
const CALL_MS = 50 + 99 * 5
const SCENARIOS = [2, 3]
  .flatMap((layers) =>
    [false, true].flatMap((streamed) =>
      [1, 50, 200].map((atOnce) => ({
        name: `L${layers}-${streamed ? 'stream' : 'json'}-${atOnce}`,
        layers,
        streamed,
        atOnce,
        mixtures: atOnce === 1 ? 6 : COUNTED,
        warmUp: atOnce === 1 ? 6 : WARM_UP,
      })),
    ),
  )
  .filter(({ name }) => name.includes(FILTER))

if (!existsSync(new URL('../dist/engine/index.js', import.meta.url))) {
  console.error('dist/ is missing: run "npm run build" first.')
  process.exit(1)
}

const file = (name) => new URL(`./engine/${name}`, import.meta.url)
const start = async (name, args = []) => {
  const child = fork(file(name), args.map(String))
  child.on('exit', (code) => {
    if (code) process.exit(code)
  })
  const [hello] = await once(child, 'message')
  return { child, hello }
}
const ask = async (child, message) => {
  child.send(message)
  const [answer] = await once(child, 'message')
  return answer
}
const quantile = (values, q) => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
}
const median = (values) => quantile(values, 0.5)
const cell = (value, width = 10) => String(value).padStart(width)

const { child: upstream, hello } = await start('upstream.js')
console.log(
  `${'scenario'.padEnd(15)}${'program'.padEnd(14)}${['added p50', 'p95', 'first p50', 'CPU ms', 'RSS MB', 'late ms'].map((head) => cell(head)).join('')}`,
)
const verdicts = []
for (const { name, layers, streamed, atOnce, mixtures, warmUp } of SCENARIOS) {
  const runs = []
  for (const variant of VARIANTS) {
    const { child } = await start('runner.js', [variant, hello.port, layers, streamed])
    runs.push({ variant, child, added: [], p95: [], first: [], cpu: [], rss: [], late: [] })
  }
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const run of round % 2 === 0 ? runs : runs.toReversed()) {
      if (round >= 0) await ask(run.child, { mixtures: atOnce * SETTLING, atOnce })
      await ask(upstream, {})
      const result = await ask(run.child, { mixtures: round < 0 ? warmUp : mixtures, atOnce })
      const { lateMs } = await ask(upstream, {})
      if (round < 0) continue // Warms up code and connections.
      const critical = layers * CALL_MS
      run.added.push(median(result.walls) - critical)
      run.p95.push(quantile(result.walls, 0.95) - critical)
      run.first.push(median(result.firsts) - (critical - 99 * 5))
      run.cpu.push(result.cpuMs)
      run.rss.push(result.rssMb)
      run.late.push(lateMs)
    }
  }
  for (const run of runs) {
    run.child.disconnect()
    const figures = [run.added, run.p95, run.first, run.cpu].map((values) => median(values).toFixed(1))
    console.log(
      `${name.padEnd(15)}${run.variant.padEnd(14)}${figures.map((figure) => cell(figure)).join('')}${cell(Math.round(Math.max(...run.rss)))}${cell(median(run.late).toFixed(1))}`,
    )
  }
  const [floor, engine] = runs
  const ratio = (field, pick = median) => pick(engine[field]) / pick(floor[field])
  const peak = (values) => Math.max(...values)
  if (atOnce === 1) {
    const perLayer = (median(engine.added) - median(engine.late) * layers) / layers
    verdicts.push([name, 'added ms per layer, lateness of the upstream taken off', perLayer, 3])
  } else {
    verdicts.push([name, 'CPU per mixture against naive', ratio('cpu'), 1.3])
    verdicts.push([name, 'added p50 against naive', ratio('added'), 1.5])
    verdicts.push([name, 'added p95 against naive', ratio('p95'), 1.5])
    verdicts.push([name, 'peak memory against naive', ratio('rss', peak), 1.5])
  }
}
console.log(`\n${'scenario'.padEnd(15)}${'figure'.padEnd(58)}${cell('value', 8)}${cell('target')}`)
for (const [scenario, figure, value, target] of verdicts) {
  const missed = value <= target ? '' : '  missed'
  console.log(
    `${scenario.padEnd(15)}${figure.padEnd(58)}${cell(value.toFixed(2), 8)}${cell(`<= ${target}`)}${missed}`,
  )
}
upstream.disconnect()
