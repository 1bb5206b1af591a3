import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { textOf } from '../../src/core/index.js'
import { recordedAnswers, startSimServer, type SimServer } from '../../src/sim/index.js'
import { EvalLogs } from '../../src/eval/harness/index.js'
import { openSqliteStore } from '../../src/store/index.js'
import { hasShared, readSharedJson, sharedPath } from '../shared.js'
import { Sandbox, built, labConfig } from './moa.js'

interface Row {
  readonly instruction: string
  readonly output: string
  readonly generator: string
  readonly [field: string]: unknown
}

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
  box = new Sandbox()
  box.write(
    'moa.config.yaml',
    labConfig(
      sim.url,
      `recipes:
  slow: { proposers: [lab/ada+first=200, lab/grace+first=200], aggregator: lab/barbara }
  broken: { proposers: [lab/ada+500], aggregator: lab/barbara+500 }
prices:
  lab/donald: { input: 1000, output: 1000 }
`,
    ),
  )
})
afterEach(() => sim.clearLog())
afterAll(async () => {
  await sim.close()
  box.remove()
})

let count = 0
/** A new name for an output. */
const fresh = (extension = 'json'): string => `out-${(count += 1)}.${extension}`
const read = (path: string): Row[] => JSON.parse(readFileSync(join(box.cwd, path), 'utf8')) as Row[]
const questions = (length: number): string =>
  Array.from({ length }, (_, index) => `${JSON.stringify({ prompt: `Question number ${index}?` })}\n`).join(
    '',
  )
const journalOf = (path: string): string => join(box.cwd, `${path}.journal`)

/** Finished calls that a killed batch has in its journal: those of whole answers, and single ones. */
function journaledCalls(path: string, perAnswer: number): number {
  const store = openSqliteStore(journalOf(path))
  try {
    const logs = new EvalLogs(store)
    const id = logs.list()[0]?.id ?? ''
    const single = store.records(`eval/run/${id}/calls`).size().count
    return logs.find(id).answers() * perAnswer + single
  } finally {
    store.close()
  }
}

describe('moa batch', () => {
  it('answers AlpacaEval instructions in their order and keeps what else the rows hold', async () => {
    box.write(
      'alpaca.json',
      JSON.stringify([
        { instruction: 'One?', output: 'old', generator: 'old', dataset: 'a' },
        { instruction: 'Two?', dataset: 'b' },
      ]),
    )
    const path = fresh()
    const { code, stdout, stderr } = await box.run(['batch', '-i', 'alpaca.json', '-o', path])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain(`2 of 2 answers in ${path} · cost unknown`)
    expect(read(path).map(({ output: _, ...row }) => row)).toEqual([
      { instruction: 'One?', generator: 'moa-lite', dataset: 'a' },
      { instruction: 'Two?', generator: 'moa-lite', dataset: 'b' },
    ])
    expect(read(path).every(({ output }) => output.startsWith('Merged from 3 proposals'))).toBe(true)
    expect(existsSync(journalOf(path))).toBe(false)
  })

  it('asks MT-Bench questions turn by turn, each turn after the answers before', async () => {
    box.write('mt.jsonl', '{"question_id": 81, "category": "writing", "turns": ["Write.", "Again."]}\n')
    const path = fresh('jsonl')
    const args = [
      'batch',
      '-r',
      'lab/ada',
      '-i',
      'mt.jsonl',
      '-o',
      path,
      '--system',
      'Be brief.',
      '--details',
    ]
    expect((await box.run(args)).code).toBe(0)
    const row = JSON.parse(readFileSync(join(box.cwd, path), 'utf8')) as Row & { outputs: string[] }
    expect(row).toMatchObject({
      question_id: 81,
      instruction: 'Write.',
      generator: 'lab/ada',
      calls: 2,
      cost_usd: null,
    })
    expect(row.output).toBe(row.outputs[0])
    expect(sim.log[1]?.messages?.map(({ role, content }) => [role, textOf(content)])).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Write.'],
      ['assistant', row.outputs[0]],
      ['user', 'Again.'],
    ])
  })

  it('goes on where it was killed and repeats no finished call', async () => {
    box.write('many.jsonl', questions(30))
    const path = fresh()
    const args = ['batch', '-r', 'slow', '-i', 'many.jsonl', '-o', path, '--concurrency', '3']
    const first = box.start(args)
    await first.until(() => sim.log.length >= 30, 'calls')
    first.child.kill('SIGKILL')
    await first.ended
    await sim.idle()
    sim.clearLog()
    expect(existsSync(join(box.cwd, path))).toBe(false)
    const kept = journaledCalls(path, 3)
    expect(kept).toBeGreaterThan(20)
    const again = await box.run(args)
    expect(again.code).toBe(0)
    expect(again.stderr).toMatch(/Going on: \d+ of 30 are answered already/)
    expect(sim.log).toHaveLength(90 - kept)
    const uninterrupted = fresh()
    await box.run(['batch', '-r', 'slow', '-i', 'many.jsonl', '-o', uninterrupted])
    expect(read(path)).toEqual(read(uninterrupted))
  })

  it('records what fails, writes the rest, and tries only that again', async () => {
    box.write('mixed.jsonl', questions(4))
    const path = fresh('jsonl')
    const args = ['batch', '-r', 'lab/ada+500=2', '-i', 'mixed.jsonl', '-o', path, '--concurrency', '1']
    const { code, stdout, stderr } = await box.run([...args, '--json'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^! 2 failed \(item 1, 2\): /m)
    expect(JSON.parse(stdout)).toMatchObject({
      total: 4,
      answered: 2,
      failed: [
        { item: 1, error: { code: 'upstream_error' }, attempts: 1 },
        { item: 2, error: { code: 'upstream_error' }, attempts: 1 },
      ],
    })
    expect(existsSync(journalOf(path))).toBe(true)
    const rows = readFileSync(join(box.cwd, path), 'utf8').trim().split('\n')
    expect(rows.map((row) => (JSON.parse(row) as Row).instruction)).toEqual([
      'Question number 2?',
      'Question number 3?',
    ])
    expect(sim.log).toHaveLength(4)
    const again = await box.run(args)
    expect(again.code).toBe(0)
    expect(sim.log).toHaveLength(6)
    expect(
      readFileSync(join(box.cwd, path), 'utf8').match(/Question number/g)?.length,
    ).toBeGreaterThanOrEqual(4)
    expect(existsSync(journalOf(path))).toBe(false)
  })

  it('gives up early when nothing at all can be answered', async () => {
    box.write('hundred.jsonl', questions(100))
    const { code, stderr } = await box.run(['batch', '-r', 'broken', '-i', 'hundred.jsonl', '-o', fresh()])
    expect(code).toBe(4)
    expect(stderr).toContain('The first 20 answers all failed')
    expect(sim.log.length).toBeLessThan(70)
  })

  it('stops at its budget, keeps what it has, and goes on with more', async () => {
    box.write('ten.jsonl', questions(10))
    const path = fresh()
    const args = ['batch', '-r', 'lab/donald', '-i', 'ten.jsonl', '-o', path, '--concurrency', '1']
    const stopped = await box.run([...args, '--max-cost', '0.5'])
    expect(stopped.code).toBe(3)
    expect(stopped.stderr).toContain('--max-cost $0.5 is reached')
    const kept = read(path).length
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(10)
    expect((await box.run([...args, '--max-cost', '1000'])).code).toBe(0)
    expect(read(path)).toHaveLength(10)
    expect(sim.log).toHaveLength(10)
  })

  it('keeps what is answered when it is interrupted', async () => {
    box.write('slow.jsonl', questions(12))
    const path = fresh()
    const started = box.start(['batch', '-r', 'slow', '-i', 'slow.jsonl', '-o', path, '--concurrency', '2'])
    await started.until(() => sim.log.length >= 6, 'calls')
    started.child.kill('SIGINT')
    const { code, stderr } = await started.ended
    expect(code).toBe(130)
    expect(stderr).toMatch(/\d+ answers are kept; the same command goes on/)
    expect(existsSync(journalOf(path))).toBe(true)
  })

  it('never overwrites an output unless told to', async () => {
    box.write('one.jsonl', questions(1))
    const path = fresh()
    box.write(path, '[]\n')
    const refused = await box.run(['batch', '-i', 'one.jsonl', '-o', path])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('is there already; give --overwrite')
    expect((await box.run(['batch', '-i', 'one.jsonl', '-o', path, '--overwrite'])).code).toBe(0)
    expect(read(path)).toHaveLength(1)
  })

  it('does not mix two batches, nor let two processes do the same one', async () => {
    box.write('first.jsonl', questions(12))
    box.write('second.jsonl', questions(3))
    const path = fresh()
    const started = box.start(['batch', '-r', 'slow', '-i', 'first.jsonl', '-o', path, '--concurrency', '1'])
    await started.until(() => sim.log.length >= 3, 'calls')
    const twice = await box.run(['batch', '-r', 'slow', '-i', 'first.jsonl', '-o', path])
    expect(twice.code).toBe(2)
    expect(twice.stderr).toContain('is at this batch already')
    started.child.kill('SIGKILL')
    await started.ended
    const other = await box.run(['batch', '-r', 'slow', '-i', 'second.jsonl', '-o', path])
    expect(other.code).toBe(2)
    expect(other.stderr).toContain('belongs to an unfinished batch that differs in the input or a flag')
    const restarted = await box.run(['batch', '-r', 'slow', '-i', 'second.jsonl', '-o', path, '--restart'])
    expect(restarted.code).toBe(0)
    expect(read(path)).toHaveLength(3)
  })

  it('does not go on with other models in a recipe that its recipe contains', async () => {
    const config = (model: string): string =>
      labConfig(
        sim.url,
        `recipes:
  inner: { proposers: [lab/ada+tokens=5], aggregator: lab/${model}+first=200+tokens=5 }
  outer: { proposers: [inner], aggregator: lab/barbara+tokens=5 }
`,
      )
    box.write('nested.yaml', config('grace'))
    box.write('nested.jsonl', questions(8))
    const path = fresh()
    const command = ['batch', '--config', 'nested.yaml', '-r', 'outer', '-i', 'nested.jsonl', '-o', path]
    const started = box.start([...command, '--concurrency', '1'])
    await started.until(() => sim.log.length >= 4, 'calls')
    started.child.kill('SIGKILL')
    await started.ended
    box.write('nested.yaml', config('alan'))
    const { code, stderr } = await box.run(command)
    expect([code, stderr]).toEqual([2, expect.stringContaining('differs in what answers')])
    box.write('nested.yaml', config('grace'))
    expect((await box.run(command)).code).toBe(0)
  })

  it.each([
    ['not json', 'line 1 is not valid JSON'],
    ['{"prompt": "a"}\n{"prompt": "b', 'line 2 is not valid JSON'],
    ['[{"prompt": "a"}, 5]', 'item 2 is not an object'],
    ['{"prompt": ""}', '"prompt" should be a text that is not empty'],
    ['{"turns": []}', '"turns" should be a list of questions'],
    ['{"turns": ["a", 5]}', '"turns" should be a list of questions'],
    ['{"question": "a"}', 'asks nothing. Expected objects with "instruction"'],
    ['[]', 'holds nothing to ask'],
    ['', 'holds nothing to ask'],
  ])('refuses %j in one line and asks nobody', async (content, message) => {
    box.write('bad.json', content)
    const { code, stderr } = await box.run(['batch', '-i', 'bad.json', '-o', fresh()])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(sim.log).toEqual([])
  })

  it('says what is wrong with its files', async () => {
    const missing = await box.run(['batch', '-i', 'nowhere.json', '-o', fresh()])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('Cannot read nowhere.json: there is no such file')
    const unnamed = await box.run(['batch', '-i', 'one.jsonl'])
    expect(unnamed.code).toBe(2)
    expect(unnamed.stderr).toContain('--output')
    const path = fresh()
    writeFileSync(journalOf(path), 'this is no database, but long enough to look at'.repeat(20))
    const damaged = await box.run(['batch', '-i', 'one.jsonl', '-o', path])
    expect(damaged.code).toBe(2)
    expect(damaged.stderr).toContain('is not a store of moa')
  })
})

const RECORDED = [
  'Meta-Llama-3-70B-Instruct',
  'Mixtral-8x22B-Instruct-v0.1',
  'Qwen1.5-110B-Chat',
  'Qwen1.5-72B-Chat',
  'dbrx-instruct',
  'gpt-4o-2024-05-13',
] as const
const ALPACA = 'benchmarks/alpaca_eval'

describe.skipIf(!hasShared(ALPACA))('all 805 AlpacaEval instructions with six recorded proposers', () => {
  it('come out whole after kill -9 in the middle', async () => {
    const files = RECORDED.map((name) => sharedPath(`${ALPACA}/model_outputs/${name}.json.gz`))
    const recordings = recordedAnswers([sharedPath(`${ALPACA}/instructions.json`), ...files])
    await using server = await startSimServer({ recordings, logLimit: 20_000 })
    const proposers = RECORDED.map((name) => `hub/${name}`).join(', ')
    box.write(
      'six.yaml',
      `providers: { hub: { baseURL: "${server.url}", apiKey: none } }
recipes: { six: { proposers: [${proposers}], aggregator: hub/barbara } }
`,
    )
    const path = fresh()
    const input = sharedPath(`${ALPACA}/instructions.json`)
    const args = ['batch', '--config', 'six.yaml', '-r', 'six', '-i', input, '-o', path]
    const first = box.start(args)
    await first.until(() => server.log.length > 2_000, 'the middle', 60_000)
    first.child.kill('SIGKILL')
    await first.ended
    await server.idle()
    server.clearLog()
    const kept = journaledCalls(path, 7)
    expect(kept).toBeGreaterThan(1_900)
    expect((await box.run(args)).code).toBe(0)
    const rows = read(path)
    const instructions = readSharedJson<{ instruction: string }[]>(`${ALPACA}/instructions.json`)
    expect(rows.map(({ instruction }) => instruction)).toEqual(instructions.map((row) => row.instruction))
    expect(rows.filter(({ output }) => !output.startsWith('Merged from 6 proposals'))).toEqual([])
    expect(server.log).toHaveLength(805 * 7 - kept)
  }, 120_000)
})
