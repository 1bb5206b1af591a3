import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MoaError } from '../core/index.js'
import type { Host } from './host.js'
import { loadSettings, type LoadOptions } from './load.js'
import { OWN_RECIPE_NAMES } from './recipes.js'
import type { KnownProvider, Settings } from './settings.js'

const known: KnownProvider[] = [
  { name: 'together', baseURL: 'https://together.test/v1', keyVariables: ['TOGETHER_API_KEY'] },
  { name: 'openai', baseURL: 'https://openai.test/v1', keyVariables: ['OPENAI_API_KEY'] },
  { name: 'ollama', baseURL: 'http://127.0.0.1:11434/v1', keyVariables: [], local: true },
]
const suggested = { together: ['t1', 't2', 't3'], openai: ['o1', 'o2'] }

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'moa-config-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

function load(
  env: Host['env'] = {},
  options: Partial<LoadOptions> & { cwd?: string } = {},
): Promise<Settings> {
  const cwd = join(root, options.cwd ?? 'project')
  mkdirSync(cwd, { recursive: true })
  const host: Host = { env, cwd, home: join(root, 'home'), platform: 'linux' }
  return loadSettings({ known, suggested, host, ...options })
}

/** The lines of the error a configuration gives, with the folder taken out. */
async function mistakes(yaml: string, env: Host['env'] = {}, name = 'moa.config.yaml'): Promise<string[]> {
  write(`project/${name}`, yaml)
  const error = await load(env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof MoaError)) return [`no error: ${String(error)}`]
  expect(error.code).toBe('config_invalid')
  return error.message.replaceAll(`${root}/project/`, '').split('\n')
}

describe('loadSettings without a file', () => {
  it('finds providers by their keys, in the order of the table', async () => {
    const settings = await load({ OPENAI_API_KEY: 'sk-o', TOGETHER_API_KEY: 'sk-t', OTHER: 'x' })
    expect(settings.providers).toEqual([
      { name: 'together', source: 'environment', local: false, keyFrom: 'TOGETHER_API_KEY', apiKey: 'sk-t' },
      { name: 'openai', source: 'environment', local: false, keyFrom: 'OPENAI_API_KEY', apiKey: 'sk-o' },
    ])
  })

  it('sends the key of OpenAI where OPENAI_BASE_URL says', async () => {
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://proxy/v1' }
    expect((await load(env)).providers[0]?.baseURL).toBe('http://proxy/v1')
    write('project/moa.config.yaml', 'providers: { openai: { concurrency: 3 } }')
    expect((await load(env)).providers[0]?.baseURL).toBe('http://proxy/v1')
    write('project/moa.config.yaml', 'providers: { openai: { baseURL: "http://file/v1" } }')
    expect((await load(env)).providers[0]?.baseURL).toBe('http://file/v1')
  })

  it('makes the own recipes of the best models of every provider in turn', async () => {
    const settings = await load({ OPENAI_API_KEY: 'sk-o', TOGETHER_API_KEY: 'sk-t' })
    expect(settings.own).toEqual({
      proposers: ['together/t1', 'openai/o1', 'together/t2', 'openai/o2', 'together/t3'],
      aggregator: 'together/t1',
    })
    expect(Object.keys(settings.recipes)).toEqual([
      'paper-moa',
      'paper-moa-lite',
      'demo',
      ...OWN_RECIPE_NAMES,
    ])
    expect(OWN_RECIPE_NAMES.slice(0, 3)).toEqual(['moa', 'moa-lite', 'self-moa'])
  })

  it('has shipped recipes only when nothing is found', async () => {
    const settings = await load()
    expect(settings.own).toBeUndefined()
    expect(Object.keys(settings.recipes)).toEqual(['paper-moa', 'paper-moa-lite', 'demo'])
  })

  it('takes an empty key for a missing one', async () => {
    expect((await load({ OPENAI_API_KEY: '' })).providers).toEqual([])
  })

  it('gives the reference template of the data folder to recipes of mode together', async () => {
    write('data/moa/synthesis-template.txt', 'T')
    const settings = await load({ XDG_DATA_HOME: join(root, 'data') })
    expect(settings.recipes['paper-moa']?.template).toBe('T')
    expect(settings.recipes['demo']?.template).toBeUndefined()
    expect((await load()).recipes['paper-moa']?.template).toBeUndefined()
  })

  it('takes proxies from the environment', async () => {
    const settings = await load({ HTTPS_PROXY: 'http://a', https_proxy: 'http://b', NO_PROXY: 'x' })
    expect(settings.proxy).toEqual({ https: 'http://b', no: 'x' })
  })
})

describe('loadSettings with files', () => {
  it('finds the nearest file upward and lets it win over the user’s, key by key', async () => {
    write(
      'home/.config/moa/moa.config.yaml',
      `
defaultRecipe: moa
providers:
  gpu: { baseURL: http://gpu/v1, concurrency: 2, headers: { a: "1" } }
models: { old/a: new/a, old/b: new/b }
`,
    )
    write(
      'project/moa.config.json',
      '{"providers": {"gpu": {"concurrency": 8, "headers": {"b": "2"}}}, "models": {"old/b": "newer/b"}}',
    )
    const settings = await load({}, { cwd: 'project/deep/er' })
    expect(settings.files).toEqual([
      join(root, 'home/.config/moa/moa.config.yaml'),
      join(root, 'project/moa.config.json'),
    ])
    expect(settings.defaultRecipe).toBe('moa')
    expect(settings.models).toEqual({ 'old/a': 'new/a', 'old/b': 'newer/b' })
    expect(settings.providers).toEqual([
      {
        name: 'gpu',
        source: 'configuration',
        local: false,
        baseURL: 'http://gpu/v1',
        concurrency: 8,
        headers: { a: '1', b: '2' },
      },
    ])
  })

  it('takes a named file in place of the project’s', async () => {
    write('project/moa.config.yaml', 'defaultRecipe: demo')
    const file = write('else/where.yaml', 'defaultRecipe: moa')
    expect((await load({}, { file })).defaultRecipe).toBe('moa')
    await expect(load({}, { file: 'nowhere.yaml' })).rejects.toThrow(
      /There is no configuration file .*nowhere/,
    )
  })

  it('refuses two files in one folder', async () => {
    write('project/moa.config.yml', '{}')
    expect(await mistakes('{}')).toEqual([
      `${root}/project holds two configuration files, moa.config.yaml and moa.config.yml; keep one.`,
    ])
  })

  it('accepts an empty file and JSON indented with tabs', async () => {
    write('project/moa.config.yaml', '# nothing yet\n')
    expect((await load()).own).toBeUndefined()
    rmSync(join(root, 'project/moa.config.yaml'))
    write(
      'project/moa.config.json',
      '{\n\t"defaultRecipe": "demo",\n\t"models": {\n\t\t"a/b": "c/d"\n\t}\n}\n',
    )
    expect((await load()).models).toEqual({ 'a/b': 'c/d' })
  })

  it('reads .env beside the file; what the environment says wins', async () => {
    write('project/.env', 'OPENAI_API_KEY="from file"\nTOGETHER_API_KEY=from-file\n')
    write('project/moa.config.yaml', 'providers: { x: { baseURL: "http://${HOST_NAME:-local}/v1" } }')
    const settings = await load({ TOGETHER_API_KEY: 'from-environment' })
    expect(settings.providers.map(({ name, apiKey, baseURL }) => [name, apiKey ?? baseURL])).toEqual([
      ['x', 'http://local/v1'],
      ['together', 'from-environment'],
      ['openai', 'from file'],
    ])
  })

  it('does not read .env without a file beside it', async () => {
    write('project/.env', 'OPENAI_API_KEY=x')
    expect((await load()).providers).toEqual([])
  })

  it('uses the chosen models, the first proposer as aggregator', async () => {
    write('project/moa.config.yaml', 'proposers: [a/x, b/y]')
    expect((await load({ OPENAI_API_KEY: 'k' })).own).toEqual({
      proposers: ['a/x', 'b/y'],
      aggregator: 'a/x',
    })
    write('project/moa.config.yaml', 'aggregator: a/x')
    expect((await load({ OPENAI_API_KEY: 'k' })).own).toEqual({
      proposers: ['openai/o1', 'openai/o2'],
      aggregator: 'a/x',
    })
    expect((await load()).own).toEqual({ proposers: ['a/x'], aggregator: 'a/x' })
  })

  it('takes keys from apiKey, apiKeyEnv or the known variable, and says which are missing', async () => {
    write(
      'project/moa.config.yaml',
      `
providers:
  openai: { apiKeyEnv: MY_KEY }
  together: {}
  one: { baseURL: http://one, apiKey: "\${SECRET}" }
  two: { baseURL: http://two, apiKeyEnv: NOT_SET }
  three: { baseURL: http://three }
  ollama: {}
`,
    )
    const settings = await load({ MY_KEY: 'mine', SECRET: 'hush' })
    expect(
      Object.fromEntries(
        settings.providers.map((provider) => [provider.name, provider.keyFrom ?? provider.missingKey]),
      ),
    ).toEqual({
      openai: 'MY_KEY',
      together: ['TOGETHER_API_KEY'],
      one: 'configuration',
      two: ['NOT_SET'],
      three: undefined,
      ollama: undefined,
    })
    expect(settings.own?.proposers).toEqual(['openai/o1', 'openai/o2'])
  })

  it('leaves out a provider that is not enabled', async () => {
    write('project/moa.config.yaml', 'providers: { openai: { enabled: false } }')
    expect((await load({ OPENAI_API_KEY: 'k' })).providers).toEqual([])
  })

  it('runs TypeScript and JavaScript', async () => {
    write(
      'project/moa.config.ts',
      `const models: Record<string, string> = { 'a/b': 'c/d' }\nexport default { models, defaultRecipe: 'demo' as const }`,
    )
    expect((await load()).models).toEqual({ 'a/b': 'c/d' })
    rmSync(join(root, 'project/moa.config.ts'))
    write('project/moa.config.mjs', `export default { defaultRecipe: 'demo' }`)
    expect((await load()).defaultRecipe).toBe('demo')
  })

  it('reads templates relative to the file, and home folders', async () => {
    write('project/t.txt', 'Template')
    write(
      'project/moa.config.yaml',
      'recipes: { mine: { mode: together, template: t.txt, proposers: [a/b], aggregator: c/d } }\ndataFolder: ~/there',
    )
    const settings = await load()
    expect(settings.recipes['mine']?.template).toBe('Template')
    expect(settings.writtenRecipes).toEqual(['mine'])
    expect(settings.dataFolder).toBe(join(root, 'home/there'))
  })

  it('lets recipes extend others', async () => {
    write(
      'project/moa.config.yaml',
      `
recipes:
  deep: { extends: wide, layers: 4, description: deep }
  wide: { extends: demo, proposers: [a/b, c/d] }
  staged: { extends: demo, stages: [{ kind: synthesize, slots: [a/b] }] }
`,
    )
    const { recipes } = await load()
    expect(recipes['deep']).toMatchObject({
      proposers: ['a/b', 'c/d'],
      aggregator: 'sim/barbara',
      layers: 4,
      description: 'deep',
    })
    expect(recipes['staged']).not.toHaveProperty('proposers')
    // What demo says of itself is not true of these.
    expect(recipes['wide']?.description).toBe('Like demo, but for: proposers.')
  })

  it('leaves out, with a warning, a recipe that extends one nobody has models for', async () => {
    write('project/moa.config.yaml', 'recipes:\n  mine: { extends: moa-lite, layers: 3 }')
    const settings = await load()
    expect(settings.writtenRecipes).toEqual([])
    expect(settings.warnings.join()).toContain('moa.config.yaml:2:3: ')
    expect((await load({ OPENAI_API_KEY: 'k' })).recipes['mine']?.layers).toBe(3)
  })

  it('warns of secrets in the file', async () => {
    write(
      'project/moa.config.yaml',
      'providers:\n  openai:\n    apiKey: sk-abcdefghijklmnop\n  x:\n    baseURL: http://me:pw@host/v1\n    headers: { Authorization: "Bearer 123456" }\ngateway:\n  redis: redis://:hush@host\n',
    )
    const warnings = (await load()).warnings.map((line) => line.replace(`${root}/project/`, ''))
    expect(warnings.map((line) => line.split(': ')[0])).toEqual([
      'moa.config.yaml:3:13',
      'moa.config.yaml:5:14',
      'moa.config.yaml:6:31',
      'moa.config.yaml:8:10',
    ])
    expect(warnings.join()).not.toMatch(/sk-abc|hush/)
  })
})

describe('mistakes in a file', () => {
  it('are all reported, each with its line and column', async () => {
    expect(
      await mistakes(`
proposer: [a/b]
recipes:
  mine:
    proposers: [a/b]
    aggregator: c/d
    layers: two
    layrs: 1
providers:
  openai:
    concurrency: 0
    apikey: x
prices:
  openai/o1: { input: 1 }
`),
    ).toEqual([
      'moa.config.yaml:2:1: unknown key "proposer". Did you mean "proposers"?',
      'moa.config.yaml:7:13: recipes › mine › layers: expected a number, got "two".',
      'moa.config.yaml:8:5: recipes › mine: unknown key "layrs". Did you mean "layers"?',
      'moa.config.yaml:11:18: providers › openai › concurrency: must be greater than 0, got 0.',
      'moa.config.yaml:12:5: providers › openai: unknown key "apikey". Did you mean "apiKey"?',
      'moa.config.yaml:14:14: prices › openai/o1 › output: expected a number, got nothing.',
    ])
  })

  it.each([
    ['broken syntax', 'a: [1, 2\nb: 3\n', ['moa.config.yaml:2:1: Flow sequence']],
    ['a key twice', 'models: {}\nmodels: {}\n', ['moa.config.yaml:2:1: Map keys must be unique.']],
    ['an unknown anchor', 'models: *there\n', ['moa.config.yaml:1:9: there is no anchor "&there"']],
    ['a list', '- a\n', ['moa.config.yaml:1:1: expected keys and values, got a list.']],
    ['a tab as indentation', 'models:\n\ta: b\n', ['moa.config.yaml:2:1: Tabs are not allowed']],
    [
      'a missing variable',
      'models:\n  a/b: ${MY_MODEL}\n',
      [
        'moa.config.yaml:2:8: models › a/b: the environment variable MY_MODEL is not set. Did you mean "MY_MODELS"?',
      ],
    ],
    [
      'a broken reference',
      'models: { a/b: "${1}" }',
      ['moa.config.yaml:1:16: models › a/b: a reference is ${NAME}'],
    ],
    [
      'an unknown provider without base URL',
      'providers:\n  opnai: {}\n',
      ['moa.config.yaml:2:3: providers: "opnai" is not a known provider. Did you mean "openai"?'],
    ],
    [
      'an unknown default recipe',
      'defaultRecipe: moa-light\n',
      ['moa.config.yaml:1:16: defaultRecipe: there is no recipe "moa-light". Did you mean "moa-lite"?'],
    ],
    [
      'no proposers',
      'recipes:\n  mine:\n    proposers: []\n    aggregator: a/b\n',
      ['moa.config.yaml:3:16: recipes › mine › proposers: must not be empty.'],
    ],
    [
      'no aggregator',
      'recipes:\n  mine:\n    proposers: [a/b]\n',
      ['moa.config.yaml:2:3: recipes › mine: there is no aggregator'],
    ],
    [
      'shorthand and stages together',
      'recipes:\n  mine: { layers: 2, stages: [{ kind: synthesize, slots: [a/b] }] }\n',
      ['moa.config.yaml:2:3: recipes › mine: state either "stages" or the shorthand'],
    ],
    [
      'a recipe that extends itself',
      'recipes:\n  one: { extends: two }\n  two: { extends: one }\n',
      [
        'moa.config.yaml:2:3: recipes › one: extends itself: one → two → one.',
        'moa.config.yaml:3:3: recipes › two: extends itself: two → one → two.',
      ],
    ],
    [
      'a recipe that extends nothing',
      'recipes:\n  mine: { extends: dmo }\n',
      ['moa.config.yaml:2:3: recipes › mine: extends "dmo", which is not there. Did you mean "demo"?'],
    ],
    [
      'a template that is not there',
      'recipes:\n  mine: { mode: together, template: t.txt, proposers: [a/b], aggregator: a/b }\n',
      ['moa.config.yaml:2:37: recipes › mine › template: cannot read the template'],
    ],
  ])('%s', async (_, yaml, expected) => {
    const lines = await mistakes(yaml, { MY_MODELS: 'x' })
    expect(lines.map((line, index) => line.slice(0, expected[index]?.length))).toEqual(expected)
  })

  it('name the keys where the file is a program', async () => {
    expect(await mistakes('export default { models: { a: 1 } }', {}, 'moa.config.mjs')).toEqual([
      'moa.config.mjs: models › a: expected a text, got 1.',
    ])
    expect(await mistakes('export default {', {}, 'moa.config.mjs')).toHaveLength(1)
  })

  it('of both files are reported together', async () => {
    write('home/.config/moa/moa.config.yaml', 'x: 1')
    expect(await mistakes('y: 1')).toHaveLength(2)
  })
})
