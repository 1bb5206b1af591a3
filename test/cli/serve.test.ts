import { request as httpRequest } from 'node:http'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig, type Started } from './moa.js'

let sim: SimServer
let box: Sandbox
const running: Started[] = []
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
})
afterAll(() => sim.close())
beforeEach(() => {
  box = new Sandbox()
  sim.clearLog()
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  box.remove()
})

interface Serving {
  readonly started: Started
  readonly url: string
}

async function serve(args: readonly string[] = [], command = 'serve'): Promise<Serving> {
  const started = box.start([command, '--port', '0', ...args])
  running.push(started)
  await started.until(() => started.stdout.includes('\n') || started.child.exitCode !== null, 'the address')
  return { started, url: started.stdout.trim() }
}

const config = (aggregator: string): string =>
  JSON.stringify({
    providers: { lab: { baseURL: sim.url } },
    proposers: ['lab/ada', 'lab/grace'],
    aggregator,
  })
const question = (model: string, stream = false): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    model,
    stream,
    messages: [{ role: 'user', content: 'What are some fun things to do in SF?' }],
  }),
})
const chat = (url: string, model: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    ...question(model),
    headers: { 'content-type': 'application/json', ...headers },
  })
const models = async (url: string): Promise<string[]> =>
  ((await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }).data.map(({ id }) => id)

describe('moa serve', () => {
  it.each(['serve', 'start'])(
    'serves simulated models without any configuration, and says so (moa %s)',
    async (command) => {
      const { started, url } = await serve([], command)
      expect(started.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/)
      await started.until(() => started.stderr.includes('curl '), 'the example')
      expect(started.stderr).toContain('SIMULATED: demo')
      // The example that is shown works as it is shown.
      const [, address, body] = /curl (\S+) .*-d '(.*)'/.exec(started.stderr) ?? []
      expect(address).toBe(`${url}/v1/chat/completions`)
      const response = await fetch(address ?? '', { method: 'POST', body: body ?? '' })
      expect(response.headers.get('x-moa-simulated')).toBe('true')
      expect(await response.json()).toMatchObject({ model: 'demo', moa: { simulated: true } })
      started.child.kill('SIGINT')
      expect((await started.ended).code).toBe(0)
    },
  )

  it('lists recipes that can answer, the default one first, then single models', async () => {
    box.write('moa.config.json', config('lab/edsger'))
    const { url } = await serve()
    const ids = await models(url)
    expect(ids[0]).toBe('moa-lite')
    expect(ids).toEqual(expect.arrayContaining(['moa', 'self-moa', 'lab/ada', 'lab/grace', 'lab/edsger']))
    expect(ids).not.toContain('demo')
    expect(ids).not.toContain('paper-moa')
    const response = await chat(url, 'moa-lite')
    expect(response.headers.get('x-moa-simulated')).toBeNull()
    expect(response.status).toBe(200)
  })

  it('takes over a changed configuration, and keeps the old one when the new one is broken', async () => {
    box.write('moa.config.json', config('lab/edsger'))
    const { started, url } = await serve(['--log', 'json'])
    expect(await models(url)).not.toContain('lab/linus')
    box.write('moa.config.json', config('lab/linus'))
    await started.until(() => started.stderr.includes('Configuration read again'), 'the new configuration')
    expect(await models(url)).toContain('lab/linus')
    box.write('moa.config.json', '{ "aggregatr": 1 }')
    await started.until(() => started.stderr.includes('stays in force'), 'the refusal')
    expect(started.stderr).toContain('aggregatr')
    expect(await models(url)).toContain('lab/linus')
    expect((await chat(url, 'moa-lite')).status).toBe(200)
    box.write('moa.config.json', config('lab/alan'))
    started.child.kill('SIGHUP')
    await started.until(() => started.stderr.split('Configuration read again').length > 2, 'the third one')
    expect(await models(url)).toContain('lab/alan')
  })

  it('refuses an address that others reach while no key is needed', async () => {
    const { code, stderr } = await box.run(['serve', '--host', '0.0.0.0', '--port', '0'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^moa: .*--insecure.*\n$/)
    const open = await serve(['--host', '0.0.0.0', '--insecure'])
    await open.started.until(() => open.started.stderr.includes('INSECURE'), 'the warning')
  })

  it('tells a change once, whoever finds it first, and goes on with what was there', async () => {
    const good = config('lab/edsger')
    const file = box.write('moa.config.json', good)
    const { started, url } = await serve()
    writeFileSync(file, '{"recipes": 3}')
    started.child.kill('SIGHUP')
    await started.until(() => started.stderr.includes('stays in force'), 'the refusal')
    expect((await chat(url, 'moa-lite')).status).toBe(200)
    // The watch looks once a second; what it finds next is another change.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    writeFileSync(file, good)
    await started.until(() => started.stderr.includes('Configuration read again'), 'the good one')
    expect(started.stderr.split('stays in force')).toHaveLength(2)
  })

  it('keeps to a configuration whose file is gone, and to one that takes its place', async () => {
    const file = box.write('moa.config.json', config('lab/edsger'))
    const { started, url } = await serve()
    rmSync(file)
    await started.until(() => started.stderr.includes('stays in force'), 'the refusal')
    expect(started.stderr).toContain('moa.config.json is gone')
    expect((await chat(url, 'moa-lite')).status).toBe(200)
    box.write('moa.config.yaml', config('lab/linus'))
    await started.until(() => started.stderr.includes('Configuration read again'), 'the new file')
    expect(await models(url)).toContain('lab/linus')
  })

  it('says what a recipe over models of one’s own lacks', async () => {
    const { url } = await serve()
    const refused = await chat(url, 'moa-lite')
    expect([refused.status, await refused.json()]).toMatchObject([
      404,
      { error: { code: 'model_not_found', message: expect.stringContaining('there are none yet') } },
    ])
  })

  it('says in one line what is wrong with flags, ports and files', async () => {
    const first = await serve()
    const { port } = new URL(first.url)
    for (const [args, words, code] of [
      [['--port', port], 'another program listens there', 4],
      [['--port', '99999'], 'from 0 to 65535', 2],
      [['--keys', 'nowhere.db'], 'There is no file with keys at', 2],
      [['--usage', 'some'], 'Allowed choices are run, answer', 2],
      [['--config', 'nowhere.yaml'], 'There is no configuration file', 2],
    ] as const) {
      const ended = await box.run(['serve', ...args])
      expect([ended.code, ended.stdout]).toEqual([code, ''])
      expect(ended.stderr).toContain(words)
      expect(ended.stderr).toMatch(/^moa: [^\n]*\n$/)
    }
  })
})

describe('moa keys', () => {
  it('makes, lists and revokes keys that a running gateway checks', async () => {
    box.write('moa.config.json', config('lab/edsger'))
    const made = await box.run(['keys', 'create', 'laptop', '--model', 'moa-lite', '--daily-budget', '5'])
    expect(made.code).toBe(0)
    expect(made.stderr).not.toContain('!')
    const typo = await box.run(['keys', 'create', 'old', '--model', 'moa-lihgt', '--model', 'sim/*'])
    expect(typo.code).toBe(0)
    expect(typo.stderr).toContain(
      '! There is no recipe or provider for "moa-lihgt" here yet. Did you mean "moa-lite"?',
    )
    expect(typo.stderr).not.toContain('sim')
    const key = made.stdout.trim()
    expect(key).toMatch(/^moa_\w{12}_[\w-]{43}$/)
    const { started, url } = await serve()
    expect((await chat(url, 'moa-lite')).status).toBe(401)
    const bearer = { authorization: `Bearer ${key}` }
    // Prices are unknown, so a budget can't be kept: refused rather than ignored.
    expect((await chat(url, 'moa-lite', bearer)).status).toBe(402)
    const free = (await box.run(['keys', 'create', 'phone', '--json'])).stdout
    const { key: second, id } = JSON.parse(free) as { key: string; id: string }
    const phone = { authorization: `Bearer ${second}` }
    expect((await chat(url, 'moa-lite', phone)).status).toBe(200)
    const listed = await box.run(['keys', 'list'])
    expect(listed.stdout).toMatch(/laptop +valid +\$0 +\$0 +moa-lite, \$5\.00\/day/)
    expect(listed.stdout).not.toContain(key)
    expect(listed.stdout).not.toContain(second)
    expect((await box.run(['keys', 'revoke', `moa_${id}_…`])).code).toBe(0)
    for (let status = 200, tries = 0; status !== 401; tries += 1) {
      status = (await chat(url, 'moa-lite', phone)).status
      expect(tries).toBeLessThan(100)
    }
    expect((await box.run(['keys', 'revoke', 'nobody'])).code).toBe(2)
    expect(started.stderr).not.toContain(second)
  })

  it('lets a key with a budget use recipes inside recipes', async () => {
    const prices = ['ada', 'grace', 'alan', 'barbara'].map((name) => `lab/${name}: { input: 1, output: 10 }`)
    const recipes = '{ outer: { proposers: [moa-lite, lab/ada], aggregator: lab/barbara } }'
    box.write(
      'moa.config.yaml',
      labConfig(sim.url, `prices: { ${prices.join(', ')} }\nrecipes: ${recipes}\n`),
    )
    const keyOf = async (budget: string): Promise<Record<string, string>> => {
      const made = await box.run(['keys', 'create', 'some', '--daily-budget', budget])
      return { authorization: `Bearer ${made.stdout.trim()}` }
    }
    const [ample, scant] = [await keyOf('1'), await keyOf('0.01')]
    const { url } = await serve()
    expect((await chat(url, 'outer', ample)).status).toBe(200)
    // The four calls of the recipe in the slot alone come to more than that.
    expect((await chat(url, 'outer', scant)).status).toBe(402)
  })

  it('lists nothing, and makes no file, when there are no keys', async () => {
    const { code, stdout, stderr } = await box.run(['keys', 'list'])
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toContain('moa keys create')
    expect(existsSync(`${box.home}/.local/share/moa`)).toBe(false)
  })
})

describe('told to end', () => {
  const STREAMS = 200

  /** One streamed answer over a connection of its own. */
  function stream(url: string, model: string, begun = (): void => {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const { method, headers, body } = question(model, true)
      const request = httpRequest(
        `${url}/v1/chat/completions`,
        { method, headers: headers as Record<string, string>, agent: false },
        (response) => {
          begun()
          let text = ''
          response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
          response.on('end', () => resolve(text))
          response.on('error', reject)
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  }

  it(`a gateway with ${STREAMS} streams under way loses none of them`, async () => {
    box.write(
      'moa.config.json',
      JSON.stringify({
        providers: { lab: { baseURL: sim.url, concurrency: STREAMS } },
        recipes: {
          steady: { proposers: ['lab/ada+tokens=20'], aggregator: 'lab/edsger+tokens=60+pace=200' },
        },
        defaultRecipe: 'steady',
      }),
    )
    const { started, url } = await serve(['--log', 'off', '--shutdown-timeout', '90'])
    let begun = 0
    let ended = 0
    const answers = Array.from({ length: STREAMS }, async () => {
      const text = await stream(url, 'steady', () => (begun += 1))
      ended += 1
      return text
    })
    await started.until(() => begun === STREAMS, 'all streams to begin', 60_000)
    expect(ended).toBe(0)
    started.child.kill('SIGTERM')
    const texts = await Promise.all(answers)
    for (const text of texts) {
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
      expect(text).not.toContain('"error"')
    }
    const { code, stderr } = await started.ended
    expect(code).toBe(0)
    expect(stderr).toContain('Stopped.')
    expect(sim.log.filter(({ outcome }) => outcome === 'completed')).toHaveLength(2 * STREAMS)
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  }, 120_000)

  it('tells the clients of answers that take too long, and ends', async () => {
    box.write('moa.config.json', config('lab/edsger+first=60000'))
    const { started, url } = await serve(['--log', 'off', '--shutdown-timeout', '0.3'])
    const answer = stream(url, 'moa-lite')
    await started.until(() => sim.log.length === 2 && sim.inFlight === 1, 'the aggregator')
    started.child.kill('SIGTERM')
    expect(await answer).toMatch(/data: \{"error":\{.*shutting down.*\}.*\}\n\n$/)
    const { code, stderr } = await started.ended
    expect(code).toBe(0)
    expect(stderr).toContain('1 answer had to be ended')
    await sim.idle()
    expect(sim.log.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'client-left'])
  })

  it('a second signal ends it at once', async () => {
    box.write('moa.config.json', config('lab/edsger+first=60000'))
    const { started, url } = await serve(['--log', 'off'])
    const answer = stream(url, 'moa-lite').catch(() => '')
    await started.until(() => sim.log.length === 2 && sim.inFlight === 1, 'the aggregator')
    started.child.kill('SIGTERM')
    await started.until(() => started.stderr.includes('again to stop at once'), 'the first signal')
    started.child.kill('SIGTERM')
    expect((await started.ended).code).toBe(143)
    expect(await answer).toContain('shutting down')
  })
})
