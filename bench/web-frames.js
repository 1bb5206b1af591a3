// How smoothly the chat draws eight proposals that stream at 100 tokens a second each.
//
//   npm run build && node bench/web-frames.js [seconds]
//
// Simulated models, the gateway and a headless browser run in processes of their own. The browser records a trace: the
// figures are the tasks of the page's main thread (by wall time, and by the CPU time they took, which other programs on
// the machine don't lengthen) and the time from frame to frame, beside that of the same page doing nothing.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const SECONDS = Number(process.argv[2] ?? 15)
const PANES = 8
const LIMIT_MS = 50
const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const executablePath = [
  process.env.MOA_CHROMIUM ?? '',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
].find((path) => path !== '' && existsSync(path))
if (!existsSync(CLI) || executablePath === undefined) {
  console.error('bench: run "npm run build" first, and have Chromium installed (or named in MOA_CHROMIUM).')
  process.exit(1)
}

const home = mkdtempSync(join(tmpdir(), 'moa-frames-'))
const started = []

/** Starts a server of the command line and resolves with the address it prints. */
function serve(args) {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  started.push(child)
  return new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())))
}

const MAIN_THREAD = 'CrRendererMain'

/** Durations of the tasks of pages' main threads, in milliseconds, longest first. */
function tasksOf(events) {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === MAIN_THREAD)
      .map(({ pid, tid }) => `${pid}.${tid}`),
  )
  return events
    .filter(
      ({ name, pid, tid, dur }) =>
        name.endsWith('RunTask') && mains.has(`${pid}.${tid}`) && dur !== undefined,
    )
    .map(({ dur, tdur = dur }) => ({ wall: dur / 1000, cpu: tdur / 1000 }))
}

/** The time from frame to frame over some seconds. */
const framesFor = (page, ms) =>
  page.evaluate(
    (time) =>
      new Promise((resolve) => {
        const gaps = []
        const start = performance.now()
        let last = start
        const tick = (now) => {
          gaps.push(now - last)
          last = now
          if (now - start < time) requestAnimationFrame(tick)
          else resolve(gaps.slice(1))
        }
        requestAnimationFrame(tick)
      }),
    ms,
  )

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

const line = (name, values) =>
  console.log(
    `${name.padEnd(34)} ${[0.5, 0.95, 0.99, 1].map((share) => quantile(values, share).toFixed(1).padStart(8)).join(' ')}  over ${LIMIT_MS} ms: ${values.filter((value) => value > LIMIT_MS).length} of ${values.length}`,
  )

try {
  const sim = await serve(['sim', '--port', '0', '--first', '100', '--pace', '10'])
  const tokens = SECONDS * 100
  const names = ['ada', 'grace', 'alan', 'edsger', 'barbara', 'donald', 'katherine', 'linus']
  const proposers = names.map((name) => `lab/${name}+tokens=${tokens}`)
  const config = {
    providers: { lab: { baseURL: sim, apiKey: 'sim-key' } },
    recipes: { eight: { proposers, aggregator: 'lab/radia' } },
    defaultRecipe: 'eight',
  }
  writeFileSync(join(home, 'moa.config.json'), JSON.stringify(config))
  const url = await serve(['serve', '--port', '0', '--log', 'off'])
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1400 } })
    await page.goto(url)
    await page.waitForSelector('#question')
    const idle = await framesFor(page, 3_000)
    await page.fill('#question', 'Tell me everything about the sky.')
    await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
    await page.keyboard.press('Enter')
    await page.waitForFunction((panes) => document.querySelectorAll('.pane-writing').length === panes, PANES)
    const before = await page.evaluate(() => document.querySelector('.panes').innerText.length)
    const frames = await framesFor(page, (SECONDS - 3) * 1_000)
    const after = await page.evaluate(() => document.querySelector('.panes').innerText.length)
    const { traceEvents } = JSON.parse(String(await browser.stopTracing()))
    const tasks = tasksOf(traceEvents)
    console.log(
      `${PANES} panes, ${SECONDS - 3} s, ${((after - before) / (SECONDS - 3)).toFixed(0)} characters a second\n`,
    )
    console.log(
      `${'milliseconds'.padEnd(34)} ${['median', 'p95', 'p99', 'max'].map((word) => word.padStart(8)).join(' ')}`,
    )
    line('frame to frame, idle page', idle)
    line('frame to frame, streaming', frames)
    line(
      'main-thread tasks, wall time',
      tasks.map(({ wall }) => wall),
    )
    line(
      'main-thread tasks, CPU time',
      tasks.map(({ cpu }) => cpu),
    )
    console.log(
      `\nlongest task, CPU time, against the limit: ${(
        quantile(
          tasks.map(({ cpu }) => cpu),
          1,
        ) / LIMIT_MS
      ).toFixed(2)}`,
    )
  } finally {
    await browser.close()
  }
} finally {
  for (const child of started) child.kill('SIGTERM')
  rmSync(home, { recursive: true, force: true })
}
