import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig } from './moa.js'

let sim: SimServer
let box: Sandbox
let answer: string
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url))
  box.write('runs/notes.txt', 'recordings')
  answer = (await box.run(['ask', '-q', '--record', 'runs/run.jsonl', 'Why is the sky blue?'])).stdout
  await sim.close()
  box.write(
    'replay/moa.config.yaml',
    `providers:
  replay: { replay: ../runs/run.jsonl, speed: 1000 }
recipes:
  again: { proposers: [replay/lab/ada, replay/lab/grace, replay/lab/alan], aggregator: replay/lab/barbara }
`,
  )
})
afterAll(() => box.remove())

const config = ['--config', 'replay/moa.config.yaml']

describe('a recording as a provider', () => {
  it('answers as its models did: alone, as a whole run, and under a recipe of its own', async () => {
    const whole = await box.run(['ask', '-q', ...config, '-r', 'replay/moa-lite', 'Why is the sky blue?'])
    expect([whole.code, whole.stderr, whole.stdout]).toEqual([0, '', answer])
    const one = await box.run(['ask', ...config, '-r', 'replay/lab/ada', '--json', 'Why is the sky blue?'])
    expect(one.code).toBe(0)
    expect(JSON.parse(one.stdout)).toMatchObject({ calls: [{ model: 'ada', replayedFrom: 'recording' }] })
    const mixed = await box.run(['ask', ...config, '-r', 'again', '--json', 'Why is the sky blue?'])
    const result = JSON.parse(mixed.stdout) as { answer: string; calls: { replayedFrom?: string }[] }
    expect(result.answer.trim()).toBe(answer.trim())
    expect(result.calls.every(({ replayedFrom }) => replayedFrom === 'recording')).toBe(true)
  })

  it('is listed with its models', async () => {
    const { code, stdout } = await box.run(['models', 'replay', ...config])
    expect(code).toBe(0)
    expect(stdout.trim().split('\n').sort()).toEqual([
      ...['replay/lab/ada', 'replay/lab/alan', 'replay/lab/barbara', 'replay/lab/grace', 'replay/moa-lite'],
    ])
  })

  it('says what it does not hold, and asks nobody else', async () => {
    const question = await box.run(['ask', '-q', ...config, '-r', 'replay/lab/ada', 'Something else?'])
    expect([question.code, question.stdout]).toEqual([2, ''])
    expect(question.stderr).toMatch(
      /^moa: The recording .*runs\/run\.jsonl holds no answer of lab\/ada to this request\. Only requests that were recorded can be answered\.\n$/,
    )
    const model = await box.run(['ask', '-q', ...config, '-r', 'replay/lab/addda', 'Why is the sky blue?'])
    expect(model.code).toBe(2)
    expect(model.stderr).toMatch(/holds no answer of lab\/addda\. Did you mean "lab\/ada"\? It holds: /)
    const run = await box.run(['ask', '-q', ...config, '-r', 'again', 'Something else?'])
    expect([run.code, run.stdout]).toEqual([4, ''])
    expect(run.stderr).toContain('holds no answer of lab/ada to this request')
  })

  it.each([
    ['{ replay: ../runs/run.jsonl, baseURL: "http://x/v1" }', /2:\d+: .*"baseURL" is for servers/],
    ['{ baseURL: "http://x/v1", speed: 2 }', /2:\d+: .*"speed" goes with "replay"/],
    ['{ replay: none.jsonl }', /Can't read the recording .*none\.jsonl/],
  ])('%s is told', async (provider, message) => {
    box.write('wrong/moa.config.yaml', `providers:\n  replay: ${provider}\n`)
    const { code, stderr } = await box.run([
      ...['ask', '-q', '--config', 'wrong/moa.config.yaml', '-r', 'replay/lab/ada', 'Hi'],
    ])
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })
})
