import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunTrace } from '../../src/core/index.js'
import { readRecording } from '../../src/record/index.js'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig, type Started } from './moa.js'

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url))
})
afterAll(async () => {
  await sim.close()
  box.remove()
})

async function serve(...flags: string[]): Promise<{ started: Started; url: string }> {
  const started = box.start(['serve', '--port', '0', '--log', 'off', ...flags])
  await started.until(() => started.stdout.includes('\n'), 'the address')
  return { started, url: started.stdout.split('\n')[0] ?? '' }
}

async function ask(url: string, model: string, content: string): Promise<Response> {
  const base = url.endsWith('/v1') ? url : `${url}/v1`
  return fetch(`${base}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content }] }),
  })
}

async function stop(started: Started): Promise<void> {
  started.child.kill('SIGTERM')
  await started.ended
}

interface Reply {
  readonly choices: readonly { readonly message: { readonly content: string } }[]
}

describe('a gateway', () => {
  let answer: string

  it('keeps its runs in the history and records them, also after reading its configuration again', async () => {
    const { started, url } = await serve('--record', 'gateway.jsonl.gz')
    const first = await ask(url, 'moa-lite', 'Why is the sky blue?')
    expect(first.status).toBe(200)
    answer = ((await first.json()) as Reply).choices[0]?.message.content ?? ''
    started.child.kill('SIGHUP')
    await started.until(() => started.stderr.includes('Configuration read again'), 'the configuration')
    expect((await ask(url, 'lab/ada', 'And the sea?')).status).toBe(200)
    await stop(started)
    const runs = JSON.parse((await box.run(['runs', 'list', '--json'])).stdout) as RunTrace[]
    expect(runs.map(({ source, recipe, outcome }) => [source, recipe, outcome])).toEqual([
      ['gateway', 'lab/ada', 'finished'],
      ['gateway', 'moa-lite', 'finished'],
    ])
    const recording = readRecording(`${box.cwd}/gateway.jsonl.gz`)
    expect(recording.warnings).toEqual([])
    expect(recording.runs.map(({ run, recipe }) => [run, recipe])).toEqual([
      [runs[1]?.id, 'moa-lite'],
      [runs[0]?.id, 'lab/ada'],
    ])
  })

  it('serves a recording, and refuses what it does not hold', async () => {
    box.write(
      'replay.config.yaml',
      'providers: { replay: { replay: gateway.jsonl.gz, speed: 1000 } }\ndefaultRecipe: replay/moa-lite\n',
    )
    sim.clearLog()
    const { started, url } = await serve('--config', 'replay.config.yaml')
    const held = await ask(url, 'replay/moa-lite', 'Why is the sky blue?')
    expect(held.status).toBe(200)
    expect(((await held.json()) as Reply).choices[0]?.message.content).toBe(answer)
    const other = await ask(url, 'replay/lab/ada', 'Something else?')
    expect(other.status).toBe(404)
    expect(await other.text()).toContain('holds no answer of lab/ada to this request')
    await stop(started)
    expect(sim.log).toEqual([])
  })
})
