import { describe, expect, it } from 'vitest'
import { NO_USAGE, type CallRecord, type ModelEvent, type SlotRef } from '../../core/index.js'
import { lineWidth, paint, type Line } from '../terminal/style.js'
import { formatCost, formatCount, formatDollars, formatDuration } from './format.js'
import { stageFrame } from './frame.js'
import { RunState } from './run-state.js'
import { billByModel, degradedLines, summaryLines } from './summary.js'
import { table, tableWidth } from './table.js'

const text = (lines: readonly Line[]): string[] => lines.map((line) => paint(line, false).trimEnd())
const slot = (stage: number, index: number, name: string): SlotRef => ({ stage, index, name, model: name })
const [ada, grace] = [slot(0, 0, 'sim/ada'), slot(0, 1, 'sim/grace')]
const [writer, standby] = [slot(1, 0, 'sim/barbara'), slot(1, 1, 'sim/linus')]
const usage = { ...NO_USAGE, inputTokens: 10, outputTokens: 42 }
const start: ModelEvent = {
  type: 'run-start',
  runId: 'r',
  recipe: 'demo',
  recipeHash: 'h',
  stages: [
    { kind: 'propose', slots: [ada, grace] },
    { kind: 'synthesize', slots: [writer, standby] },
  ],
}

function stateAfter(events: readonly ModelEvent[], now: { ms: number } = { ms: 0 }): RunState {
  const state = new RunState('demo', () => now.ms)
  for (const event of events) state.add(event)
  return state
}

const call = (model: string, fields: Partial<CallRecord> = {}): CallRecord => ({
  id: model,
  provider: 'p',
  model,
  attempt: 1,
  outcome: 'completed',
  usage,
  usageSource: 'reported',
  costUsd: 0.01,
  startedAt: 0,
  durationMs: 1000,
  ...fields,
})

describe('figures', () => {
  it.each([
    [formatDuration(0), '0 ms'],
    [formatDuration(999), '999 ms'],
    [formatDuration(1250), '1.3 s'],
    [formatDuration(65_000), '1 m 05 s'],
    [formatDuration(59_970), '1 m 00 s'],
    [formatCount(12345), '12,345'],
    [formatDollars(0), '$0'],
    [formatDollars(1.234), '$1.23'],
    [formatDollars(0.0123), '$0.012'],
    [formatDollars(0.000_31), '$0.00031'],
    [formatDollars(1e-9), '<$0.00001'],
    [formatCost({ usd: null, unpricedCalls: 2 }), 'unknown'],
    [formatCost({ usd: 0.5, unpricedCalls: 1 }), '≥ $0.50'],
    [formatCost({ usd: 0.5, unpricedCalls: 0 }), '$0.50'],
  ])('%s', (got, expected) => expect(got).toBe(expected))
})

describe('RunState', () => {
  it('follows proposals from asking to their end', () => {
    const now = { ms: 0 }
    const state = stateAfter(
      [start, { type: 'stage-start', stage: 0, kind: 'propose' }, { type: 'proposal-start', slot: ada }],
      now,
    )
    const [first] = state.stages[0]?.slots ?? []
    expect(first?.phase).toBe('asking')
    state.add({ type: 'proposal-delta', slot: ada, text: 'twelve chars' })
    expect([first?.phase, first?.tokens, first?.estimated]).toEqual(['writing', 3, true])
    state.add({
      type: 'proposal-end',
      proposal: {
        slot: ada,
        text: 'x',
        finishReason: 'stop',
        model: 'm',
        usage,
        cost: { usd: 0, unpricedCalls: 0 },
        durationMs: 900,
      },
    })
    expect([first?.phase, first?.tokens, first?.durationMs]).toEqual(['done', 42, 900])
  })

  it('moves on to the next aggregator when one fails', () => {
    const state = stateAfter([
      start,
      { type: 'stage-start', stage: 1, kind: 'synthesize' },
      {
        type: 'degraded',
        degradation: { code: 'aggregator-fallback', message: 'barbara failed', slot: writer },
      },
      { type: 'answer-start', model: 'linus' },
      { type: 'answer-delta', text: 'hi' },
    ])
    expect(state.stages[1]?.slots.map(({ phase }) => phase)).toEqual(['failed', 'writing'])
    expect(state.writer?.ref.name).toBe('sim/linus')
  })

  it('knows a single model that has no stages', () => {
    const state = stateAfter([
      { type: 'answer-start', model: 'x' },
      { type: 'answer-delta', text: 'hi' },
    ])
    expect([state.writer?.ref.name, state.answering]).toEqual(['demo', true])
  })
})

describe('stageFrame', () => {
  const running = stateAfter([
    start,
    { type: 'stage-start', stage: 0, kind: 'propose' },
    { type: 'proposal-start', slot: ada },
    { type: 'proposal-start', slot: grace },
    {
      type: 'proposal-delta',
      slot: ada,
      text: 'The **quick** brown fox\njumps over the lazy 犬 and goes on and on',
    },
    {
      type: 'proposal-failed',
      slot: grace,
      error: { code: 'timeout', message: 'grace did not answer within 5 s.' },
      durationMs: 5000,
    },
  ])
  const frame = (columns: number): string[] =>
    text(stageFrame(running.stages[0]!, 3000, { columns, rows: 30 }))

  it('puts proposers side by side when there is room, each with what it writes', () => {
    expect(frame(80)[0]).toMatch(/^. sim\/ada +~\d+ tok 3\.0 s │ ✗ sim\/grace +5\.0 s$/)
    expect(frame(80).join('\n')).toContain('The quick brown fox')
  })

  it('gives each a line otherwise, and a reason its own line where that is needed', () => {
    expect(frame(62)).toHaveLength(3)
    expect(
      text(stageFrame({ ...running.stages[0]!, kind: 'other' }, 0, { columns: 80, rows: 30 })),
    ).toHaveLength(2)
    expect(frame(40).join('\n')).toMatch(/✗ sim\/grace +5\.0 s\n {4}grace did not answer within 5 s\./)
  })

  it('fits every width and height', () => {
    for (const columns of [20, 40, 56, 80, 200])
      for (const line of stageFrame(running.stages[0]!, 0, { columns, rows: 30 }))
        expect(lineWidth(line)).toBeLessThanOrEqual(columns)
    const many = Array.from({ length: 64 }, (_, index) => ({
      ...running.stages[0]!.slots[0]!,
      ref: slot(0, index, `m${index}`),
    }))
    const lines = stageFrame({ kind: 'propose', slots: many }, 0, { columns: 80, rows: 24 })
    expect(lines.length).toBeLessThanOrEqual(20)
    expect(text(lines).at(-1)).toBe('  … and 45 more')
  })

  it('shows an aggregator that stands by only once it takes over', () => {
    const state = stateAfter([start, { type: 'stage-start', stage: 1, kind: 'synthesize' }])
    expect(text(stageFrame(state.stages[1]!, 0, { columns: 80, rows: 24 })).join()).not.toContain('linus')
  })
})

describe('summaryLines', () => {
  const calls = [
    call('a'),
    call('a', { outcome: 'failed', usage: NO_USAGE, usageSource: 'none', costUsd: null }),
    call('b', { costUsd: null }),
  ]
  const totals = { calls, usage, cost: { usd: 0.01, unpricedCalls: 1 }, elapsedMs: 1500 }

  it('adds up the calls of each model', () => {
    expect(billByModel(calls).map(({ model, calls, failed, cost }) => [model, calls, failed, cost])).toEqual([
      ['p/a', 2, 1, { usd: 0.01, unpricedCalls: 0 }],
      ['p/b', 1, 0, { usd: null, unpricedCalls: 1 }],
    ])
  })

  it('shows an unknown price as unknown, and a sum with unknown parts as a lower bound', () => {
    expect(text(summaryLines(totals, 80)).map((line) => line.replace(/ +/g, ' '))).toEqual([
      'model calls time tokens in out cost',
      'p/a 2 (1 failed) 2.0 s 10 42 $0.010',
      'p/b 1 1.0 s 10 42 unknown',
      'total 3 1.5 s 10 42 ≥ $0.010',
    ])
  })

  it('leaves columns out where the terminal is narrow', () => {
    const lines = text(summaryLines(totals, 40))
    expect(lines[0]).toMatch(/^model +time +tokens +cost$/)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
  })
})

describe('degradedLines', () => {
  it('breaks reasons into lines and takes out what upstreams smuggled in', () => {
    const message = 'lab failed:\u001b]0;owned\u0007 a long story\nabout a server'
    expect(text(degradedLines([{ code: 'proposer-failed', message }], 30))).toEqual([
      '! lab failed: a long story',
      'about a server',
    ])
  })
})

describe('table', () => {
  const rows = [['one', '1', 'some prose that is rather long']]

  it('breaks prose into lines under its own heading', () => {
    expect(table({ heads: ['a', 'n', 'what'], rows, width: 30, prose: true })).toBe(
      'a    n  what\none  1  some prose that is\n        rather long\n',
    )
  })

  it('shortens a long first column, but never one of names to be typed', () => {
    const names = [['alpaca-eval-baseline', '1', 'some prose']]
    const heads = ['file', 'n', 'what']
    expect(table({ heads, rows: names, width: 30, prose: true })).toContain('alpaca-eval-bas…')
    expect(table({ heads, rows: names, width: 30, prose: true, wholeNames: true })).toContain(
      'alpaca-eval-baseline',
    )
  })

  it('takes any width in a pipe', () => {
    expect(tableWidth({ live: true, columns: 40 })).toBe(40)
    expect(tableWidth({ live: false, columns: 40 })).toBe(Infinity)
  })

  it('leaves out optional columns where they do not fit', () => {
    expect(table({ heads: ['a', 'n', 'what'], rows, width: 26, prose: true, optional: [1] })).not.toContain(
      ' n ',
    )
  })
})
