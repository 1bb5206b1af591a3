import { describe, expect, it } from 'vitest'
import { bench } from '../../test/run-recipe.js'
import { failing, type Script } from '../../test/scripted-model.js'
import { virtualClock } from '../sim/virtual-clock.js'
import { resolvePolicy } from './policy.js'
import type { RecipeInput } from './recipe.js'

const after = (delayMs: number, text = 'an answer'): Script => ({ text, delayMs })
const panel = (count: number): string[] => Array.from({ length: count }, (_, index) => `t/${index}`)

describe('resolvePolicy', () => {
  it('waits for all of up to three, for all but one of more', () => {
    expect([1, 2, 3, 4, 6].map((size) => resolvePolicy(size).quorum)).toEqual([1, 2, 3, 3, 5])
  })

  it('lets a stage override the recipe', () => {
    expect(resolvePolicy(6, { quorum: 4, graceMs: 10 }, { quorum: 2 })).toMatchObject({
      quorum: 2,
      graceMs: 10,
    })
  })
})

describe('quorum and grace', () => {
  it('goes on when the grace after the quorum is over, aborts and discloses the rest', async () => {
    const clock = virtualClock()
    const started = clock.now()
    const { ask, models } = bench(
      { proposers: panel(4), aggregator: 't/z', policy: { quorum: 3, graceMs: 500 } },
      { 't/0': after(100), 't/1': after(200), 't/2': after(300), 't/3': after(60_000), 't/z': 'Z' },
      clock,
    )
    const result = await clock.run(ask('q'))
    expect(clock.now() - started).toBe(800)
    expect(result.proposals).toHaveLength(3)
    expect(result.failures).toMatchObject([
      { slot: { name: 't/3' }, dropped: expect.stringMatching(/grace/) as string },
    ])
    expect(result.calls.find(({ slot }) => slot?.name === 't/3')?.outcome).toBe('aborted')
    expect(models['t/3']?.open).toBe(0)
    // The recipe asked for a quorum and got it.
    expect(result.degraded).toEqual([])
  })

  it('takes in what arrives within the grace: the slow good model is not always left out', async () => {
    const clock = virtualClock()
    const { ask } = bench(
      { proposers: panel(4), aggregator: 't/z', policy: { quorum: 2, graceMs: 500 } },
      { 't/0': after(100), 't/1': after(200), 't/2': after(600), 't/3': after(701), 't/z': 'Z' },
      clock,
    )
    const { proposals } = await clock.run(ask('q'))
    expect(proposals.map(({ slot }) => slot.name)).toEqual(['t/0', 't/1', 't/2'])
  })

  it('goes on at once with a grace of zero', async () => {
    const clock = virtualClock()
    const started = clock.now()
    const { ask } = bench(
      { proposers: panel(4), aggregator: 't/z', policy: { quorum: 1, graceMs: 0 } },
      { 't/0': after(100), 't/1': after(200), 't/2': after(200), 't/3': after(200), 't/z': 'Z' },
      clock,
    )
    await clock.run(ask('q'))
    expect(clock.now() - started).toBe(100)
  })

  it('counts only usable answers, and waits for everybody left when failures put the quorum out of reach', async () => {
    const clock = virtualClock()
    const { ask } = bench(
      { proposers: panel(4), aggregator: 't/z', policy: { quorum: 3, graceMs: 10 } },
      { 't/0': failing(), 't/1': after(50, '  '), 't/2': after(100), 't/3': after(5000), 't/z': 'Z' },
      clock,
    )
    const { proposals } = await clock.run(ask('q'))
    expect(proposals.map(({ slot }) => slot.name)).toEqual(['t/2', 't/3'])
  })

  it('refuses a quorum larger than the panel', () => {
    expect(() => bench({ proposers: panel(2), aggregator: 't/z', policy: { quorum: 3 } }, {})).toThrow(
      /quorum of 3 needs as many slots, there are 2/,
    )
  })
})

describe('bounded panels', () => {
  it('never has more calls under way than its concurrency', async () => {
    const clock = virtualClock()
    const started = clock.now()
    let open = 0
    let most = 0
    const { ask } = bench(
      { proposers: panel(4), aggregator: 't/z', policy: { concurrency: 1, quorum: 4 } },
      Object.fromEntries([
        ...panel(4).map((name) => [
          name,
          () => {
            open += 1
            most = Math.max(most, open)
            clock.after(100, () => (open -= 1))
            return after(100)
          },
        ]),
        ['t/z', 'Z'],
      ]) as Record<string, Script>,
      clock,
    )
    await clock.run(ask('q'))
    expect(most).toBe(1)
    expect(clock.now() - started).toBe(400)
  })
})

describe('hedging', () => {
  const hedged = (hedge: NonNullable<RecipeInput['policy']>['hedge']): RecipeInput => ({
    proposers: ['t/a', 't/b'],
    aggregator: 't/z',
    policy: { ...(hedge && { hedge }) },
  })

  it('starts a second copy after the delay, takes the first answer, aborts and bills the other', async () => {
    const clock = virtualClock()
    const started = clock.now()
    const { ask, models } = bench(
      hedged({ afterMs: 1000 }),
      {
        't/a': (_, call) => (call === 1 ? after(30_000, 'slow') : after(200, 'quick')),
        't/b': after(100),
        't/z': 'Z',
      },
      clock,
    )
    const result = await clock.run(ask('q'))
    expect(clock.now() - started).toBe(1200)
    expect(result.proposals.find(({ slot }) => slot.name === 't/a')?.text).toBe('quick')
    expect(models['t/a']?.open).toBe(0)
    const calls = result.calls.filter(({ slot }) => slot?.name === 't/a')
    expect(calls.map(({ outcome, hedge }) => [outcome, hedge ?? false]).sort()).toEqual([
      ['aborted', false],
      ['completed', true],
    ])
  })

  it('starts no second copy of a call that is in time', async () => {
    const clock = virtualClock()
    const { ask, models } = bench(
      hedged({ afterMs: 1000 }),
      { 't/a': after(999), 't/b': after(100), 't/z': 'Z' },
      clock,
    )
    await clock.run(ask('q'))
    expect(models['t/a']?.requests).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('sends the second copy to another model, at once when the first fails', async () => {
    const clock = virtualClock()
    const { ask } = bench(
      hedged({ afterMs: 60_000, model: 't/spare' }),
      { 't/a': failing(), 't/b': after(100), 't/spare': after(50, 'spare'), 't/z': 'Z' },
      clock,
    )
    const result = await clock.run(ask('q'))
    expect(result.proposals.map(({ text }) => text).sort()).toEqual(['an answer', 'spare'])
    expect(result.degraded).toEqual([])
  })

  it('learns the delay from the model’s own recent calls', async () => {
    const clock = virtualClock()
    let stall = false
    const { ask, models } = bench(
      hedged({ percentile: 95 }),
      {
        't/a': () => (stall ? ((stall = false), after(60_000)) : after(1000)),
        't/b': after(100),
        't/z': 'Z',
      },
      clock,
    )
    for (let run = 0; run < 12; run += 1) await clock.run(ask('q'))
    expect(models['t/a']?.requests).toHaveLength(12)
    stall = true
    const started = clock.now()
    await clock.run(ask('q'))
    expect(clock.now() - started).toBe(2001)
  })
})

describe('the deadline', () => {
  it('is divided over the stages; a stage that runs out of its share is cut and disclosed', async () => {
    const clock = virtualClock()
    const started = clock.now()
    const { ask } = bench(
      { proposers: ['t/a', 't/b'], aggregator: 't/z', deadlineMs: 10_000 },
      { 't/a': after(100), 't/b': after(60_000), 't/z': after(1000, 'Z') },
      clock,
    )
    const result = await clock.run(ask('q'))
    expect(clock.now() - started).toBe(6000)
    expect(result.text).toBe('Z')
    expect(result.degraded).toMatchObject([{ code: 'deadline', slot: { name: 't/b' } }])
  })

  it('answers with a proposal when the aggregator is not there in time', async () => {
    const clock = virtualClock()
    const started = clock.now()
    const { ask } = bench(
      { proposers: ['t/a'], aggregator: ['t/y', 't/z'], deadlineMs: 10_000 },
      { 't/a': after(100, 'A'), 't/y': after(60_000), 't/z': 'Z' },
      clock,
    )
    const result = await clock.run(ask('q'))
    expect(clock.now() - started).toBe(10_000)
    expect(result.text).toBe('A')
    expect(result.degraded).toMatchObject([{ code: 'deadline' }])
  })

  it('is the request’s own where it states one', async () => {
    const clock = virtualClock()
    const started = clock.now()
    const { ask } = bench(
      { proposers: ['t/a'], aggregator: 't/z', deadlineMs: 10_000 },
      { 't/a': after(60_000), 't/z': after(60_000) },
      clock,
    )
    await expect(clock.run(ask('q', { limits: { deadlineMs: 3000 } }))).rejects.toMatchObject({
      code: 'deadline',
    })
    expect(clock.now() - started).toBe(3000)
  })
})
