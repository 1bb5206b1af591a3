import { spawn } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig, main } from './moa.js'

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({})
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url))
})
afterEach(async () => {
  await sim.idle()
  sim.clearLog()
})
afterAll(async () => {
  await sim.close()
  box.remove()
})

const PANEL = ['-p', 'lab/ada+hang-before', '-p', 'lab/grace+slow=50+tokens=500', '-a', 'lab/barbara']

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s aborts every call, then ends with %d', async (signal, exitCode) => {
    const started = box.start(['ask', ...PANEL, 'Hi'], { input: '' })
    await started.until(() => sim.inFlight === 2, 'both calls')
    started.child.kill(signal)
    const { code, stdout, stderr } = await started.ended
    expect([code, stdout]).toEqual([exitCode, ''])
    expect(stderr).toMatch(/moa: interrupted\.\n$/)
    await sim.idle()
    expect(sim.log.map(({ outcome, clientLeftAtMs }) => [outcome, clientLeftAtMs !== undefined])).toEqual([
      [expect.stringMatching(/client-left|fault/), true],
      [expect.stringMatching(/client-left|fault/), true],
    ])
  })

  it('the second interrupt ends at once', async () => {
    const started = box.start(['sim', '--port', '0'], { input: '' })
    await started.until(() => started.stdout.includes('http://'), 'the server')
    started.child.kill('SIGINT')
    started.child.kill('SIGINT')
    expect((await started.ended).code).toBe(130)
  })

  it('keeps what was streamed before the interrupt', async () => {
    const started = box.start(['ask', '--recipe', 'lab/ada+pace=20+tokens=2000', 'Hi'], { input: '' })
    await started.until(() => started.stdout.length > 20, 'the beginning of the answer')
    started.child.kill('SIGINT')
    const { code, stdout } = await started.ended
    expect(code).toBe(130)
    expect(stdout.endsWith('\n')).toBe(true)
  })
})

describe('a closed output', () => {
  it('ends quietly and aborts what runs', async () => {
    const command = `"${process.execPath}" "${main}" ask -q --recipe lab/ada+pace=5+tokens=5000 Hi; echo "code $?" >&2`
    const child = spawn('sh', ['-c', `{ ${command}; } | head -c 40`], {
      cwd: box.cwd,
      env: box.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
    await new Promise((resolve) => child.on('close', resolve))
    expect(stdout).toHaveLength(40)
    expect(stderr).toBe('code 0\n')
    await sim.idle()
    expect(sim.log.map(({ outcome }) => outcome)).toEqual(['client-left'])
  })
})
