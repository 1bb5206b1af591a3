import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { hasShared, readSharedJson, sharedPath } from '../../test/shared.js'
import { collect, type ChatRequest } from '../core/index.js'
import { simModel } from './model.js'
import { recordedAnswers, type RecordedRow } from './recordings.js'

const signal = new AbortController().signal
const ask = (content: string): ChatRequest => ({ messages: [{ role: 'user', content }] })
const row: RecordedRow = { instruction: 'Say hi', output: 'Hi there, friend.', generator: 'real/model+1' }

const folder = mkdtempSync(join(tmpdir(), 'moa-recordings-'))
afterAll(() => rmSync(folder, { recursive: true }))
function file(name: string, data: unknown): string {
  const path = join(folder, name)
  const text = JSON.stringify(data)
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return path
}

describe('recordedAnswers', () => {
  it('answers a recorded instruction with the recorded output, whatever the plus in its name', async () => {
    const recordings = recordedAnswers([row])
    const model = simModel('real/model+1+pace=0', { recordings })
    const result = await collect(model.stream(ask(' Say hi\n'), { signal }))
    expect(result.text).toBe(row.output)
  })

  it('refuses an unknown instruction, or lets a personality answer when asked', async () => {
    const lost = collect(
      simModel(row.generator, { recordings: recordedAnswers([row]) }).stream(ask('Else'), { signal }),
    )
    await expect(lost).rejects.toMatchObject({ code: 'upstream_model_not_found', status: 404 })
    const recordings = recordedAnswers([row], { fallback: 'grace' })
    const result = await collect(simModel(row.generator, { recordings }).stream(ask('Else'), { signal }))
    const grace = await collect(simModel('grace').stream(ask('Else'), { signal }))
    expect(result.text).toBe(grace.text)
  })

  it('honours limits and stops on recorded answers too', async () => {
    const recordings = recordedAnswers([row])
    const stopped = await collect(
      simModel(row.generator, { recordings }).stream({ ...ask('Say hi'), stop: [','] }, { signal }),
    )
    expect(stopped).toMatchObject({ text: 'Hi there', finishReason: 'stop' })
    const cut = await collect(
      simModel(row.generator, { recordings }).stream({ ...ask('Say hi'), maxTokens: 1 }, { signal }),
    )
    expect(cut).toMatchObject({ text: 'Hi', finishReason: 'length' })
  })

  it('reads rows, compact files and instructions, packed or not, in any order', () => {
    const recordings = recordedAnswers(
      [
        file('compact.json.gz', { generator: 'g', outputs: ['one', 'two'] }),
        file('rows.json', [row]),
        file('instructions.json', [
          { index: 0, instruction: 'first' },
          { index: 1, instruction: 'second' },
        ]),
      ],
      { aliases: { other: 'g' } },
    )
    expect(recordings.generators).toEqual(['g', row.generator, 'other'])
    expect(recordings.find('g', 'second')).toBe('two')
    expect(recordings.find('other', 'first')).toBe('one')
    expect(recordings.find(row.generator, 'Say hi')).toBe(row.output)
  })

  it('says what is wrong with a file', () => {
    const compact = file('c.json', { generator: 'g', outputs: ['one'] })
    expect(() => recordedAnswers([compact])).toThrowError('without instructions')
    expect(() =>
      recordedAnswers([compact, file('i.json', [{ instruction: 'a' }, { instruction: 'b' }])]),
    ).toThrowError('1 outputs for 2')
    expect(() => recordedAnswers([file('x.json', { a: 1 })])).toThrowError('neither rows')
    expect(() => recordedAnswers([join(folder, 'missing.json')])).toThrowError("can't be read")
    expect(() => recordedAnswers([row, { ...row, output: 'No.' }])).toThrowError('two different answers')
    expect(() => recordedAnswers([row], { fallback: 'graze' })).toThrowError('Did you mean "grace"?')
    expect(() => recordedAnswers([row], { aliases: { a: 'real/model+2' } })).toThrowError(
      'Did you mean "real/model+1"?',
    )
  })

  const proposers = [
    'Qwen1.5-110B-Chat',
    'Qwen1.5-72B-Chat',
    'Meta-Llama-3-70B-Instruct',
    'Mixtral-8x22B-Instruct-v0.1',
    'dbrx-instruct',
  ]
  it.runIf(hasShared('benchmarks/alpaca_eval/instructions.json'))(
    'gives real answers to all 805 AlpacaEval instructions',
    async () => {
      const instructions = 'benchmarks/alpaca_eval/instructions.json'
      const files = proposers.map((name) =>
        sharedPath(`benchmarks/alpaca_eval/model_outputs/${name}.json.gz`),
      )
      const recordings = recordedAnswers([sharedPath(instructions), ...files])
      expect(recordings.generators).toEqual(proposers)
      const rows = readSharedJson<{ instruction: string }[]>(instructions)
      for (const generator of proposers)
        for (const { instruction } of rows)
          expect(recordings.find(generator, instruction)).toBeTypeOf('string')
      const model = simModel('dbrx-instruct', { recordings })
      for (const { instruction } of rows.slice(0, 40)) {
        const result = await collect(model.stream(ask(instruction), { signal }))
        expect(result.text).toBe(recordings.find('dbrx-instruct', instruction))
      }
    },
  )

  it.runIf(hasShared('benchmarks/moa/Qwen-72B-round-1.json.gz'))(
    'reads the answers of a real mixture',
    () => {
      const recordings = recordedAnswers([sharedPath('benchmarks/moa/Qwen-72B-round-1.json.gz')])
      expect(recordings.generators).toHaveLength(1)
    },
  )
})
