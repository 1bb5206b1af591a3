import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MoaError, collect, type Model, type ModelEvent } from '../core/index.js'
import { compile, createMixture, type RecipeInput } from '../engine/index.js'
import { createProviders } from '../providers/index.js'
import { simModel, startSimServer, virtualClock } from '../sim/index.js'
import { Recorder, Replay, readRecording, runTape } from './index.js'

const folder = mkdtempSync(join(tmpdir(), 'moa-record-'))
const request = { messages: [{ role: 'user' as const, content: 'How do tides work?' }] }
const recipe: RecipeInput = {
  proposers: ['sim/ada+first=300', 'sim/grace+first=500', 'sim/alan+500', 'sim/edsger+disconnect=3'],
  aggregator: 'sim/barbara+first=100+pace=5',
  layers: 3,
}

async function events(model: Model): Promise<ModelEvent[]> {
  const all: ModelEvent[] = []
  for await (const event of model.stream(request, { signal: new AbortController().signal })) all.push(event)
  return all
}

async function record(file: string, recorded: RecipeInput = recipe): Promise<ModelEvent[]> {
  const clock = virtualClock()
  const recorder = new Recorder({ file, clock })
  const models = new Map<string, Model>()
  const plan = compile(recorded, 'tides')
  const mixture = createMixture(plan, {
    clock,
    resolve(name) {
      let model = models.get(name)
      if (!model) models.set(name, (model = recorder.model(simModel(name.slice(4), { clock }))))
      return model
    },
  })
  const all = await clock.run(events(recorder.mixture(mixture, { definition: recorded })))
  recorder.close()
  return all
}

/** Events without what is new in every run: ids and the mark of a replay. */
const comparable = (all: readonly ModelEvent[]): string =>
  JSON.stringify(all, (key, value: unknown) =>
    ['runId', 'id', 'requestId', 'replayedFrom', 'startedAt'].includes(key) ? undefined : value,
  )

describe.each(['run.jsonl', 'run.jsonl.gz'])('a recording (%s)', (name) => {
  const file = join(folder, name)

  it('plays the same events with the same timing, without any model', async () => {
    const original = await record(file)
    const recording = readRecording(file)
    expect(recording.warnings).toEqual([])
    expect(recording.runs).toHaveLength(1)
    expect(recording.ends).toMatchObject([{ finish: { reason: 'stop' } }])
    const clock = virtualClock()
    const replay = new Replay(recording, { clock })
    const definition = recording.runs[0]?.definition as RecipeInput
    const mixture = createMixture(compile(definition, 'tides'), { clock, resolve: (to) => replay.model(to) })
    expect(comparable(await clock.run(events(mixture)))).toBe(comparable(original))
  })

  it('is on disk call by call: a killed process loses nothing that had ended', async () => {
    await record(file)
    const bytes = readFileSync(file)
    const text = name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    const count = (type: string): number => lines.filter((line) => line.type === type).length
    expect(['recording', 'run', 'call', 'end'].map(count)).toEqual([1, 1, 9, 1])
  })

  it('is read as far as it is whole when it was cut off', async () => {
    await record(file)
    const bytes = readFileSync(file)
    const whole = readRecording(file).calls.length
    const cut = join(folder, `cut-${name}`)
    fc.assert(
      fc.property(fc.integer({ min: 200, max: bytes.length - 2 }), (length) => {
        writeFileSync(cut, bytes.subarray(0, length))
        let recording
        try {
          recording = readRecording(cut)
        } catch (error) {
          // Not even the first line can be read.
          expect((error as { code: string }).code).toBe('partial')
          return
        }
        expect(recording.warnings.length).toBeGreaterThan(0)
        expect(recording.calls.length).toBeLessThanOrEqual(whole)
      }),
      { numRuns: 60 },
    )
  })
})

it('says that a run has no end when its recording was cut off between two lines', async () => {
  const file = join(folder, 'between.jsonl')
  await record(file)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  writeFileSync(file, `${lines.slice(0, -1).join('\n')}\n`)
  expect(readRecording(file).warnings).toEqual([
    'A run has no end here: whoever recorded was stopped, or is still at it.',
  ])
})

describe('replay', () => {
  it('serves another aggregator and another prompt mode on the same proposals', async () => {
    const file = join(folder, 'other.jsonl')
    await record(file)
    const recording = readRecording(file)
    const [run] = recording.runs
    const asked: string[] = []
    for (const change of [{ aggregator: 'sim/donald' }, { mode: 'together' as const, template: 'T' }]) {
      const replay = new Replay(recording, {
        proposals: { run: run?.run ?? '', stages: [0, 1] },
        speed: Infinity,
        live: (address) => {
          asked.push(address)
          return simModel(address.slice(4))
        },
      })
      const mixture = createMixture(compile({ ...recipe, ...change }, 'tides'), {
        resolve: (name) => replay.model(name),
      })
      const result = await collect(mixture.stream(request, { signal: new AbortController().signal }))
      const live = result.calls.filter(({ replayedFrom }) => replayedFrom === undefined)
      expect(live.map(({ slot }) => slot?.stage)).toEqual([2])
      expect(result.proposals).toHaveLength(4)
    }
  })

  it('says which call is missing when there is no live model', async () => {
    const file = join(folder, 'missing.jsonl')
    await record(file, { proposers: ['sim/ada'], aggregator: 'sim/barbara' })
    const replay = new Replay(readRecording(file))
    const model = replay.model('sim/grace')
    await expect(collect(model.stream(request, { signal: new AbortController().signal }))).rejects.toThrow(
      /holds no answer of sim\/grace/,
    )
  })

  it('plays equal calls in the order they were recorded', async () => {
    const file = join(folder, 'equal.jsonl')
    const recorder = new Recorder({ file })
    let call = 0
    const model = recorder.model({
      id: 'x/y',
      async *stream() {
        call += 1
        yield { type: 'answer-delta', text: `answer ${call}` }
        const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 }
        yield { type: 'finish', reason: 'stop', usage, cost: { usd: null, unpricedCalls: 1 } }
      },
    })
    const signal = new AbortController().signal
    for (let run = 0; run < 2; run += 1) await collect(model.stream(request, { signal }))
    recorder.close()
    const replay = new Replay(readRecording(file), { speed: Infinity }).model('x/y')
    const texts: string[] = []
    for (let run = 0; run < 3; run += 1) texts.push((await collect(replay.stream(request, { signal }))).text)
    expect(texts).toEqual(['answer 1', 'answer 2', 'answer 1'])
  })
})

describe('a whole run', () => {
  it('is a tape: the same events at the same times, and as a model it answers the same request', async () => {
    const file = join(folder, 'tape.jsonl')
    const original = await record(file)
    const recording = readRecording(file)
    const clock = virtualClock()
    const model = new Replay(recording, { clock }).model('tides')
    const played = await clock.run(events(model))
    expect(comparable(played)).toBe(comparable(original))
    const calls = played.flatMap((event) => (event.type === 'call-settled' ? [event.call] : []))
    expect(calls).toHaveLength(9)
    expect(calls.every(({ replayedFrom }) => replayedFrom === 'recording')).toBe(true)
    const other = { messages: [{ role: 'user' as const, content: 'Something else?' }] }
    await expect(collect(model.stream(other, { signal: new AbortController().signal }))).rejects.toThrow(
      /holds no answer of tides to this request/,
    )
  })

  it('has the text of proposals while they were written, on demand', async () => {
    const file = join(folder, 'live.jsonl')
    await record(file)
    const recording = readRecording(file)
    const [run] = recording.runs
    if (!run) throw new Error('no run')
    const { events: tape } = runTape(recording, run, { liveProposals: true })
    const text = tape.flatMap(([, event]) =>
      event.type === 'proposal-delta' && event.slot.stage === 0 && event.slot.index === 0 ? [event.text] : [],
    )
    const proposal = tape.map(([, event]) => event).find((event) => event.type === 'proposal-end')
    expect(text.join('')).toBe(proposal?.proposal.text)
    expect(tape.map(([ms]) => ms)).toEqual([...tape.map(([ms]) => ms)].sort((a, b) => a - b))
  })

  it('ends with an error where the process was killed', async () => {
    const file = join(folder, 'killed.jsonl')
    await record(file)
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, `${lines.slice(0, 12).join('\n')}\n`)
    const recording = readRecording(file)
    const model = new Replay(recording, { speed: Infinity }).model('tides')
    await expect(events(model)).rejects.toMatchObject({ code: 'incomplete_stream' })
  })
})

describe('secrets', () => {
  it('are taken out of prompts, answers, errors and recipes, also where an answer spells them out', async () => {
    const secret = 'sk-very-secret-0123456789abcdef'
    const file = join(folder, 'spelled.jsonl')
    const recorder = new Recorder({ file, redact: (text) => text.replaceAll(secret, '[key]') })
    const leaky: Model = {
      id: `x/${secret}`,
      async *stream() {
        for (const text of ['It is ', ...secret, '.']) yield { type: 'answer-delta', text }
        yield { type: 'reasoning-delta', text: secret }
        throw new MoaError('upstream_error', `refused ${secret}`)
      },
    }
    const mixture = recorder.mixture(recorder.model(leaky), { definition: { note: secret } })
    const asked = { messages: [{ role: 'user' as const, content: `My key is ${secret}` }] }
    const run = collect(mixture.stream(asked, { signal: new AbortController().signal }))
    await expect(run).rejects.toThrow()
    recorder.close()
    const text = readFileSync(file, 'utf8')
    expect(text).not.toContain(secret)
    const { calls } = readRecording(file)
    const pieces = calls[0]?.tape.events.map(([, event]) => ('text' in event ? event.text : ''))
    expect(pieces?.join('')).toBe('It is [key].[key]')
    // What holds no secret keeps its pieces.
    expect(pieces).toHaveLength(secret.length + 3)
  })
})

describe('a recording of real calls', () => {
  it('holds no key and no header', async () => {
    const secret = 'sk-very-secret-0123456789abcdef'
    const server = await startSimServer({ apiKeys: [secret] })
    const providers = createProviders({
      providers: [
        { name: 'up', baseURL: server.url, apiKey: secret, headers: { 'x-team': 'header-secret' } },
        { name: 'bad', baseURL: server.url, apiKey: `${secret}-wrong` },
      ],
    })
    const file = join(folder, 'secret.jsonl')
    const recorder = new Recorder({ file })
    const mixture = createMixture(
      compile({ proposers: ['up/ada', 'bad/grace'], aggregator: 'up/barbara' }, 'r'),
      {
        resolve: (name) => recorder.model(providers.model(name)),
      },
    )
    await collect(recorder.mixture(mixture).stream(request, { signal: new AbortController().signal }))
    recorder.close()
    await providers.close()
    await server.close()
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('authentication')
    expect(text).not.toContain(secret.slice(0, 12))
    expect(text).not.toContain('header-secret')
  })
})

describe('readRecording', () => {
  it('refuses what is no recording and what is newer', () => {
    const file = join(folder, 'no.jsonl')
    writeFileSync(file, '{"hello": 1}\n')
    expect(() => readRecording(file)).toThrow(/is not a recording/)
    writeFileSync(file, '{"type":"recording","version":99,"at":0,"generator":"x"}\n')
    expect(() => readRecording(file)).toThrow(/version 99/)
    expect(() => readRecording(join(folder, 'absent'))).toThrow(/Can't read/)
  })

  it('leaves out a damaged line in the middle, with a warning', async () => {
    const file = join(folder, 'damaged.jsonl')
    await record(file)
    const lines = readFileSync(file, 'utf8').split('\n')
    const broken = lines.findIndex((line) => line.startsWith('{"type":"call"'))
    lines[broken] = (lines[broken] ?? '').slice(0, 20)
    writeFileSync(file, lines.join('\n'))
    const recording = readRecording(file)
    expect(recording.warnings).toEqual([`Line ${broken + 1} is damaged and left out.`])
    expect(recording.calls).toHaveLength(8)
  })
})
