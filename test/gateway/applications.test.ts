import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKey, memoryKeyStore } from '../../src/gateway/index.js'
import { Lab } from './harness.js'

/**
 * Applications that people point at a gateway, each with a home folder of its own. They come from elsewhere, so each
 * runs only where a variable names its program: `MOA_TEST_CLAUDE`, `MOA_TEST_CN`, `MOA_TEST_CODEX`, `MOA_TEST_OPENCODE`.
 */
interface Application {
  readonly variable: string
  /** A tool of its own that does no harm, as the question names it. */
  readonly tool: string
  readonly env?: (url: string, key: string) => Readonly<Record<string, string>>
  /** Its configuration: a file in its home folder. */
  readonly file?: (url: string, key: string) => readonly [string, string]
  readonly args: (question: string, home: string) => readonly string[]
}

const APPLICATIONS: readonly Application[] = [
  {
    variable: 'MOA_TEST_CLAUDE',
    tool: 'ListAgents',
    env: (url, key) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_AUTH_TOKEN: key,
      ANTHROPIC_MODEL: 'pair',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
    }),
    args: (question) => ['-p', question, '--max-turns', '4'],
  },
  {
    variable: 'MOA_TEST_CN',
    tool: 'List',
    file: (url, key) => [
      'config.yaml',
      `name: Local\nversion: 1.0.0\nschema: v1\nmodels:\n  - { name: Mixture, provider: openai, model: pair, apiBase: ${url}/v1/, apiKey: ${key} }\n`,
    ],
    env: () => ({ CONTINUE_TELEMETRY_ENABLED: '0', CONTINUE_METRICS_ENABLED: '0' }),
    args: (question, home) => ['-p', question, '--auto', '--config', join(home, 'config.yaml')],
  },
  {
    variable: 'MOA_TEST_CODEX',
    tool: 'get_goal',
    env: (_, key) => ({ MOA_KEY: key }),
    file: (url) => [
      'config.toml',
      `model = "pair"\nmodel_provider = "moa"\nweb_search = "disabled"\ncheck_for_update_on_startup = false\n[analytics]\nenabled = false\n[model_providers.moa]\nname = "Mixture"\nbase_url = "${url}/v1"\nwire_api = "responses"\nenv_key = "MOA_KEY"\n`,
    ],
    args: (question) => ['exec', '--skip-git-repo-check', question],
  },
  {
    variable: 'MOA_TEST_OPENCODE',
    tool: 'glob',
    env: () => ({ OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' }),
    file: (url, apiKey) => [
      'opencode.json',
      JSON.stringify({
        provider: {
          moa: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: `${url}/v1`, apiKey },
            models: { pair: {}, 'lab/ada': {} },
          },
        },
        model: 'moa/pair',
        small_model: 'moa/lab/ada',
      }),
    ],
    args: (question) => ['run', question],
  },
]

let lab: Lab
let key: string
const homes: string[] = []
beforeAll(async () => {
  const keys = memoryKeyStore()
  key = (await createKey(keys, { name: 'applications', now: Date.now() })).key
  lab = await Lab.open({ gateway: { keys } })
})
afterAll(async () => {
  await lab.close()
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

/** What an application prints for a question, asked in an empty folder. */
async function ask({ variable, env, file, args }: Application, question: string): Promise<string> {
  const program = process.env[variable] as string
  const home = mkdtempSync(join(tmpdir(), 'moa-application-'))
  homes.push(home)
  if (file) {
    const [name, text] = file(lab.url, key)
    writeFileSync(join(home, name), text)
  }
  const script = program.endsWith('.js')
  const child = spawn(
    script ? process.execPath : program,
    [...(script ? [program] : []), ...args(question, home)],
    {
      cwd: home,
      env: {
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: home,
        CODEX_HOME: home,
        ...env?.(lab.url, key),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
      signal: AbortSignal.timeout(100_000),
    },
  )
  let printed = ''
  for await (const text of child.stdout.setEncoding('utf8')) printed += text
  return printed
}

for (const application of APPLICATIONS) {
  const here = (process.env[application.variable] ?? '') !== ''
  if (!here) console.warn(`skipped: ${application.variable} names no program`)
  describe.skipIf(!here)(`the application of ${application.variable}`, () => {
    it('prints the answer of a mixture', { timeout: 120_000 }, async () => {
      expect(await ask(application, 'What are some fun things to do in SF?')).toContain('Merged from')
    })

    it('runs a tool and goes on with its result', { timeout: 120_000 }, async () => {
      lab.sim.clearLog()
      await ask(application, `Use ${application.tool} now.`)
      const roles = lab.sim.log.flatMap(({ messages = [] }) => messages.map(({ role }) => role))
      expect(roles).toContain('tool')
    })
  })
}
