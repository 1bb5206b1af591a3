import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig } from './moa.js'

const QUESTION = 'What is 17 times 3? End with "The answer is …".'

let sim: SimServer
let box: Sandbox
let answer: string
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url))
  answer = (await box.run(['ask', '-q', '--record', 'run.jsonl.gz', QUESTION])).stdout
  await box.run(['chat', '--record', 'chat.jsonl'], { input: 'One?\nTwo?\n' })
  await box.run(['ask', '-q', '-r', 'lab/ada', '--record', 'single.jsonl', QUESTION])
})
beforeEach(() => sim.clearLog())
afterAll(async () => {
  await sim.close()
  box.remove()
})

const asked = (): string[] => sim.log.map(({ model }) => model ?? '').sort()
const json = (text: string): Record<string, never> => JSON.parse(text) as Record<string, never>

describe('moa replay', () => {
  it('plays a run as it was, without asking anybody', async () => {
    const { code, stdout, stderr } = await box.run(['replay', 'run.jsonl.gz'])
    expect([code, stdout, asked()]).toEqual([0, answer, []])
    expect(stderr).toMatch(/layer 1 of 2 · proposals\n( {2}lab\/\w+: .*\n){3}layer 2 of 2 · answer\n/)
    expect(stderr).toMatch(/total +4 /)
  })

  it.each([['--fast'], ['--speed', '20']])('plays it %s', async (...flags) => {
    const { code, stdout } = await box.run(['replay', 'run.jsonl.gz', '-q', ...flags])
    expect([code, stdout, asked()]).toEqual([0, answer, []])
  })

  it('prints what ask printed with --json, with every call marked as replayed', async () => {
    const { stdout } = await box.run(['replay', 'run.jsonl.gz', '--fast', '--json'])
    const result = json(stdout) as unknown as { answer: string; calls: { replayedFrom?: string }[] }
    expect(result.answer.trim()).toBe(answer.trim())
    expect(result.calls.map(({ replayedFrom }) => replayedFrom)).toEqual(Array(4).fill('recording'))
    const lines = (await box.run(['replay', 'run.jsonl.gz', '--fast', '--jsonl'])).stdout.trim().split('\n')
    expect(lines.map((line) => json(line)['type']).slice(0, 2)).toEqual(['run-start', 'stage-start'])
    expect(json(lines.at(-1) ?? '')).toMatchObject({ type: 'finish', reason: 'stop' })
  })

  it('plays a single model', async () => {
    const { code, stdout } = await box.run(['replay', 'single.jsonl', '--fast', '--json'])
    const result = json(stdout) as unknown as { recipe: string; calls: { model: string }[] }
    expect([code, result.recipe, result.calls.map(({ model }) => model)]).toEqual([0, 'lab/ada', ['ada']])
  })

  it('shows one event for each Enter, and the rest when the input ends', async () => {
    const started = box.start(['replay', 'run.jsonl.gz', '--step'])
    const shown = (): number => started.stdout.split('\n').length - 1
    for (let count = 1; count <= 3; count += 1) {
      await started.until(() => shown() === count, `event ${count}`)
      started.child.stdin?.write('\n')
    }
    await started.until(() => shown() === 4, 'event 4')
    expect(started.stdout).toMatch(
      /^ +0\.\d{3} s {2}run-start {2}moa-lite run_.*\n.* stage-start {2}1 propose\n/,
    )
    started.child.stdin?.end()
    const { code, stdout } = await started.ended
    expect([code, asked()]).toEqual([0, []])
    expect(stdout.trim().split('\n').at(-1)).toMatch(/finish {2}stop/)
  })

  it('lists the runs of a file and plays the one that is named, else the last', async () => {
    const list = await box.run(['replay', 'chat.jsonl', '--list', '--json'])
    const runs = JSON.parse(list.stdout) as { run: string; question: string; outcome: string }[]
    expect(runs).toMatchObject([
      { number: 1, question: 'One?', outcome: 'stop' },
      { number: 2, question: 'Two?', outcome: 'stop' },
    ])
    const text = await box.run(['replay', 'chat.jsonl', '--list'])
    expect(text.stdout).toMatch(/^run +at \(UTC\) +outcome +question\n1 moa-lite .* stop +One\?\n2 moa-lite/)
    const last = await box.run(['replay', 'chat.jsonl', '--fast', '--json'])
    expect(last.stderr).toContain('chat.jsonl holds 2 runs; this is the last.')
    expect(json(last.stdout)).toMatchObject({ runId: runs[1]?.run })
    for (const name of ['1', runs[0]?.run ?? '', runs[0]?.run.slice(4, 20) ?? '']) {
      const first = await box.run(['replay', 'chat.jsonl', '--fast', '--json', '--run', name])
      expect(json(first.stdout)).toMatchObject({ runId: runs[0]?.run })
    }
  })
})

describe('moa replay, answered anew', () => {
  it('asks only the new aggregator', async () => {
    const { code, stdout, stderr } = await box.run(['replay', 'run.jsonl.gz', '-a', 'lab/donald'])
    expect([code, asked()]).toEqual([0, ['donald']])
    expect(stdout).not.toBe('')
    expect(stderr).toContain('lab/donald')
  })

  it('asks the aggregator in another prompt mode', async () => {
    box.write('template.txt', 'Synthesize these:')
    const { code } = await box.run([
      ...['replay', 'run.jsonl.gz', '-q', '--mode', 'together', '--template', 'template.txt'],
    ])
    expect([code, asked()]).toEqual([0, ['barbara']])
    const messages = JSON.stringify(sim.log[0]?.messages)
    expect(messages).toContain('Synthesize these:')
    sim.clearLog()
    // Nothing has changed in this mode, so the recorded answer stands.
    const same = await box.run(['replay', 'run.jsonl.gz', '-q', '--mode', 'native'])
    expect([same.stdout, asked()]).toEqual([answer, []])
  })

  it('leaves out proposers, disclosed', async () => {
    const { code, stdout } = await box.run([
      ...['replay', 'run.jsonl.gz', '--json', '--without', 'lab/ada', '--without', 'lab/alan'],
    ])
    const result = json(stdout) as unknown as { proposals: { slot: { name: string } }[]; degraded: unknown[] }
    expect([code, asked()]).toEqual([0, ['barbara']])
    expect(result.proposals.map(({ slot }) => slot.name)).toEqual(['lab/grace'])
    expect(JSON.stringify(result.degraded)).toContain('lab/ada is left out of this replay')
  })

  it('tells what the answer owes to each proposer', async () => {
    const { code, stdout } = await box.run(['replay', 'run.jsonl.gz', '--influence', '--json'])
    expect(code).toBe(0)
    expect(asked()).toEqual(['barbara', 'barbara', 'barbara', 'barbara'])
    const report = JSON.parse(stdout) as {
      proposers: { proposer: string; change: number; likeness: number }[]
      again: { change: number }
      calls: unknown[]
    }
    expect(report.proposers.map(({ proposer }) => proposer).sort()).toEqual([
      'lab/ada',
      'lab/alan',
      'lab/grace',
    ])
    for (const { change, likeness } of report.proposers) {
      expect(change).toBeGreaterThan(0)
      expect(likeness).toBeGreaterThan(0)
    }
    // The simulated aggregator repeats itself when it is asked the same.
    expect(report.again.change).toBeCloseTo(0, 6)
    expect(report.calls).toHaveLength(4)
    const text = (await box.run(['replay', 'run.jsonl.gz', '--influence', '--judge', 'lab/donald'])).stdout
    expect(text).toMatch(/^without +changes +other result +likeness +answer is\n/)
    expect(text).toMatch(/\(nobody, asked again\) +0 %/)
    expect(text).toMatch(/\d+ calls made: /)
  })

  it('compares both prompt modes in pairs over all runs', async () => {
    box.write('template.txt', 'Synthesize these:')
    const args = ['replay', 'chat.jsonl', '--compare-modes', '--template', 'template.txt']
    const { code, stdout } = await box.run([...args, '--json'])
    expect([code, asked()]).toEqual([0, ['barbara', 'barbara']])
    const report = JSON.parse(stdout) as {
      pairs: { native: { recorded: boolean }; together: { recorded: boolean; inputTokens: number } }[]
      meanChange: number
    }
    expect(report.pairs).toHaveLength(2)
    for (const { native, together } of report.pairs) {
      expect([native.recorded, together.recorded]).toEqual([true, false])
      expect(together.inputTokens).toBeGreaterThan(0)
    }
    const judged = (await box.run([...args, '--judge', 'lab/donald'])).stdout
    expect(judged).toMatch(/mean difference \d+ % over 2 pairs; native \d, together \d, tie \d\n/)
    const missing = await box.run(args.slice(0, 3))
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('needs the reference template')
  })
})

describe('moa replay, mistakes', () => {
  const fails = async (args: readonly string[]): Promise<[number | null, string]> => {
    const { code, stderr, stdout } = await box.run(['replay', ...args])
    expect(stdout).toBe('')
    expect(stderr).not.toMatch(/\n {4}at /)
    return [code, stderr]
  }

  it.each([
    [['none.jsonl'], /^moa: Can't read the recording none\.jsonl: /],
    [['moa.config.yaml'], /is not a recording/],
    [
      ['run.jsonl.gz', '--run', '7x'],
      /^moa: There is no run "7x" in run\.jsonl\.gz; give a number from 1 to 1/,
    ],
    [['run.jsonl.gz', '--without', 'lab/adda'], /no proposer "lab\/adda".* Did you mean "lab\/ada"\?/],
    [
      ['run.jsonl.gz', '--without', 'lab/ada', '--without', 'lab/grace', '--without', 'lab/alan'],
      /leaves no proposer/,
    ],
    [['run.jsonl.gz', '--judge', 'lab/ada'], /--judge compares answers/],
    [['run.jsonl.gz', '--fast', '-a', 'lab/ada'], /--fast is about playing/],
    [['run.jsonl.gz', '--fast', '--step'], /cannot be used with/],
    [['run.jsonl.gz', '--speed', '0'], /Expected a number/],
    [['single.jsonl', '--influence'], /one of a single model/],
    [['single.jsonl', '--compare-modes'], /holds no run of a recipe/],
  ])('%j', async (args, message) => {
    const [code, stderr] = await fails(args)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })

  it('recovers what is whole of a file that was cut off, with a warning, and exits 3 when nothing is', async () => {
    const whole = gunzipSync(readFileSync(`${box.cwd}/run.jsonl.gz`)).toString()
    const cut = (name: string, text: string): void => writeFileSync(`${box.cwd}/${name}`, text)
    cut('cut.jsonl', whole.slice(0, whole.lastIndexOf('"type":"end"') + 20))
    const played = await box.run(['replay', 'cut.jsonl', '-q', '--fast'])
    expect(played.stderr).toMatch(/^! cut\.jsonl: The last line \(\d+\) is cut off and left out\.\n/)
    expect(played.stdout).toBe(answer)
    cut('header.jsonl', whole.slice(0, 12))
    cut('empty.jsonl', `${whole.split('\n')[0] ?? ''}\n`)
    expect(await fails(['header.jsonl'])).toEqual([3, expect.stringContaining('Nothing of the recording')])
    expect(await fails(['empty.jsonl'])).toEqual([3, expect.stringContaining('holds no run')])
  })
})
