import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MoaError } from '../src/index.js'
import { NO_COST, NO_USAGE, collect, mixture, type Model, type ModelEvent } from '../src/index.js'
import { RunHistory } from '../src/history/index.js'
import { simModel } from '../src/sim/index.js'
import { openSqliteStore } from '../src/store/index.js'
import { built } from './cli/moa.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
const request = { messages: [{ role: 'user' as const, content: 'Name three colours.' }] }
const options = (): { signal: AbortSignal } => ({ signal: new AbortController().signal })

const saying = (id: string, text: string): Model => ({
  id,
  async *stream(): AsyncGenerator<ModelEvent> {
    yield { type: 'answer-start', model: id }
    yield { type: 'answer-delta', text }
    yield { type: 'finish', reason: 'stop', usage: NO_USAGE, cost: NO_COST }
  },
})

describe('mixture()', () => {
  it('runs a recipe over models it is given', async () => {
    const model = mixture(
      { proposers: ['one', 'two'], aggregator: 'writer' },
      {
        models: { one: saying('one', 'a'), two: saying('two', 'b') },
        resolve: (name) => simModel(name === 'writer' ? 'ada' : name),
      },
    )
    const result = await collect(model.stream(request, options()))
    expect([model.id, result.proposals.map(({ text }) => text).sort()]).toEqual(['mixture', ['a', 'b']])
  })

  it('refuses a recipe that is wrong in itself at once', () => {
    expect(() => mixture({ proposers: [], aggregator: 'a/b' })).toThrow(
      'recipe "mixture" › proposers: must not be empty.',
    )
    expect(() => mixture({ proposers: ['a/b'], agregator: 'a/b' } as never)).toThrow(
      'Did you mean "aggregator"?',
    )
    expect(() => mixture({ proposers: ['a/b'] }, { name: 'mine' })).toThrow(
      'recipe "mine": there is no aggregator',
    )
  })

  it('says what is missing when a program without types gives no signal', () => {
    const model = mixture({ proposers: ['sim/ada'], aggregator: 'sim/grace' })
    for (const given of [undefined, {}, { signal: new AbortController() }])
      expect(() => model.stream(request, given as never)).toThrow(
        expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('AbortSignal') }),
      )
  })

  it('keeps no run, unless it is asked to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'moa-library-'))
    const config = join(folder, 'moa.config.yaml')
    writeFileSync(config, 'dataFolder: data')
    const models = { one: saying('one', 'a'), writer: saying('writer', 'b') }
    const recipe = { proposers: ['one'], aggregator: 'writer' }
    await collect(mixture(recipe, { config, models }).stream(request, options()))
    expect(readdirSync(folder)).toEqual(['moa.config.yaml'])
    const kept = mixture(recipe, { config, models, history: 'my-program' })
    expect((await collect(kept.stream(request, options()))).text).toBe('b')
    const history = new RunHistory(() => openSqliteStore(join(folder, 'data', 'history.db')))
    // A program does not wait for its history.
    await expect
      .poll(() => [...history.list()].map(({ source, recipe: name }) => [source, name]))
      .toEqual([['my-program', 'mixture']])
    await history.close()
  })

  it('throws from the stream what is known only then', async () => {
    const config = join(mkdtempSync(join(tmpdir(), 'moa-library-')), 'moa.config.yaml')
    writeFileSync(config, 'providers: { lab: { baseURL: "http://127.0.0.1:9/v1", apiKeyEnv: NO_SUCH_KEY } }')
    const ask = (recipe: Parameters<typeof mixture>[0]): Promise<unknown> =>
      collect(mixture(recipe, { config }).stream(request, options())).catch(
        (error: unknown) => (error as MoaError).code,
      )
    expect(await ask({ proposers: ['lab/a'], aggregator: 'lab/a' })).toBe('key_missing')
    expect(await ask({ proposers: ['nobody/a'], aggregator: 'lab/a' })).toBe('provider_not_found')
    expect(await ask('nothing')).toBe('recipe_not_found')
    expect(await ask('lab/a')).toBe('key_missing')
    expect(await ask({ proposers: ['sim/nobody'], aggregator: 'sim/ada' })).toBe('model_not_found')
    rmSync(config)
  })

  it('hands a run over its budget to the smaller recipe', async () => {
    const priced = (id: string, usd: number): Model => ({
      ...saying(id, id),
      price: { input: usd, output: usd },
    })
    const model = mixture(
      { proposers: ['dear', 'dear'], aggregator: 'dear', budget: { maxCostUsd: 0.001, over: 'cheap' } },
      { models: { dear: priced('dear', 1000), cheap: saying('cheap', 'cheap answer') } },
    )
    const { text, degraded } = await collect(model.stream(request, options()))
    expect([text, degraded[0]?.code]).toEqual(['cheap answer', 'budget'])
  })
})

describe('the package', () => {
  let home: string
  beforeAll(async () => {
    await built()
    home = mkdtempSync(join(tmpdir(), 'moa-library-'))
  })
  afterAll(() => rmSync(home, { recursive: true }))
  const env = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '', HOME: home })
  /** Runs a program inside the package, where its own name leads to what was built. */
  const node = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, args, { cwd: root, env: env(), timeout: 30_000 })

  it('runs the example of the README as it is written', async () => {
    const [, code = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
    expect(code).toContain("from 'mixture-of-agents'")
    const { stdout, stderr } = await node('--input-type=module', '-e', code)
    expect(stdout).toContain('Merged from 3 proposals')
    expect(stderr).toBe('')
  })

  it.each(readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.js')))(
    'runs examples/%s',
    async (name) => {
      const { stdout } = await node(join('examples', name))
      expect(stdout.length).toBeGreaterThan(100)
    },
  )

  it('loads a TypeScript configuration that imports it, wherever that is', async () => {
    const config = join(home, 'moa.config.ts')
    writeFileSync(
      config,
      `import { defineConfig } from 'mixture-of-agents'
const models: Record<string, string> = { 'a/b': 'sim/ada' }
export default defineConfig({ models, defaultRecipe: 'a/b' })`,
    )
    const { stdout } = await node(
      join('dist', 'cli', 'main.js'),
      'ask',
      '-q',
      '--config',
      config,
      '--json',
      'Hi',
    )
    expect(JSON.parse(stdout)).toMatchObject({ recipe: 'a/b', model: 'ada', simulated: true })
  })
})
