import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig, type StartOptions } from './moa.js'

let sim: SimServer
let html: Server
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({ apiKeys: ['right-key'] })
  html = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Welcome</title>')
  })
  await new Promise<void>((resolve) => html.listen(0, '127.0.0.1', resolve))
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url))
  box.write('empty/.keep', '')
  box.write('bare.yaml', 'cache: false\n')
})
afterAll(async () => {
  await sim.close()
  html.close()
  box.remove()
})

const LAB = { LAB_KEY: 'right-key' }
/** Every mistake: what is asked, how it ends, and what the one line says. */
const MISTAKES: [string, readonly string[], number, RegExp, StartOptions?][] = [
  ['no question', ['ask'], 2, /^moa: There is no question\. .*moa ask/],
  ['an empty question', ['ask', '  '], 2, /^moa: There is no question/],
  ['an unknown command', ['aks', 'hi'], 2, /^moa: There is no command "aks"\. Did you mean "ask"\?/],
  ['an unknown flag', ['ask', '--recpe', 'x'], 2, /^moa: Unknown option '--recpe'\. Did you mean --recipe\?/],
  [
    'an unknown flag of a command',
    ['data', 'list', '--jso'],
    2,
    /Did you mean --json\? `moa data list --help`/,
  ],
  [
    'an unknown command of a group',
    ['cache', 'stat'],
    2,
    /^moa: There is no command "moa cache stat"\. Did you mean "stats"\? Expected one of stats, clear\.$/m,
  ],
  [
    'an unknown command of a group that does something by itself',
    ['runs', 'lst'],
    2,
    /^moa: There is no command "moa runs lst"\. Did you mean "list"\?/,
  ],
  ['a word too many', ['runs', 'list', 'all'], 2, /Too many arguments for 'list'/],
  ['a flag without its value', ['ask', '--recipe'], 2, /^moa: Option '-r, --recipe <name>' argument missing/],
  [
    'two flags that exclude each other',
    ['ask', '--json', '--jsonl', 'hi'],
    2,
    /^moa: Option '--json' cannot be used/,
  ],
  ['a number that is none', ['ask', '--layers', 'two', 'hi'], 2, /Expected a whole number from 2 to 16/],
  ['a number out of bounds', ['ask', '-t', '3', 'hi'], 2, /Expected a number from 0 to 2/],
  ['an unknown mode', ['ask', '--mode', 'other', 'hi'], 2, /Allowed choices are native, together/],
  [
    'an unknown recipe',
    ['ask', '-r', 'moa-light', 'hi'],
    2,
    /^moa: There is no recipe "moa-light"\. Did you mean "moa-lite"\?/,
  ],
  [
    'a recipe over models of one’s own, while there are none',
    ['ask', '-r', 'council', '--config', 'bare.yaml', 'hi'],
    2,
    /^moa: Recipe "council" is made of your own models, and there are none yet\. Set a key .*`moa init`\.$/m,
  ],
  [
    'an unknown provider',
    ['ask', '-r', 'opnai/x', 'hi'],
    2,
    /^moa: There is no provider "opnai" .*Did you mean "openai"\?/,
  ],
  [
    'a known provider without a key',
    ['ask', '-r', 'openai/x', 'hi'],
    2,
    /^moa: .*OpenAI: set OPENAI_API_KEY/,
  ],
  [
    'a provider without a model',
    ['ask', '-p', 'lab/', 'hi'],
    2,
    /^moa: Expected "provider\/model", got "lab\/"/,
  ],
  [
    'an unknown simulated model',
    ['ask', '-p', 'sim/adda', 'hi'],
    2,
    /^moa: There is no simulated model "adda"\. Did you mean "ada"\?/,
  ],
  [
    'an unknown model of a provider',
    ['ask', '-r', 'lab/adda', 'hi'],
    4,
    /^moa: lab .*adda.*Did you mean "ada"\? `moa models lab`/,
    { env: LAB },
  ],
  [
    'flags of a recipe on a single model',
    ['ask', '-r', 'lab/ada', '--layers', '3', 'hi'],
    2,
    /--layers changes a recipe/,
  ],
  [
    'a file that is not there',
    ['ask', '-f', 'nope.txt', 'hi'],
    2,
    /^moa: Cannot read nope\.txt: there is no such file\./,
  ],
  ['a folder for a file', ['ask', '-f', '.', 'hi'], 2, /^moa: Cannot read \.: it is a folder\./],
  ['a binary file', ['ask', '-f', 'binary.dat', 'hi'], 2, /^moa: binary\.dat is binary data, not text\./],
  [
    'binary standard input',
    ['ask'],
    2,
    /^moa: Standard input is binary data/,
    { input: Buffer.from([1, 0, 2]) },
  ],
  [
    'standard input that is not UTF-8',
    ['ask'],
    2,
    /not valid UTF-8 \(line 2\)/,
    { input: Buffer.from('a\n\xff\n', 'latin1') },
  ],
  [
    'a configuration that is not there',
    ['ask', '--config', 'x.yaml', 'hi'],
    2,
    /^moa: There is no configuration file .*x\.yaml/,
  ],
  ['broken YAML', ['ask', '--config', 'broken.yaml', 'hi'], 2, /^moa: .*broken\.yaml:2:1: .*\]/],
  [
    'a cyclic recipe',
    ['ask', '--config', 'cycle.yaml', '-r', 'one', 'hi'],
    2,
    /contains itself: one → two → one/,
  ],
  [
    'no proposers',
    ['ask', '--config', 'none.yaml', 'hi'],
    2,
    /none\.yaml:1:31: recipes › mine › proposers: must not be empty/,
  ],
  [
    'a missing template',
    ['ask', '-r', 'paper-moa', 'hi'],
    2,
    /needs the reference template.*synthesis-template\.txt/,
  ],
  [
    'a template without its mode',
    ['ask', '--template', 'broken.yaml', 'hi'],
    2,
    /only works with mode "together"/,
  ],
  [
    'a missing key',
    ['ask', '--config', 'keyless.yaml', '-r', 'lab/ada', 'hi'],
    2,
    /Set the environment variable NO_SUCH_KEY/,
  ],
  [
    'a refused key',
    ['ask', '-r', 'lab/ada', 'hi'],
    4,
    /^moa: lab .*HTTP 401/,
    { env: { LAB_KEY: 'wrong-key' } },
  ],
  [
    'a server that is not there',
    ['ask', '--config', 'dead.yaml', '-r', 'lab/ada', 'hi'],
    4,
    /nothing is listening/,
  ],
  [
    'a server that answers HTML',
    ['ask', '--config', 'html.yaml', '-r', 'lab/ada', 'hi'],
    4,
    /HTML|text\/html/,
  ],
  [
    'a base URL that is none',
    ['ask', '--config', 'url.yaml', '-r', 'lab/ada', 'hi'],
    2,
    /base URL of provider "lab" is not a URL/,
  ],
  ['too many arguments', ['config', 'show', 'this'], 2, /^moa: Too many arguments for 'show'/],
  ['an unknown shell', ['completion', 'csh'], 2, /Allowed choices are bash, zsh, fish/],
]

describe('a mistake is told in one clear line with the right exit code:', () => {
  beforeAll(() => {
    box.write('binary.dat', Buffer.from([0, 1, 2, 3]))
    box.write('broken.yaml', 'models: [a\nb: c\n')
    box.write(
      'cycle.yaml',
      'recipes:\n  one: { proposers: [two], aggregator: sim/ada }\n  two: { proposers: [one], aggregator: sim/ada }\n',
    )
    box.write('none.yaml', 'recipes: { mine: { proposers: [], aggregator: sim/ada } }\n')
    box.write('keyless.yaml', `providers: { lab: { baseURL: "${sim.url}", apiKeyEnv: NO_SUCH_KEY } }\n`)
    box.write(
      'dead.yaml',
      'providers: { lab: { baseURL: "http://127.0.0.1:9/v1", retry: { attempts: 1 } } }\n',
    )
    const { port } = html.address() as AddressInfo
    box.write(
      'html.yaml',
      `providers: { lab: { baseURL: "http://127.0.0.1:${port}", retry: { attempts: 1 } } }\n`,
    )
    box.write('url.yaml', 'providers: { lab: { baseURL: "not a url" } }\n')
  })

  it.each(MISTAKES)('%s', async (...[, args, exitCode, line, options = {}]) => {
    const { code, stdout, stderr } = await box.run(args, options)
    const lines = stderr
      .trimEnd()
      .split('\n')
      .filter((text) => text.startsWith('moa: '))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(line)
    expect(code).toBe(exitCode)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(stderr).not.toContain('right-key')
    expect(stdout).toBe('')
  })

  it('several mistakes of a configuration, one line each', async () => {
    box.write('many.yaml', 'proposer: []\nrecipes: { x: { layers: 1 } }\n')
    const { code, stderr } = await box.run(['ask', '--config', 'many.yaml', 'hi'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^moa: 2 mistakes:\n.*many\.yaml:1:1: .*\n.*many\.yaml:2:25: .*\n$/)
  })

  it('a stack only when MOA_DEBUG asks for it', async () => {
    const { stderr } = await box.run(['ask', '-r', 'nothing', 'hi'], { env: { MOA_DEBUG: '1' } })
    expect(stderr).toMatch(/\n\s+at /)
  })
})
