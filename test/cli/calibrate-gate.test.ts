import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { GateCalibration } from '../../src/engine/index.js'
import { calibrateGate } from '../../src/engine/index.js'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { hasShared, sharedPath } from '../shared.js'
import { Sandbox, built, labConfig } from './moa.js'

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
})
beforeEach(() => {
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url))
})
afterEach(() => box.remove())
afterAll(() => sim.close())

const calibrate = async (...args: readonly string[]): Promise<GateCalibration> => {
  const { code, stdout, stderr } = await box.run(['recipes', 'calibrate-gate', '--json', ...args])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout) as GateCalibration
}

describe('calibrateGate', () => {
  const agree = {
    proposals: ['The answer is 4.', 'I count: the answer is 4'],
    escalated: 'So the answer is 4.',
  }
  const wrong = { proposals: ['The answer is 4.', 'The answer is 4.'], escalated: 'The answer is 5.' }
  const split = { proposals: ['The answer is 4.', 'The answer is 7.'], escalated: 'The answer is 4.' }

  it('counts what stopping would have changed, and what going on brought', () => {
    const { rows, changed, measures, suggested } = calibrateGate([agree, agree, agree, wrong, split], {
      tolerance: 0.2,
    })
    expect(measures).toEqual({ answer: 5, text: 0 })
    expect(changed).toBe(1)
    expect(rows.find(({ threshold }) => threshold === 0.5)).toMatchObject({ stopped: 5, stoppedChanged: 1 })
    expect(rows.find(({ threshold }) => threshold === 0.7)).toEqual({
      threshold: 0.7,
      stopped: 4,
      stoppedChanged: 1,
      escalated: 1,
      escalatedSame: 1,
    })
    expect(suggested).toBe(0.05)
  })

  it('suggests no threshold when every one loses too much', () => {
    expect(calibrateGate([wrong, wrong]).suggested).toBeUndefined()
  })
})

describe('moa recipes calibrate-gate', () => {
  it('learns from recorded runs, and says which ones tell nothing', async () => {
    const questions = ['What is 17 times 3?', 'What is 12 plus 30?', 'Why is the sky blue?']
    const files: string[] = []
    for (const [index, question] of questions.entries()) {
      const file = join(box.cwd, `run-${index}.jsonl.gz`)
      expect((await box.run(['ask', '-q', '-r', 'moa-lite', '--record', file, question])).code).toBe(0)
      files.push(file)
    }
    const { cases, rows, measures } = await calibrate(...files)
    expect(cases).toBe(3)
    expect(measures.answer + measures.text).toBe(3)
    for (const { stopped, escalated } of rows) expect(stopped + escalated).toBe(3)
    const text = await box.run(['recipes', 'calibrate-gate', ...files])
    expect(text.stdout).toMatch(/^3 runs; agreement measured on final answers in \d, on words in \d\.\n/)
    expect(text.stdout).toMatch(/^threshold +stopped +changed by stopping/m)

    box.write(
      'moa.config.yaml',
      labConfig(
        sim.url,
        'recipes:\n  gated: { stages: [{ kind: propose, slots: [lab/ada, lab/ada] }, { kind: gate, threshold: 0.01 }, { kind: synthesize, slots: [lab/barbara] }] }\n',
      ),
    )
    const stopped = join(box.cwd, 'stopped.jsonl')
    await box.run(['ask', '-q', '-r', 'gated', '--record', stopped, 'Why is the sky blue?'])
    const nothing = await box.run(['recipes', 'calibrate-gate', stopped])
    expect(nothing.code).toBe(2)
    expect(nothing.stderr).toMatch(/Runs stopped by their gate are left out, .*: 1\./)
    expect(nothing.stderr).toMatch(/moa: There is no run to learn from: expected runs with two or more/)
  })

  it('says what it expects of files', async () => {
    const file = join(box.cwd, 'x.json')
    writeFileSync(file, 'no json')
    const one = await box.run(['recipes', 'calibrate-gate', file, '--escalated', file])
    expect(one).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/a gate compares two or more/) as string,
    })
    const broken = await box.run(['recipes', 'calibrate-gate', file, file, '--escalated', file])
    expect(broken.code).toBe(2)
    expect(broken.stderr).toMatch(/x\.json: expected a model_outputs file/)
  })

  const outputs = 'benchmarks/alpaca_eval/model_outputs'
  it.skipIf(!hasShared(`${outputs}/Together-MoA.json.gz`))(
    'holds the default threshold against 805 real answers of two models and of a real mixture',
    async () => {
      const file = (name: string): string => sharedPath(`${outputs}/${name}.json.gz`)
      const { cases, rows, suggested } = await calibrate(
        file('Mixtral-8x22B-Instruct-v0.1'),
        file('dbrx-instruct'),
        '--escalated',
        file('Together-MoA'),
      )
      expect(cases).toBe(805)
      expect(suggested).toBe(0.7)
      const at = (threshold: number) => rows.find((row) => row.threshold === threshold)!
      // The docs quote these.
      expect(at(0.7)).toMatchObject({ stopped: 69, stoppedChanged: 24 })
      expect(at(0.8)).toMatchObject({ stopped: 17, stoppedChanged: 2 })
      // The more the proposals agree, the less going on changes.
      const changed = [0.4, 0.5, 0.6, 0.7, 0.8].map((threshold) => {
        const row = at(threshold)
        return row.stoppedChanged / row.stopped
      })
      expect(changed).toEqual([...changed].sort((a, b) => b - a))
    },
  )
})
