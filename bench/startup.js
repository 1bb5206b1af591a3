// How long the command line takes to start, over `node -e 0` measured in the same run.
//
//   npm run build && node bench/startup.js [rounds]
//
// Rounds go through all variants in turn, every second one backwards; the figures are medians. `ask` is measured
// until the server sees the first byte of its first request. CPU time moves less with a machine's neighbours than
// wall time does; both are shown.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROUNDS = Number(process.argv[2] ?? 15)
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const usage = fileURLToPath(new URL('./startup/usage.cjs', import.meta.url))
if (!existsSync(main)) {
  console.error('dist/ is missing: run "npm run build" first.')
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'moa-startup-'))
const configured = mkdtempSync(join(tmpdir(), 'moa-startup-'))
let onFirstByte = () => {}
const server = createServer((socket) => {
  socket.once('data', () => onFirstByte())
  socket.on('error', () => {})
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const baseURL = `http://127.0.0.1:${server.address().port}/v1`
writeFileSync(
  join(configured, 'moa.config.yaml'),
  `providers: { gpu: { baseURL: "${baseURL}" } }\nproposers: [gpu/a, gpu/b, gpu/c]\naggregator: gpu/a\n`,
)
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  XDG_CONFIG_HOME: folder,
  NODE_OPTIONS: `--require=${usage}`,
}
const found = { ...env, OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: baseURL }

const VARIANTS = {
  'node -e 0': { args: ['-e', '0'] },
  'moa --version': { args: [main, '--version'], atMost: 40 },
  'moa --help': { args: [main, '--help'] },
  'moa recipes': { args: [main, 'recipes'] },
  'moa ask, one model': {
    args: [main, 'ask', '--recipe', 'openai/gpt-5-mini', 'Hi'],
    env: found,
    ask: true,
    atMost: 200,
  },
  'moa ask, key in the environment': { args: [main, 'ask', 'Hi'], env: found, ask: true, atMost: 200 },
  'moa ask, YAML configuration': { args: [main, 'ask', 'Hi'], cwd: configured, ask: true, atMost: 200 },
}

/** CPU milliseconds of a running process, all threads; Linux only. */
function cpuOf(pid) {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    const spent = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    )
    return spent.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6
  } catch {
    return NaN
  }
}

function once({ args, ask = false, cwd = folder, ...variant }) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn(process.execPath, args, {
      cwd,
      env: variant.env ?? env,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    let reported = ''
    child.stdio[3].on('data', (text) => (reported += text))
    let result
    onFirstByte = () => {
      if (!ask || result) return
      result = { wall: performance.now() - startedAt, cpu: cpuOf(child.pid) }
      child.kill('SIGKILL')
    }
    child.on('error', reject)
    child.on('close', () => {
      if (ask && !result) reject(new Error(`${args.join(' ')} ended without a request`))
      else resolve(result ?? { wall: performance.now() - startedAt, cpu: Number(reported) })
    })
  })
}

const results = Object.fromEntries(Object.keys(VARIANTS).map((name) => [name, []]))
const order = Object.entries(VARIANTS)
for (const [, variant] of order) await once(variant)
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, variant] of round % 2 === 0 ? order : order.toReversed())
    results[name].push(await once(variant))

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const medians = Object.fromEntries(
  Object.entries(results).map(([name, runs]) => [
    name,
    { wall: median(runs.map(({ wall }) => wall)), cpu: median(runs.map(({ cpu }) => cpu)) },
  ]),
)
const floor = medians['node -e 0']
const cell = (value, width) => value.padStart(width)
console.log(`Medians of ${ROUNDS} rounds on Node ${process.version}, milliseconds.\n`)
console.log(`${''.padEnd(34)}${cell('wall', 8)}${cell('over', 8)}${cell('CPU', 8)}${cell('over', 8)}  target`)
for (const [name, { wall, cpu }] of Object.entries(medians)) {
  const over = wall - floor.wall
  const { atMost } = VARIANTS[name]
  const target = atMost === undefined ? '' : `  at most ${atMost}: ${over <= atMost ? 'met' : 'MISSED'}`
  const figures = [wall, over, cpu, cpu - floor.cpu].map((value) => cell(value.toFixed(0), 8)).join('')
  console.log(`${name.padEnd(34)}${figures}${target}`)
}

server.close()
for (const path of [folder, configured]) rmSync(path, { recursive: true })
