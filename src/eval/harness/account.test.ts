import { describe, expect, it } from 'vitest'
import { NO_USAGE } from '../../core/index.js'
import { memoryStore } from '../../store/index.js'
import { EvalLogs, specHash, type EvalLog, type RunSpec } from './index.js'

const spec: RunSpec = {
  benchmark: 'alpaca-eval',
  contestants: [
    { name: 'a', fingerprint: 'a', recorded: false },
    { name: 'b', fingerprint: 'b', recorded: false },
  ],
  judges: [{ name: 'judge', fingerprint: 'judge' }],
  seed: 0,
  options: {},
}

function begin(): EvalLog {
  return new EvalLogs(memoryStore()).create({ spec, specHash: specHash(spec), createdAt: 1 }, [
    { id: '0', turns: ['?'] },
  ])
}

function answer(log: EvalLog, sample: number, costUsd: number | null = 0.5): void {
  log.addAnswer({
    contestant: 'a',
    sample: String(sample),
    turns: ['!'],
    finishReasons: [sample === 0 ? 'length' : 'stop'],
    usage: { ...NO_USAGE, outputTokens: 2 },
    costUsd,
    unpricedCalls: costUsd === null ? 1 : 0,
    seconds: 1,
    calls: 2,
    degraded: [],
    at: 1,
  })
}

const judge = (log: EvalLog, id: string, unscored?: string): void =>
  log.addJudgment({
    id,
    verdict: {},
    calls: 1,
    usage: NO_USAGE,
    costUsd: null,
    seconds: 3,
    ...(unscored !== undefined && { unscored }),
  })

describe('accounts', () => {
  it('count every answer once, read before, in part, together or not at all', () => {
    const log = begin()
    for (let sample = 0; sample < 300; sample += 1) answer(log, sample)
    const [one, other] = [log.eachAnswer(), log.eachAnswer()]
    for (let read = 0; read < 250; read += 1) one.next()
    for (let read = 0; read < 100; read += 1) other.next()
    expect(log.answerAccounts().get('a')).toMatchObject({
      items: 300,
      calls: 600,
      costUsd: 150,
      seconds: 300,
      truncated: 1,
      usage: { outputTokens: 600 },
    })
    expect([...one].length + [...other].length).toBe(50 + 200)
    expect(log.answerAccounts().get('a')).toMatchObject({ items: 300 })
    answer(log, 300, null)
    expect(log.answerAccounts().get('a')).toMatchObject({ items: 301, costUsd: 150, unpricedCalls: 1 })
    expect(log.answerAccounts().get('b')).toMatchObject({ items: 0, costUsd: null })
  })

  it('stay as they were handed out while the run goes on', () => {
    const log = begin()
    answer(log, 0)
    const before = log.answerAccounts().get('a')
    answer(log, 1)
    log.answerAccounts()
    expect(before).toMatchObject({ items: 1, usage: { outputTokens: 2 } })
  })

  it('of judgments name those without a verdict', () => {
    const log = begin()
    judge(log, 'x')
    judge(log, 'y', 'talked nonsense')
    expect([...log.judgments()]).toHaveLength(2)
    judge(log, 'z', 'silent')
    expect(log.judging()).toMatchObject({
      account: { items: 3, seconds: 9, costUsd: null },
      unscored: [
        { id: 'y', reason: 'talked nonsense' },
        { id: 'z', reason: 'silent' },
      ],
    })
  })
})
