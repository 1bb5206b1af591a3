import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig } from './moa.js'

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({})
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url, 'recipes: { mine: { extends: moa-lite, layers: 3 } }'))
  box.write('dead.yaml', 'providers: { gone: { baseURL: "http://127.0.0.1:9/v1" } }\nproposers: [gone/a]\n')
})
afterAll(async () => {
  await sim.close()
  box.remove()
})

const json = async (args: readonly string[]): Promise<unknown> => JSON.parse((await box.run(args)).stdout)

describe('moa --version and --help', () => {
  it('print the version, and every command', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect((await box.run(['--version'])).stdout).toBe(`${version}\n`)
    const { code, stdout } = await box.run(['--help'])
    expect(code).toBe(0)
    for (const command of [
      'ask',
      'chat',
      'models',
      'recipes',
      'explain',
      'doctor',
      'init',
      'sim',
      'config',
      'completion',
    ])
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    expect((await box.run([])).stdout).toBe(stdout)
    expect((await box.run(['help', 'ask'])).stdout).toBe((await box.run(['ask', '--help'])).stdout)
  })
})

describe('moa recipes', () => {
  it('lists shipped, own and written recipes, and marks the default', async () => {
    const { stdout } = await box.run(['recipes'])
    for (const name of [
      'paper-moa ',
      'paper-moa-lite ',
      'demo ',
      'moa ',
      'moa-lite \\*',
      'self-moa ',
      'mine ',
    ])
      expect(stdout).toMatch(new RegExp(`^${name}`, 'm'))
    expect((await box.run(['recipes', 'list', '--names'])).stdout.split('\n')).toContain('paper-moa')
    expect(await json(['recipes', 'list', '--json'])).toContainEqual(
      expect.objectContaining({ name: 'mine', source: 'configuration', calls: 7, depth: 3, mode: 'native' }),
    )
  })

  it('shows what one comes to', async () => {
    const { stdout } = await box.run(['recipes', 'show', 'self-moa'])
    expect(stdout).toContain('7 calls, 2 of them one after another; mode native')
    expect(stdout).toContain('lab/barbara #6: temperature 0.7')
    expect(await json(['recipes', 'show', 'mine', '--json'])).toMatchObject({ name: 'mine', calls: 7 })
  })

  it('checks them', async () => {
    const fine = await box.run(['recipes', 'check'])
    expect([fine.code, fine.stdout]).toEqual([0, expect.stringMatching(/^✓ mine\n✓ moa\n(✓ .*\n)+$/)])
    box.write(
      'wrong.yaml',
      'recipes:\n  a: { proposers: [nobody/x], aggregator: sim/ada }\n  b: { proposers: [b], aggregator: sim/ada }\n',
    )
    const wrong = await box.run(['recipes', 'check', '--config', 'wrong.yaml'])
    expect(wrong.code).toBe(2)
    expect(wrong.stdout).toMatch(
      /^✗ a: There is no provider "nobody".*\n✗ b: Recipe "b" contains itself: b → b\.\n/,
    )
  })
})

describe('moa models', () => {
  it('lists addresses, one per line', async () => {
    const { code, stdout } = await box.run(['models'])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toContain('lab/ada')
    expect(await json(['models', 'lab', '--json'])).toContainEqual({ id: 'lab/ada', price: null })
    expect((await box.run(['models', 'sim'])).stdout).toContain('sim/barbara\n')
  })

  it('says which providers did not answer', async () => {
    const { code, stdout, stderr } = await box.run(['models', '--config', 'dead.yaml'])
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toMatch(/^! gone .*nothing is listening/m)
    expect((await box.run(['models', 'nobody'])).code).toBe(2)
  })
})

describe('moa doctor', () => {
  it('says what can be reached and what is used', async () => {
    const { code, stdout } = await box.run(['doctor'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^configuration .*moa\.config\.yaml$/m)
    expect(stdout).toMatch(/^✓ lab +\d+ models in \d+ ms, key from configuration$/m)
    expect(stdout).toMatch(/^not set up: together \(TOGETHER_API_KEY\)/m)
    expect(stdout).not.toContain('sim-key')
  })

  it('says why not, and ends with 4 when nothing can', async () => {
    const { code, stdout } = await box.run(['doctor', '--config', 'dead.yaml'])
    expect(code).toBe(4)
    expect(stdout).toMatch(/^✗ gone +gone .*nothing is listening/m)
    const keyless = await box.run(['doctor', '--json'], {
      env: { OPENAI_API_KEY: 'wrong', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
    })
    expect(keyless.code).toBe(3)
    expect(JSON.parse(keyless.stdout)).toMatchObject({
      defaultRecipe: 'moa-lite',
      simulated: false,
      providers: expect.arrayContaining([
        expect.objectContaining({ name: 'lab', ok: true }),
        expect.objectContaining({
          name: 'openai',
          ok: false,
          problem: 'unreachable',
          keyFrom: 'OPENAI_API_KEY',
        }),
      ]),
    })
  })

  it('notices chosen models that their provider does not list', async () => {
    box.write('retired.yaml', labConfig(sim.url).replace('lab/grace', 'lab/retired'))
    const { code, stdout } = await box.run(['doctor', '--config', 'retired.yaml'])
    expect([code, stdout]).toEqual([3, expect.stringContaining('✗ lab/retired is not in its provider')])
  })
})

describe('moa explain', () => {
  it('shows every message, the count and why there is no ceiling, and calls nobody', async () => {
    sim.clearLog()
    const { code, stdout } = await box.run(['explain', '--system', 'Be brief.', 'Why?'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^moa-lite: 4 calls, 2 of them one after another; mode native; hash [0-9a-f]{12}$/m,
    )
    expect(stdout).toContain('no price ceiling: no price is known for lab/ada')
    expect(stdout).toContain(
      '━━ layer 1 of 2 · proposals · lab/ada, lab/grace, lab/alan\n── system\nBe brief.\n── user\nWhy?\n',
    )
    expect(stdout).toContain('‹answer of lab/grace, stage 1›')
    expect(sim.log).toEqual([])
  })

  it('prices the most a run can cost', async () => {
    const prices = ['ada', 'grace', 'alan', 'barbara']
      .map((name) => `  lab/${name}: { input: 1, output: 10 }\n`)
      .join('')
    const slots = ['ada', 'grace', 'alan'].map((name) => `{ model: lab/${name}, maxTokens: 100 }`).join(', ')
    const recipes = `recipes: { capped: { proposers: [${slots}], aggregator: { model: lab/barbara, maxTokens: 1000 } } }`
    box.write('capped.yaml', labConfig(sim.url, `prices:\n${prices}${recipes}`))
    const explained = (await json([
      'explain',
      '--json',
      '--config',
      'capped.yaml',
      '-r',
      'capped',
      'Why?',
    ])) as {
      callCount: number
      estimate: { ceilingUsd: number; usd: number; calls: { inputTokens: number }[] }
    }
    expect(explained.callCount).toBe(4)
    const { ceilingUsd, usd, calls } = explained.estimate
    // The three answers of the first layer stand in the second one's prompt.
    expect(calls.at(-1)?.inputTokens).toBeGreaterThan(300)
    const inputs = calls.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
    expect(ceilingUsd).toBeCloseTo(inputs * 1e-6 + (3 * 100 + 1000) * 1e-5, 10)
    expect(usd).toBeLessThan(ceilingUsd)
  })

  it('counts and prices the calls of recipes inside a recipe', async () => {
    const prices = ['ada', 'grace', 'alan', 'barbara']
      .map((name) => `  lab/${name}: { input: 1, output: 10 }\n`)
      .join('')
    const recipes = 'recipes: { outer: { proposers: [moa-lite, lab/ada], aggregator: lab/barbara } }\n'
    box.write('outer.yaml', labConfig(sim.url, `prices:\n${prices}${recipes}`))
    const { code, stdout } = await box.run(['explain', '--config', 'outer.yaml', '-r', 'outer', 'Why?'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^outer: 6 calls, 3 of them one after another/)
    expect(stdout).toMatch(/about \$0\.0\d+ for answers of usual length/)
    expect(stdout).not.toContain('no price is known')
    expect(stdout).toContain(
      'moa-lite is a recipe of 4 calls, each with this in it: moa explain -r moa-lite\n',
    )
  })

  it('explains recipes whose models can not be asked for want of a key', async () => {
    box.write('template.txt', 'Answers of others:')
    const { code, stdout } = await box.run([
      'explain',
      '-r',
      'paper-moa',
      '--template',
      'template.txt',
      'Why?',
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('13 calls, 3 of them one after another; mode together')
    expect(stdout).toMatch(/at most about \$0\.\d+, retries not counted/)
  })
})

describe('moa init', () => {
  it('chooses from what the providers serve and writes a configuration that works', async () => {
    const fresh = new Sandbox()
    try {
      const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: sim.url }
      const { code, stdout, stderr } = await fresh.run(['init', '--yes'], { env })
      const file = join(fresh.cwd, 'moa.config.yaml')
      expect([code, stdout]).toEqual([0, `${file}\n`])
      expect(stderr).toMatch(/^ {2}openai: \d+ models$/m)
      const config = parse(readFileSync(file, 'utf8')) as { proposers: string[]; aggregator: string }
      expect(config.proposers).toHaveLength(3)
      expect(readFileSync(file, 'utf8')).not.toContain('OPENAI_API_KEY=')
      const answer = await fresh.run(['ask', 'Hi'], { env })
      expect([answer.code, answer.stdout.length > 0]).toEqual([0, true])
      const again = await fresh.run(['init', '--yes'], { env })
      expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--force')])
      expect((await fresh.run(['init', '--yes', '--force'], { env })).code).toBe(0)
      expect((await fresh.run(['init', '--yes', '--user'], { env })).stdout).toContain(
        '/.config/moa/moa.config.yaml',
      )
    } finally {
      fresh.remove()
    }
  })

  it('says what to do when there is no provider', async () => {
    const fresh = new Sandbox()
    try {
      const { code, stderr } = await fresh.run(['init', '--yes'])
      expect([code, stderr]).toEqual([2, expect.stringContaining('moa: No provider could be reached.')])
    } finally {
      fresh.remove()
    }
  })
})

describe('moa config', () => {
  it('prints the schema, the files in use, and everything configured without secrets', async () => {
    expect(await json(['config', 'schema'])).toMatchObject({ type: 'object', additionalProperties: false })
    expect((await box.run(['config', 'path'])).stdout).toBe(`${join(box.cwd, 'moa.config.yaml')}\n`)
    const { stdout } = await box.run(['config', 'show'], {
      env: { LAB_KEY: 'secret-key-1', OPENAI_API_KEY: 'secret-key-2' },
    })
    expect(parse(stdout)).toMatchObject({
      aggregator: 'lab/barbara',
      providers: { lab: { apiKey: '(hidden)' }, openai: { apiKey: '(from OPENAI_API_KEY)' } },
      recipes: { mine: { layers: 3 } },
    })
    expect(stdout).not.toContain('secret-key')
  })

  it.each([
    ['http://me:p@ss@proxy:3128', 'http://proxy:3128'],
    ['me:pass@proxy:3128', 'proxy:3128'],
    ['proxy:3128', 'proxy:3128'],
  ])('shows the proxy %s without credentials', async (HTTP_PROXY, shown) => {
    const { stdout } = await box.run(['config', 'show'], { env: { HTTP_PROXY } })
    expect(parse(stdout)).toMatchObject({ proxy: { http: shown } })
  })
})

describe('moa sim', () => {
  it('serves until it is stopped, with recorded answers and a log', async () => {
    box.write(
      'answers.json',
      JSON.stringify([{ instruction: 'Why?', output: 'Because.', generator: 'gpt-x' }]),
    )
    const started = box.start(
      [
        'sim',
        '--port',
        '0',
        '--first',
        '0',
        '--pace',
        '0',
        '--recordings',
        'answers.json',
        '--alias',
        'x=gpt-x',
        '--log',
        'log.jsonl',
      ],
      { input: '' },
    )
    await started.until(() => started.stdout.includes('\n'), 'the address')
    box.write('recorded.yaml', `providers: { lab: { baseURL: "${started.stdout.trim()}" } }\n`)
    expect(
      (await box.run(['ask', '-q', '--config', 'recorded.yaml', '-r', 'lab/gpt-x', 'Why?'])).stdout,
    ).toBe('Because.\n')
    expect((await box.run(['ask', '-q', '--config', 'recorded.yaml', '-r', 'lab/x', 'Why?'])).stdout).toBe(
      'Because.\n',
    )
    started.child.kill('SIGINT')
    expect((await started.ended).code).toBe(130)
    expect(readFileSync(join(box.cwd, 'log.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2)
  })
})

describe('moa completion', () => {
  const present = (shell: string): boolean => {
    const found = spawnSync(shell, ['-c', ':']).status === 0
    if (!found) console.warn(`skipped: there is no ${shell} here`)
    return found
  }

  it.each(['bash', 'zsh', 'fish'])('prints a script that %s accepts', async (shell) => {
    const { code, stdout } = await box.run(['completion', shell])
    expect(code).toBe(0)
    for (const word of ['ask', 'recipes', 'show-proposals', 'together']) expect(stdout).toContain(word)
    if (present(shell)) execFileSync(shell, ['-n'], { input: stdout })
  })

  it('completes commands, flags, choices and recipes in bash', async () => {
    const { stdout } = await box.run(['completion', 'bash'])
    const script = box.write('moa.bash', stdout)
    const complete = (...words: string[]): string[] => {
      const line = `source ${script}; moa() { printf 'demo\\nmoa-lite\\n'; }; COMP_WORDS=(${words.map((word) => `"${word}"`).join(' ')}); COMP_CWORD=${words.length - 1}; _moa; printf '%s\\n' "\${COMPREPLY[@]}"`
      return execFileSync('bash', ['-c', line], { encoding: 'utf8' }).trim().split('\n')
    }
    expect(complete('moa', 'ch')).toEqual(['chat'])
    expect(complete('moa', 'recipes', 's')).toEqual(['show'])
    expect(complete('moa', 'ask', '--show')).toEqual(['--show-proposals'])
    expect(complete('moa', 'ask', '--mode', 't')).toEqual(['together'])
    expect(complete('moa', 'ask', '-r', 'd')).toEqual(['demo'])
    expect(complete('moa', 'config', '')).toEqual(expect.arrayContaining(['schema', 'path', 'show']))
  })
})
