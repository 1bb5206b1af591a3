import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { RedisServer, freePort, hasRedis } from '../redis-server.js'
import { Sandbox, built, labConfig, type Ended } from './moa.js'

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
})
beforeEach(() => {
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url, 'dataFolder: data\n'))
})
afterEach(() => {
  sim.clearLog()
  box.remove()
})
afterAll(() => sim.close())

const file = (): string => join(box.cwd, 'data/cache.db')
/** Whether a word of an answer can be found in the file or the log beside it. */
const holds = (word: string): boolean =>
  [file(), `${file()}-wal`].some((path) => existsSync(path) && readFileSync(path).includes(word))

interface Answer {
  readonly answer: string
  readonly cost: unknown
  readonly calls: readonly { readonly replayedFrom?: string; readonly costUsd: number }[]
}

async function ask(...flags: readonly string[]): Promise<Ended & { readonly json: Answer }> {
  const ended = await box.run(['ask', '--json', ...flags, 'Why is the sky blue?'])
  return { ...ended, json: JSON.parse(ended.stdout || '{}') as Answer }
}

describe('the cache on the command line', () => {
  it('is off by default, on with --cache, and then makes no call twice', async () => {
    await ask()
    await ask()
    expect(sim.log).toHaveLength(8)
    const first = await ask('--cache')
    const second = await ask('--cache')
    expect(sim.log).toHaveLength(12)
    expect(second.json.answer).toBe(first.json.answer)
    expect(second.json.calls.map(({ replayedFrom, costUsd }) => [replayedFrom, costUsd])).toEqual(
      Array(4).fill(['cache', 0]),
    )
    expect(second.json.cost).toEqual({ usd: 0, unpricedCalls: 0 })
    expect(first.json.calls.every(({ replayedFrom }) => replayedFrom === undefined)).toBe(true)
  })

  it('is on when the configuration says so, and off with --no-cache', async () => {
    box.write('moa.config.yaml', labConfig(sim.url, 'dataFolder: data\ncache: true\n'))
    await ask()
    await ask()
    expect(sim.log).toHaveLength(4)
    await ask('--no-cache')
    expect(sim.log).toHaveLength(8)
    const { stderr } = await box.run(['ask', 'Why is the sky blue?'])
    expect(stderr).toMatch(/lab\/barbara +1 \(1 cached\)/)
    expect(sim.log).toHaveLength(8)
  })

  it('tells what it holds and is emptied', async () => {
    expect((await box.run(['cache', 'clear'])).stderr).toMatch(/^There is no cache at .*cache\.db\.\n$/)
    await ask('--cache')
    await ask('--cache')
    const { stdout } = await box.run(['cache', 'stats', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ enabled: false, file: file(), answers: 4, hits: 4 })
    expect((await box.run(['cache', 'stats'])).stdout).toMatch(/answers +4, 0\.0 MiB of 512\.0 MiB at most\n/)
    expect(holds('answer-start')).toBe(true)
    expect((await box.run(['cache', 'clear'])).stderr).toMatch(/^Deleted 4 answers from /)
    expect(holds('answer-start')).toBe(false)
    expect(JSON.parse((await box.run(['cache', 'stats', '--json'])).stdout)).toMatchObject({
      answers: 0,
      hits: 0,
    })
  })

  it('serves two processes at once', async () => {
    const answers = await Promise.all([ask('--cache'), ask('--cache'), ask('--cache')])
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0])
    expect(answers.map(({ stderr }) => stderr.includes('!'))).toEqual([false, false, false])
    const calls = sim.log.length
    await ask('--cache')
    expect(sim.log).toHaveLength(calls)
    expect(JSON.parse((await box.run(['cache', 'stats', '--json'])).stdout)).toMatchObject({ answers: 4 })
  })

  it('says that a damaged file is of no use and goes on without it; clear begins a new one', async () => {
    await ask('--cache')
    for (const log of ['-wal', '-shm']) rmSync(`${file()}${log}`, { force: true })
    writeFileSync(file(), 'this is no database at all, and never was one. '.repeat(100))
    const { code, json, stderr } = await ask('--cache')
    expect(code).toBe(0)
    expect(json.answer).toMatch(/Merged from 3 proposals/)
    expect(stderr).toMatch(
      /^! The cache can't be used, so every call is made: .*cache\.db is not a store of moa, or is damaged; .* `moa cache clear` begins a new one\.$/m,
    )
    expect(stderr.match(/The cache can't be used/g)).toHaveLength(1)
    expect((await box.run(['cache', 'stats'])).code).toBe(2)
    expect((await box.run(['cache', 'clear'])).stderr).toMatch(/cache\.db was damaged and is deleted\.\n$/)
    await ask('--cache')
    const calls = sim.log.length
    await ask('--cache')
    expect(sim.log).toHaveLength(calls)
  })

  it('refuses a configuration of it that makes no sense', async () => {
    box.write('moa.config.yaml', labConfig(sim.url, 'cache: { maxMegabytes: 0 }\n'))
    const { code, stderr } = await box.run(['ask', 'Hi'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/cache › maxMegabytes/)
  })
})

describe.runIf(hasRedis())('a cache in Redis', () => {
  let redis: RedisServer
  let port: number
  const configure = (machine: Sandbox, cache: string): string =>
    machine.write('moa.config.yaml', labConfig(sim.url, `dataFolder: data\ncache: { ${cache} }\n`))

  it('is shared by machines, looked after by `moa cache`, and does not keep anybody from an answer', async () => {
    port = await freePort()
    redis = await RedisServer.start(port, ['--requirepass', 'hush'])
    const other = new Sandbox()
    try {
      for (const machine of [box, other]) configure(machine, `redis: "redis://:hush@127.0.0.1:${port}"`)
      const first = await ask()
      expect([first.code, sim.log.length]).toEqual([0, 4])
      const second = await other.run(['ask', '--json', 'Why is the sky blue?'])
      expect((JSON.parse(second.stdout) as Answer).answer).toBe(first.json.answer)
      expect(sim.log).toHaveLength(4)
      expect(existsSync(file())).toBe(false)
      const stats = await other.run(['cache', 'stats', '--json'])
      expect(JSON.parse(stats.stdout)).toMatchObject({
        enabled: true,
        redis: `127.0.0.1:${port}`,
        answers: 4,
        hits: 4,
      })
      const shown = await box.run(['config', 'show'])
      expect(stats.stdout + shown.stdout + second.stderr).not.toContain('hush')
      expect((await other.run(['cache', 'stats'])).stdout).toMatch(/^Redis +127\.0\.0\.1:\d+$/m)
      expect((await box.run(['cache', 'clear'])).stderr).toBe(
        `Deleted 4 answers from Redis at 127.0.0.1:${port}.\n`,
      )
      configure(box, `redis: "redis://:wrong@127.0.0.1:${port}"`)
      const refused = await ask()
      expect([refused.code, sim.log.length]).toEqual([0, 8])
      expect(refused.stderr.match(/The cache in Redis can't be used/g)).toHaveLength(1)
      expect(refused.stderr).toContain('check user, password')
      await redis.stop()
      const away = await other.run(['ask', 'Why is the sky blue?'])
      expect([away.code, sim.log.length]).toEqual([0, 12])
      expect(away.stderr.match(/Redis at 127\.0\.0\.1:\d+ can't be reached/g)).toHaveLength(1)
      const gone = await other.run(['cache', 'stats'])
      expect([gone.code, gone.stderr]).toEqual([
        4,
        expect.stringMatching(/^moa: Redis at .* can't be reached/),
      ])
    } finally {
      await redis.stop()
      other.remove()
    }
  }, 60_000)

  it('has no size of ours', async () => {
    configure(box, 'redis: "redis://localhost", maxMegabytes: 5')
    const { code, stderr } = await box.run(['ask', 'hello'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/cache: "maxMegabytes" is for a file; Redis limits/),
    ])
  })
})
