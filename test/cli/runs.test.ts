import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunTrace } from '../../src/core/index.js'
import { ownRecipes } from '../../src/engine/index.js'
import type { SlotStats } from '../../src/history/index.js'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig } from './moa.js'

let main: string
let sim: SimServer
beforeAll(async () => {
  main = await built()
  sim = await startSimServer({ seed: 7 })
})
afterAll(() => sim.close())

function sandbox(config = labConfig(sim.url)): Sandbox {
  const box = new Sandbox()
  box.write('moa.config.yaml', config)
  return box
}
const historyOf = (box: Sandbox): string => `${box.home}/.local/share/moa/history.db`
const listed = async (box: Sandbox, ...flags: string[]): Promise<RunTrace[]> =>
  JSON.parse((await box.run(['runs', 'list', '--json', ...flags])).stdout) as RunTrace[]

describe('every shipped recipe', () => {
  const names = [...Object.keys(ownRecipes({ proposers: ['a/a'], aggregator: 'a/a' })), 'demo']
  let box: Sandbox
  beforeAll(() => {
    box = sandbox(labConfig(sim.url).replace('lab/alan]', 'lab/alan, lab/edsger]'))
  })
  afterAll(() => box.remove())

  it.each(names)('%s runs over HTTP and is shown as a timeline', async (name) => {
    sim.clearLog()
    const asked = await box.run(['ask', '-q', '-r', name, 'What is 17 times 3? End with "The answer is …".'])
    expect(asked.code).toBe(0)
    await sim.idle()
    const { code, stdout } = await box.run(['runs', 'show'], { env: { COLUMNS: '100' } })
    expect(code).toBe(0)
    const lines = stdout.split('\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
    expect(lines[0]).toMatch(new RegExp(`^${name} · run_[0-9a-f-]{36}$`))
    expect(stdout).toMatch(/^finished after [\d.]+ m?s · first token after [\d.]+ m?s$/m)
    const [run] = await listed(box, '--limit', '1')
    if (name !== 'demo') expect(run?.calls).toHaveLength(sim.log.length)
    expect(stdout).toContain(`${run?.calls.length} calls · `)
    // A stage that calls somebody has a bar, and so has every call.
    const bars = lines.filter((line) => /[█░]/.test(line) && !line.includes('waiting'))
    expect(bars).toHaveLength(run?.calls.length ?? -1)
    expect(lines.filter((line) => /├─*┤|─ +\d/.test(line)).length).toBeGreaterThan(0)
  })
})

describe('moa runs', () => {
  let box: Sandbox
  beforeAll(async () => {
    box = sandbox(
      labConfig(
        sim.url,
        'prices: { lab/ada: { input: 1, output: 2 } }\nrecipes: { partly: { proposers: [lab/ada, lab/grace+503], aggregator: lab/barbara } }\n',
      ),
    )
    await box.run(['ask', '-q', 'A harbour called Quendaril'])
    await box.run(['ask', '-q', '-r', 'partly', 'A harbour called Quendaril'])
    await box.run(['ask', '-q', '-r', 'lab/ada+400', 'A harbour called Quendaril'])
    await box.run(['chat'], { input: 'One?\nTwo?\n' })
  })
  afterAll(() => box.remove())

  it('lists runs, newest first, with what became of them', async () => {
    const { code, stdout } = await box.run(['runs'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^run +at \(UTC\) +outcome +time +calls +cost +source +recipe\n/)
    const rows = stdout.trim().split('\n').slice(1)
    expect(rows.map((row) => row.split(/ {2,}/).at(-1))).toEqual([
      'moa-lite',
      'moa-lite',
      'lab/ada+400',
      'partly',
      'moa-lite',
    ])
    expect(rows.map((row) => /finished|failed|degraded/.exec(row)?.[0])).toEqual([
      'finished',
      'finished',
      'failed',
      'degraded',
      'finished',
    ])
    expect((await listed(box, '--failed')).map(({ recipe }) => recipe)).toEqual(['lab/ada+400'])
    expect((await listed(box, '--degraded')).map(({ recipe }) => recipe)).toEqual(['partly'])
    expect(await listed(box, '--recipe', 'moa-lite', '--limit', '2')).toHaveLength(2)
    expect(await listed(box, '--since', '1h')).toHaveLength(5)
    expect(await listed(box, '--since', '2999-01-01')).toEqual([])
  })

  it('keeps no word of what was asked and answered, in a file for its owner alone', async () => {
    expect(readFileSync(historyOf(box)).toString('latin1')).not.toContain('Quendaril')
    expect(statSync(historyOf(box)).mode & 0o077).toBe(0)
    const [run] = await listed(box)
    expect(run).not.toHaveProperty('content')
  })

  it('shows a run by the beginning of its id, with failures and shortcomings, on narrow terminals too', async () => {
    const [run] = await listed(box, '--degraded')
    const id = run?.id.slice(4, 12) ?? ''
    const { stdout } = await box.run(['runs', 'show', id], { env: { COLUMNS: '80', NO_COLOR: '1' } })
    expect(stdout).toContain('✓ lab/ada')
    expect(stdout).toMatch(/✗ lab\/grace\+503 +×+ +\d+ ms/)
    expect(stdout).toMatch(/^! lab\/grace\+503: /m)
    expect(stdout).not.toContain('\u001b')
    const colored = await box.run(['runs', 'show', id], { env: { FORCE_COLOR: '1' } })
    expect(colored.stdout).toContain('\u001b[31m✗')
    for (const columns of [24, 40, 60]) {
      const narrow = await box.run(['runs', 'show', id], { env: { COLUMNS: String(columns) } })
      for (const line of narrow.stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(columns)
    }
    const json = JSON.parse((await box.run(['runs', 'show', id, '--json'])).stdout) as RunTrace
    expect(json).toEqual(run)
  })

  it('sums up how each slot has done', async () => {
    const { stdout } = await box.run(['runs', 'stats'])
    expect(stdout).toMatch(/^slot +runs +made it +p50 +p95 +p99 +failed +dropped +calls +cost\n/)
    expect(stdout).toMatch(/^moa-lite 1 lab\/ada +3 +100 % .* \$0\.\d+$/m)
    expect(stdout).toMatch(/^partly 1 lab\/grace\+503 +1 +0 % +– +– +– +1 +0 /m)
    const stats = JSON.parse(
      (await box.run(['runs', 'stats', '--json', '-r', 'partly'])).stdout,
    ) as SlotStats[]
    expect(stats.map(({ slot, share, failed }) => [slot, share, failed])).toEqual([
      ['lab/ada', 1, 0],
      ['lab/grace+503', 0, 1],
      ['lab/barbara', 1, 0],
    ])
    expect(stats[0]?.costUsd).toBeGreaterThan(0)
    expect(stats[2]?.costUsd).toBeNull()
  })

  it('exports lines of JSON, oldest first, and never over a file', async () => {
    const { stdout } = await box.run(['runs', 'export'])
    const runs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunTrace)
    expect(runs.map(({ id }) => id)).toEqual((await listed(box)).map(({ id }) => id).reverse())
    const [first] = runs
    const written = await box.run(['runs', 'export', first?.id ?? '', '-o', 'one.jsonl'])
    expect([written.code, written.stderr]).toEqual([0, '1 run written to one.jsonl.\n'])
    expect(JSON.parse(readFileSync(`${box.cwd}/one.jsonl`, 'utf8'))).toEqual(first)
    const again = await box.run(['runs', 'export', '-o', 'one.jsonl'])
    expect([again.code, again.stderr]).toEqual([
      2,
      'moa: Cannot write one.jsonl: it is there already. Name another file.\n',
    ])
  })

  it('forgets runs', async () => {
    const [newest] = await listed(box)
    const one = await box.run(['runs', 'delete', newest?.id ?? '', '--json'])
    expect(JSON.parse(one.stdout)).toEqual({ deleted: 1 })
    expect((await box.run(['runs', 'delete', '--before', '1d'])).stderr).toBe('0 runs forgotten.\n')
    expect(await listed(box)).toHaveLength(4)
    expect((await box.run(['runs', 'delete', '--all'])).stderr).toBe('4 runs forgotten.\n')
    const empty = await box.run(['runs'])
    expect([empty.code, empty.stdout, empty.stderr]).toEqual([0, '', 'No run has been kept yet.\n'])
  })
})

describe('what is kept', () => {
  it('is nothing when the configuration says so, and then nothing is made', async () => {
    const box = sandbox(labConfig(sim.url, 'history: { enabled: false }\n'))
    await box.run(['ask', '-q', 'Hi'])
    expect(existsSync(historyOf(box))).toBe(false)
    const { code, stdout, stderr } = await box.run(['runs', 'list', '--json'])
    expect([code, stdout, stderr]).toEqual([0, '[]\n', ''])
    expect(existsSync(historyOf(box))).toBe(false)
    box.remove()
  })

  it('is the text too when that is allowed, without keys', async () => {
    const box = sandbox(labConfig(sim.url, 'history: { content: true, keepRuns: 2 }\n'))
    const env = { LAB_KEY: 'sk-lab-0123456789' }
    for (const word of ['first', 'second', 'third'])
      await box.run(['ask', '-q', `The ${word} ${env.LAB_KEY}`], { env })
    const runs = await listed(box)
    expect(runs.map(({ content }) => content?.messages[0]?.content)).toEqual([
      'The third [key]',
      'The second [key]',
    ])
    expect(runs[0]?.content?.answer).toContain('Merged from')
    expect(runs[0]?.content?.proposals).toHaveLength(3)
    expect((await box.run(['runs', 'show'])).stdout).toContain('\nanswer\nMerged from')
    box.remove()
  })

  it('never costs anybody an answer', async () => {
    const box = sandbox(labConfig(sim.url, 'dataFolder: blocked\n'))
    box.write('blocked', 'a file where a folder should be')
    const { code, stdout, stderr } = await box.run(['ask', '-q', 'Hi'])
    expect([code, stdout.startsWith('Merged from')]).toEqual([0, true])
    expect(stderr).toMatch(/^! Runs can't be kept: .*blocked.*"history: \{ enabled: false \}"/)
    box.remove()
  })

  it('survives several processes that write at once', async () => {
    const box = sandbox()
    const count = 6
    const ended = await Promise.all(Array.from({ length: count }, () => box.run(['ask', '-q', 'Hi'])))
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(Array(count).fill([0, '']))
    const runs = await listed(box)
    expect(new Set(runs.map(({ id }) => id)).size).toBe(count)
    box.remove()
  })

  it('survives kill -9 in the middle of writing', async () => {
    const box = sandbox()
    await box.run(['ask', '-q', 'Hi'])
    const [run] = await listed(box)
    const dist = (path: string): string =>
      JSON.stringify(pathToFileURL(main.replace('cli/main.js', path)).href)
    const writer = box.write(
      'writer.mjs',
      `import { RunHistory } from ${dist('history/index.js')}
import { openSqliteStore } from ${dist('store/index.js')}
const history = new RunHistory(() => openSqliteStore(${JSON.stringify(historyOf(box))}), { retention: { keepRuns: 1e6 } })
const run = ${JSON.stringify(run)}
for (let count = 0; ; count += 1) {
  history.add({ ...run, id: 'run_' + process.argv[2] + '-' + count, at: run.at + count })
  process.stdout.write(count + '\\n')
}
`,
    )
    for (const name of ['a', 'b']) {
      const child = spawn(process.execPath, [writer, name], { stdio: ['ignore', 'pipe', 'inherit'] })
      let acknowledged = 0
      await new Promise<void>((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          acknowledged += text.split('\n').length - 1
          if (acknowledged > 200) child.kill('SIGKILL')
        })
        child.on('close', () => resolve())
      })
      const { stdout, code } = await box.run(['runs', 'export'])
      expect(code).toBe(0)
      const kept = stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as RunTrace).id)
      // What was told to be written is there, and at most the one in work besides.
      const own = kept.filter((id) => id.startsWith(`run_${name}-`))
      expect(own.length).toBeGreaterThanOrEqual(acknowledged)
      expect(new Set(kept).size).toBe(kept.length)
    }
    box.remove()
  })
})

describe('mistakes', () => {
  let box: Sandbox
  beforeAll(async () => {
    box = sandbox()
    await box.run(['ask', '-q', 'Hi'])
    await box.run(['ask', '-q', 'Hi'])
  })
  afterAll(() => box.remove())

  it.each([
    [['show', 'zzz'], /^moa: There is no run "zzz"; `moa runs` lists them\.\n$/],
    [['show', 'run_'], /^moa: 2 runs begin with "run_"; give more of the id\.\n$/],
    [['delete'], /^moa: Say which runs to forget: ids, --before <when>, or --all\.\n$/],
    [['delete', 'x', '--all'], /^moa: Say which runs to forget/],
    [['delete', '--before', 'yesterday'], /Expected how long ago, such as 90m/],
    [['list', '--limit', '0'], /Expected a whole number of at least 1/],
    [['list', '--failed', '--degraded'], /cannot be used with/],
    [['export', 'zzz'], /There is no run "zzz"/],
  ])('moa runs %j', async (args, message) => {
    const { code, stdout, stderr } = await box.run(['runs', ...args])
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('tells when there is no run, or the history is damaged', async () => {
    const fresh = sandbox()
    const none = await fresh.run(['runs', 'show'])
    expect([none.code, none.stderr]).toEqual([2, 'moa: No run has been kept yet.\n'])
    await fresh.run(['ask', '-q', 'Hi'])
    for (const part of ['-wal', '-shm']) rmSync(historyOf(fresh) + part, { force: true })
    writeFileSync(historyOf(fresh), 'this is no database, and it is long enough to be looked at as one')
    const damaged = await fresh.run(['runs'])
    expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringContaining('is not a store of moa')])
    const asked = await fresh.run(['ask', '-q', 'Hi'])
    expect([asked.code, asked.stderr]).toEqual([0, expect.stringContaining("Runs can't be kept")])
    fresh.remove()
  })
})
