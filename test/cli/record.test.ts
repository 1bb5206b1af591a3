import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRecording } from '../../src/record/index.js'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig } from './moa.js'

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

const path = (name: string): string => `${box.cwd}/${name}`

describe('--record', () => {
  it.each(['run.jsonl', 'run.jsonl.gz'])('writes every call and event of an answer to %s', async (name) => {
    const { code, stdout } = await box.run(['ask', '-q', '--record', name, 'Why is the sky blue?'])
    expect(code).toBe(0)
    const bytes = readFileSync(path(name))
    const text = name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
    expect(text).toMatch(/^\{"type":"recording","version":1,/)
    const { runs, calls, ends, events, warnings } = readRecording(path(name))
    expect(warnings).toEqual([])
    expect(runs).toMatchObject([
      { recipe: 'moa-lite', definition: { proposers: ['lab/ada', 'lab/grace', 'lab/alan'] } },
    ])
    expect(calls.map(({ model }) => model).sort()).toEqual([
      'lab/ada',
      'lab/alan',
      'lab/barbara',
      'lab/grace',
    ])
    expect(ends).toMatchObject([{ finish: { reason: 'stop' } }])
    const answer = events
      .flatMap((line) => line.events)
      .map(([, event]) => (event.type === 'answer-delta' ? event.text : ''))
      .join('')
    expect(stdout.trimEnd()).toBe(answer.trimEnd())
  })

  it('keeps every turn of a chat', async () => {
    const { code } = await box.run(['chat', '--record', 'chat.jsonl'], { input: 'One?\nTwo?\n' })
    expect(code).toBe(0)
    const { runs } = readRecording(path('chat.jsonl'))
    expect(runs.map(({ request }) => request.messages.length)).toEqual([1, 3])
  })

  it('keeps every row of a batch, and every answer and judgment of an evaluation', async () => {
    box.write('rows.jsonl', '{"prompt":"One?"}\n{"prompt":"Two?"}\n')
    const batch = ['batch', '--input', 'rows.jsonl', '--output', 'rows.json', '--record', 'rows.rec.gz']
    expect((await box.run(batch)).code).toBe(0)
    const rows = readRecording(path('rows.rec.gz'))
    expect(rows.runs.map(({ request }) => request.messages.at(-1)?.content).sort()).toEqual(['One?', 'Two?'])
    expect([rows.ends.length, rows.warnings]).toEqual([2, []])
    const questions = [81, 82].map((id) => ({
      question_id: id,
      category: 'writing',
      turns: ['One?', 'Two?'],
    }))
    box.write('bench/question.jsonl', questions.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const reference = { question_id: 101, model_id: 'gpt-4', choices: [{ index: 0, turns: ['A', 'B'] }] }
    box.write('bench/reference_answer/gpt-4.jsonl', `${JSON.stringify(reference)}\n`)
    const evaluation = ['eval', 'run', 'mt-bench', '--data', 'bench', '-q', '--record', 'eval.rec']
    await box.run([...evaluation, '--contestant', 'lab/ada', '--judge', 'lab/alan'])
    const { runs, ends, warnings } = readRecording(path('eval.rec'))
    expect(warnings).toEqual([])
    expect(runs.map(({ recipe }) => recipe).sort()).toEqual([
      ...Array<string>(4).fill('lab/ada'),
      ...Array<string>(4).fill('lab/alan'),
    ])
    expect(ends).toHaveLength(8)
  })

  it('holds no key, wherever keys can stand', async () => {
    const secrets = {
      LAB_KEY: 'sk-lab-0123456789abcdef',
      HEADER_KEY: 'hdr-0123456789abcdef',
      OTHER_KEY: 'sk-other-0123456789abcdef',
    }
    const strict = await startSimServer({ apiKeys: [secrets.LAB_KEY] })
    box.write(
      'keys.config.yaml',
      `providers:
  lab: { baseURL: "${strict.url}", apiKey: "\${LAB_KEY}", headers: { X-Auth-Token: "\${HEADER_KEY}" } }
  bad: { baseURL: "${strict.url}", apiKey: "\${OTHER_KEY}", retry: { attempts: 1 } }
recipes:
  mine: { proposers: [lab/ada, bad/grace, { model: lab/alan, system: "${secrets.LAB_KEY}" }], aggregator: lab/barbara }
`,
    )
    const question = `Is ${secrets.LAB_KEY} or ${secrets.OTHER_KEY} a key? And ${secrets.HEADER_KEY}?`
    const { code, stderr } = await box.run(
      ['ask', '--config', 'keys.config.yaml', '-r', 'mine', '--record', 'keys.jsonl', question],
      { env: secrets },
    )
    await strict.close()
    expect([code, stderr]).toEqual([0, expect.stringContaining('bad/grace')])
    const text = readFileSync(path('keys.jsonl'), 'utf8')
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret)
    expect(text).toContain('Is [key] or [key] a key? And [key]?')
    expect(text.toLowerCase()).not.toContain('x-auth-token')
    expect(text).not.toContain('Bearer')
  })

  it('leaves a readable file when the process is killed', async () => {
    const slow = labConfig(sim.url).replace('aggregator: lab/barbara', 'aggregator: lab/barbara+first=60000')
    box.write('slow.config.yaml', slow)
    for (const name of ['killed.jsonl', 'killed.jsonl.gz']) {
      const started = box.start(['ask', '--config', 'slow.config.yaml', '--record', name, 'Hi'], {
        input: '',
      })
      const recorded = (): number => {
        try {
          return readRecording(path(name)).calls.length
        } catch {
          return 0 // Not yet there.
        }
      }
      await started.until(() => recorded() === 3, 'three recorded calls')
      started.child.kill('SIGKILL')
      await started.ended
      const recording = readRecording(path(name))
      expect(recording.warnings).toEqual([
        'A run has no end here: whoever recorded was stopped, or is still at it.',
      ])
      expect(recording.calls.map(({ tape }) => tape.error)).toEqual([undefined, undefined, undefined])
      expect(recording.ends).toEqual([])
    }
  })

  it('says in one line when the file cannot be written, before anybody is asked', async () => {
    sim.clearLog()
    box.write('a-file', '')
    const attempts = [
      ['no/such/folder/x.jsonl', 'there is no such folder'],
      ['a-file/x.jsonl', 'a part of the path is no folder'],
      ['.', 'it is a folder'],
    ] as const
    for (const [file, why] of attempts) {
      const { code, stderr, stdout } = await box.run(['ask', '--record', file, 'Hi'])
      expect([code, stdout, sim.log.length]).toEqual([2, '', 0])
      expect(stderr).toBe(`moa: Can't write the recording ${file}: ${why}.\n`)
    }
  })
})
