import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { RedisServer, freePort, hasRedis } from '../redis-server.js'
import { Sandbox, built, labConfig, type Started } from './moa.js'

let sim: SimServer
let box: Sandbox
let redis: RedisServer | undefined
let port: number
const running: Started[] = []
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
})
afterAll(() => sim.close())
beforeEach(async () => {
  box = new Sandbox()
  port = await freePort()
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  await redis?.stop()
  redis = undefined
  box.remove()
})

interface Serving {
  readonly started: Started
  readonly url: string
}

const configure = (address = `redis://127.0.0.1:${port}`): string =>
  box.write('moa.config.yaml', labConfig(sim.url, `gateway: { redis: "${address}" }\n`))

async function serve(machine: Sandbox = box): Promise<Serving> {
  const started = machine.start(['serve', '--port', '0', '--log', 'json'])
  running.push(started)
  await started.until(() => started.stdout.includes('\n') || started.child.exitCode !== null, 'the address')
  return { started, url: started.stdout.trim() }
}

async function newKey(perMinute: number): Promise<string> {
  return (await box.run(['keys', 'create', 'test', '--requests-per-minute', `${perMinute}`])).stdout.trim()
}

const ask = (url: string, key: string, fields: object = {}): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'lab/ada', messages: [{ role: 'user', content: 'Hello' }], ...fields }),
  })

const limitsOf = async (url: string): Promise<unknown> =>
  ((await (await fetch(`${url}/ready`)).json()) as Record<string, unknown>)['rate_limits']

async function untilLimits(url: string, wanted: string): Promise<void> {
  const end = Date.now() + 20_000
  while ((await limitsOf(url)) !== wanted) {
    if (Date.now() > end) throw new Error(`waited in vain for limits to be ${wanted}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe.runIf(hasRedis())('gateways that share a Redis', () => {
  it('count the requests of a key together', async () => {
    redis = await RedisServer.start(port)
    configure()
    const key = await newKey(3)
    const [one, two] = [await serve(), await serve()]
    expect([await limitsOf(one.url), await limitsOf(two.url)]).toEqual(['shared', 'shared'])
    const left: (string | null)[] = []
    for (const { url } of [one, two, one]) {
      const response = await ask(url, key)
      expect(response.status).toBe(200)
      left.push(response.headers.get('x-ratelimit-remaining-requests'))
    }
    expect(left).toEqual(['2', '1', '0'])
    for (const { url } of [one, two]) {
      const refused = await ask(url, key)
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const metrics = await fetch(`${one.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })
    expect(await metrics.text()).toContain('moa_rate_limits_shared 1')
    one.started.child.kill('SIGTERM')
    const { code, stderr } = await one.started.ended
    expect(code).toBe(0)
    expect(stderr).not.toContain('Redis')
  }, 60_000)

  it('go on alone when it dies, say so once, and share again when it is back', async () => {
    redis = await RedisServer.start(port)
    configure()
    const key = await newKey(1)
    const { started, url } = await serve()
    expect((await ask(url, key)).status).toBe(200)
    expect((await ask(url, key)).status).toBe(429)
    await redis.stop()
    await untilLimits(url, 'alone')
    expect((await ask(url, key)).status).toBe(200)
    expect((await ask(url, key)).status).toBe(429)
    redis = await RedisServer.start(port)
    await untilLimits(url, 'shared')
    expect((await ask(url, key)).status).toBe(200)
    started.child.kill('SIGTERM')
    const { stderr } = await started.ended
    expect(stderr.match(/"msg":"rate limits count in this process alone"/g)).toHaveLength(1)
    expect(stderr.match(/shared by Redis again/g)).toHaveLength(1)
  }, 60_000)

  it('do not wait for one that hangs', async () => {
    redis = await RedisServer.start(port)
    configure()
    const key = await newKey(1)
    const { url } = await serve()
    redis.freeze()
    expect((await ask(url, key)).status).toBe(200)
    expect(await limitsOf(url)).toBe('alone')
    redis.thaw()
  }, 60_000)

  it('start without it, with a warning, and share as soon as it is there', async () => {
    configure(`redis://me:hush@127.0.0.1:${port}`)
    const key = await newKey(5)
    const { started, url } = await serve()
    expect(started.stderr).toMatch(/^! Redis at 127\.0\.0\.1:\d+ can't be reached \(.*ECONNREFUSED.*\): /m)
    expect(started.stderr).not.toContain('hush')
    expect((await ask(url, key)).status).toBe(200)
    expect(await limitsOf(url)).toBe('alone')
    redis = await RedisServer.start(port, ['--user', 'me', 'on', '>hush', '~*', '&*', '+@all'])
    await untilLimits(url, 'shared')
  }, 60_000)

  it('do not start with a password that is refused, and do not show it', async () => {
    redis = await RedisServer.start(port, ['--requirepass', 'other'])
    configure('redis://:hush@127.0.0.1:${REDIS_PORT}')
    const { code, stdout, stderr } = await box.run(['serve', '--port', '0'], {
      env: { REDIS_PORT: String(port) },
    })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/gateway\.redis: Redis at 127\.0\.0\.1:\d+ refused the connection \(WRONGPASS/)
    expect(stderr).not.toContain('hush')
    const shown = await box.run(['config', 'show'], { env: { REDIS_PORT: String(port) } })
    expect(shown.stdout).toContain(`redis://127.0.0.1:${port}`)
    expect(shown.stdout).not.toContain('hush')
  }, 60_000)
})

describe.runIf(hasRedis())('gateways on several machines, with their keys in Redis', () => {
  const other = new Sandbox()
  afterAll(() => other.remove())
  const prices = 'prices: { lab/ada: { input: 1000, output: 1000 } }\n'
  const configureBoth = (): void => {
    const gateway = `gateway: { redis: "redis://127.0.0.1:${port}", keysIn: redis }\n`
    for (const machine of [box, other])
      machine.write('moa.config.yaml', labConfig(sim.url, `${prices}${gateway}`))
  }

  it('take each other’s keys, add up what is spent, and stop together when a key is revoked', async () => {
    redis = await RedisServer.start(port)
    configureBoth()
    const made = await other.run(['keys', 'create', 'test', '--daily-budget', '0.06'])
    expect(made.code).toBe(0)
    const key = made.stdout.trim()
    const [one, two] = [await serve(box), await serve(other)]
    expect(one.started.stderr).toContain(`Keys: needed (Redis at 127.0.0.1:${port})`)
    expect((await ask(one.url, 'moa_nobody')).status).toBe(401)
    let answered = 0
    for (;;) {
      const { status } = await ask([one, two][answered % 2]!.url, key, { max_tokens: 10 })
      if (status === 402) break
      expect([status, answered < 10]).toEqual([200, true])
      answered += 1
    }
    expect(answered).toBeGreaterThan(1)
    for (const { url } of [one, two]) expect((await ask(url, key, { max_tokens: 10 })).status).toBe(402)
    const listed = JSON.parse((await box.run(['keys', 'list', '--json'])).stdout) as {
      spentTodayUsd: number
    }[]
    expect(listed.map(({ spentTodayUsd }) => spentTodayUsd > 0.04)).toEqual([true])
    expect((await box.run(['keys', 'revoke', 'test'])).code).toBe(0)
    for (const { url } of [one, two])
      for (let status = 402, tries = 0; status !== 401; tries += 1) {
        status = (await ask(url, key, { max_tokens: 10 })).status
        expect(tries).toBeLessThan(1_000)
      }
  }, 60_000)

  it('go on with the keys they know while Redis is away, and book later what was spent', async () => {
    redis = await RedisServer.start(port, ['--appendonly', 'yes', '--appendfsync', 'always'])
    configureBoth()
    const key = (await box.run(['keys', 'create', 'free'])).stdout.trim()
    const strange = (await box.run(['keys', 'create', 'strange'])).stdout.trim()
    const tight = (await box.run(['keys', 'create', 'tight', '--daily-budget', '9'])).stdout.trim()
    const { started, url } = await serve(box)
    for (const known of [key, tight]) expect((await ask(url, known)).status).toBe(200)
    redis.freeze()
    expect((await ask(url, key)).status).toBe(200)
    const refused = await ask(url, strange)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await refused.text()).toContain('looked up right now')
    // Its budget can't be kept while nobody knows what is left of it.
    expect((await ask(url, tight)).status).toBe(503)
    redis.thaw()
    await expect.poll(async () => (await ask(url, strange)).status, { timeout: 10_000 }).toBe(200)
    started.child.kill('SIGTERM')
    expect((await started.ended).code).toBe(0)
    const listed = JSON.parse((await box.run(['keys', 'list', '--json'])).stdout) as {
      name: string
      spentTodayUsd: number
    }[]
    const spent = Object.fromEntries(listed.map(({ name, spentTodayUsd }) => [name, spentTodayUsd]))
    expect(spent['free']).toBeCloseTo(2 * spent['tight']!, 9)
  }, 60_000)

  it('ask for keys even before Redis is there, and say what may get lost', async () => {
    configureBoth()
    const { started, url } = await serve(box)
    expect(started.stderr).toMatch(/can't be reached \(.*\): no key can be looked up until it can/)
    expect((await ask(url, 'moa_abcdefghijkl_x')).status).toBeGreaterThanOrEqual(401)
    expect((await other.run(['doctor'])).stdout).toMatch(/^✗ gateway\.redis {2}Redis at .* can't be reached/m)
    const { code, stderr } = await other.run(['keys', 'create', 'test'])
    expect([code, stderr]).toEqual([4, expect.stringMatching(/^moa: Redis at .* can't be reached/)])
    redis = await RedisServer.start(port, ['--maxmemory-policy', 'allkeys-lru'])
    const made = await other.run(['keys', 'create', 'test'])
    expect(made.stderr).toContain('may throw out keys')
    const doctor = await other.run(['doctor'])
    expect([doctor.code, doctor.stdout]).toEqual([
      0,
      expect.stringContaining(`✓ gateway.redis  127.0.0.1:${port}`),
    ])
    await expect.poll(async () => (await ask(url, made.stdout.trim())).status, { timeout: 10_000 }).toBe(200)
  }, 60_000)

  it('need a Redis that is named', async () => {
    box.write('moa.config.yaml', labConfig(sim.url, 'gateway: { keysIn: redis }\n'))
    const { code, stderr } = await box.run(['serve', '--port', '0'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/gateway › keysIn: keys are to be kept in Redis; name it under "redis"/),
    ])
  })
})

describe('gateways on one machine', () => {
  it('share keys and what they have spent, without a Redis', async () => {
    box.write('moa.config.yaml', labConfig(sim.url, 'prices: { lab/ada: { input: 1000, output: 1000 } }\n'))
    const made = await box.run(['keys', 'create', 'test', '--daily-budget', '0.06'])
    const key = made.stdout.trim()
    const [one, two] = [await serve(), await serve()]
    let answered = 0
    for (;;) {
      const { status } = await ask(one.url, key, { max_tokens: 10 })
      if (status === 402) break
      expect([status, answered < 10]).toEqual([200, true])
      answered += 1
    }
    expect(answered).toBeGreaterThan(0)
    expect((await ask(two.url, key, { max_tokens: 10 })).status).toBe(402)
    await box.run(['keys', 'revoke', 'test'])
    for (const { url } of [one, two])
      for (let status = 402, tries = 0; status !== 401; tries += 1) {
        status = (await ask(url, key, { max_tokens: 10 })).status
        expect(tries).toBeLessThan(1_000)
      }
  }, 60_000)
})

describe('the address of a Redis', () => {
  it.each([
    'localhost:6379',
    'http://localhost:6379',
    'redis://',
    'redis://h:6379/zero',
    'redis://h:x',
    'redis://:hush/hush@h',
  ])('is checked: %s', async (address) => {
    configure(address)
    const { code, stderr } = await box.run(['serve', '--port', '0'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/moa\.config\.yaml:\d+:\d+: gateway › redis: expected redis:\/\/user:password@/)
    expect(stderr).not.toContain('hush')
  })

  it('has a port that can be', async () => {
    configure('redis://127.0.0.1:99999')
    const { code, stderr } = await box.run(['serve', '--port', '0'])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^moa: gateway\.redis: expected an address/)])
  })
})
