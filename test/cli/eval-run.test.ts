import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimServer, type SimLogEntry, type SimServer } from '../../src/sim/index.js'
import { hasShared, sharedPath } from '../shared.js'
import { Sandbox, built, type Ended } from './moa.js'

const INSTRUCTIONS = Array.from({ length: 12 }, (_, index) => `What is ${index} plus ${index + 3}, and why?`)

/** An evaluation set in the official layout. */
const baseline = INSTRUCTIONS.map((instruction, index) => ({
  dataset: index % 2 === 0 ? 'even' : 'odd',
  instruction,
  output: `The sum is ${2 * index + 3}. Counting on from ${index} gives it.`,
  generator: 'house_baseline',
}))

const outputs = (generator: string, rows: readonly object[] = []): object[] =>
  rows.length > 0
    ? [...rows]
    : INSTRUCTIONS.map((instruction, index) => ({
        instruction,
        output: `It is ${2 * index + 3}.`,
        generator,
      }))

const config = (url: string): string => `providers:
  lab: { baseURL: "${url}", apiKey: sim-key, retry: { attempts: 1 } }
proposers: [lab/ada, lab/grace, lab/alan]
aggregator: lab/barbara
recipes:
  trio: { proposers: [lab/ada, lab/grace, lab/alan], aggregator: lab/barbara }
prices:
  lab/ada: { input: 1, output: 2 }
  lab/grace: { input: 1, output: 2 }
  lab/alan: { input: 1, output: 2 }
  lab/barbara: { input: 1, output: 2 }
  lab/donald: { input: 1, output: 2 }
`

/** A project with an evaluation set and a provider. */
function project(url: string): Sandbox {
  const box = new Sandbox()
  box.write('moa.config.yaml', config(url))
  box.write('data/alpaca_eval_gpt4_baseline.json', JSON.stringify(baseline))
  return box
}

const run = (box: Sandbox, ...flags: string[]): Promise<Ended> =>
  box.run(['eval', 'run', 'alpaca-eval', '--data', 'data', ...flags])

interface Report {
  readonly run: string
  readonly status: string
  readonly reason?: string
  readonly results: readonly Record<string, unknown>[]
  readonly failures: readonly { readonly item: string; readonly error: { readonly message: string } }[]
  readonly unscored: readonly { readonly id: string; readonly reason: string }[]
  readonly problems: readonly { readonly code: string; readonly count: number }[]
  readonly cost_usd: number
}

const reportOf = ({ stdout }: Ended): Report => JSON.parse(stdout) as Report

/** What was measured, without what a clock has a say in. */
const figures = ({ results }: Report): unknown => results.map(({ answers: _, ...row }) => row)

const finished = (log: readonly SimLogEntry[]): string[] =>
  log
    .filter(({ outcome }) => outcome === 'completed')
    .map(({ model, promptHash }) => `${model} ${promptHash}`)

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 7 })
  box = project(sim.url)
})
afterAll(async () => {
  await sim.close()
  box.remove()
})

describe('a killed run', () => {
  it('goes on in mid-answer without a repeated call, and ends like one that was never killed', async () => {
    const flags = ['-c', 'trio', '-j', 'lab/donald', '--concurrency', '2', '--json']
    const stuck = [5, 6].map((call) => ({ match: { model: 'barbara', call }, fault: 'hang-before' }))
    const first = await startSimServer({ seed: 7, script: stuck })
    const killed = project(first.url)
    const process = killed.start(['eval', 'run', 'alpaca-eval', '--data', 'data', ...flags], { input: '' })
    // Both places are taken by answers whose proposals are there and whose aggregator hangs.
    await process.until(
      () => finished(first.log).length === 22 && first.inFlight === 2,
      'the aggregator to hang',
    )
    process.child.kill('SIGKILL')
    await process.ended
    await first.idle()
    const before = finished(first.log)
    await first.close()

    const second = await startSimServer({ seed: 7 })
    killed.write('moa.config.yaml', config(second.url))
    const resumed = await run(killed, ...flags)
    const after = finished(second.log)
    await second.close()
    expect(resumed.stderr).toContain('goes on')
    expect(resumed.code).toBe(0)
    expect(before).toHaveLength(22)
    expect(after.filter((call) => before.includes(call))).toEqual([])
    expect(before.length + after.length).toBe(12 * 4 + 12)

    sim.clearLog()
    const unbroken = await run(box, ...flags)
    expect(figures(reportOf(resumed))).toEqual(figures(reportOf(unbroken)))
    expect(reportOf(resumed).cost_usd).toBeCloseTo(reportOf(unbroken).cost_usd, 10)
    expect(new Set(finished(sim.log))).toEqual(new Set([...before, ...after]))

    sim.clearLog()
    const again = await run(box, ...flags)
    expect(figures(reportOf(again))).toEqual(figures(reportOf(unbroken)))
    const shown = await box.run(['eval', 'show', reportOf(unbroken).run, '--json'])
    expect(reportOf(shown)).toEqual(reportOf(again))
    expect(sim.log).toEqual([])
    killed.remove()
  })

  it('starts over with --new', async () => {
    const flags = ['-c', 'lab/ada', '-j', 'lab/donald', '--limit', '3', '--json']
    const first = reportOf(await run(box, ...flags))
    sim.clearLog()
    const second = reportOf(await run(box, ...flags, '--new'))
    expect(second.run).not.toBe(first.run)
    expect(sim.log).toHaveLength(6)
  })
})

describe('money', () => {
  it('stops before the limit, says so, and goes on with a higher one', async () => {
    const flags = ['-c', 'lab/grace', '-j', 'lab/donald', '--concurrency', '1', '--json']
    const stopped = await run(box, ...flags, '--max-cost', '0.002')
    expect(stopped.code).toBe(3)
    const report = reportOf(stopped)
    expect(report).toMatchObject({ status: 'stopped' })
    expect(report.reason).toContain('--max-cost $0.002 is reached')
    expect(report.cost_usd).toBeGreaterThan(0)
    expect(report.cost_usd).toBeLessThan(0.003)
    sim.clearLog()
    const done = await run(box, ...flags, '--max-cost', '1')
    expect(done.code).toBe(0)
    expect(reportOf(done)).toMatchObject({ run: report.run, status: 'finished' })
    expect(finished(sim.log).length).toBeLessThan(24)
  })

  it('refuses a limit where a price is unknown', async () => {
    const { code, stdout } = await run(
      box,
      '-c',
      'lab/katherine',
      '-j',
      'lab/donald',
      '--max-cost',
      '1',
      '--json',
    )
    expect(code).toBe(3)
    expect(reportOf({ stdout } as Ended).reason).toContain('no price is known for lab/katherine')
  })
})

describe('judges', () => {
  it.each(['weighted', 'verdict', 'ranking', 'function'])('%s gives every pair a verdict', async (name) => {
    const { code, stdout } = await run(box, '-c', 'lab/ada', '-j', `${name}@lab/donald`, '--json')
    expect(code).toBe(0)
    expect(reportOf({ stdout } as Ended).results[0]).toMatchObject({ model: 'lab/ada', n_total: 12 })
  })

  it('can be a mixture', async () => {
    const { code, stdout } = await run(
      box,
      '-c',
      'lab/ada',
      '-j',
      'panel=ranking@trio',
      '--limit',
      '3',
      '--json',
    )
    expect(code).toBe(0)
    expect(reportOf({ stdout } as Ended).results[0]).toMatchObject({ n_total: 3 })
  })

  it('without log-probabilities are named, with what to do', async () => {
    const { code, stderr } = await run(box, '-c', 'lab/ada', '-j', 'lab/donald+nologprobs', '--limit', '3')
    expect(code).toBe(2)
    expect(stderr).toContain('The judge lab/donald+nologprobs gives no log-probabilities')
    expect(stderr).toContain('--judge ranking@lab/donald+nologprobs')
  })

  it('that talk nonsense leave their pairs unscored, listed, with exit code 3', async () => {
    box.write(
      'judges/chatty/configs.yaml',
      'chatty:\n  prompt_template: chatty/prompt.txt\n  completions_kwargs: {}\n',
    )
    box.write('judges/chatty/prompt.txt', 'Talk about {instruction} and {output_1} and {output_2}')
    const flags = ['-c', 'lab/ada', '-j', 'chatty@lab/donald', '--judge-configs', 'judges', '--limit', '4']
    const { code, stderr, stdout } = await run(box, ...flags, '--json')
    expect(code).toBe(3)
    expect(reportOf({ stdout } as Ended).unscored).toHaveLength(4)
    const shown = await box.run(['eval', 'show', reportOf({ stdout } as Ended).run])
    expect(shown.code).toBe(3)
    expect(shown.stderr).toContain('4 unscored')
    expect(stderr).not.toContain('    at ')
  })

  it('that fail are retried on the next run, and nothing else is', async () => {
    const server = await startSimServer({
      seed: 7,
      script: [{ match: { model: 'donald', call: 2 }, fault: '500' }],
    })
    const own = project(server.url)
    const flags = ['-c', 'lab/ada', '-j', 'lab/donald', '--concurrency', '1', '--limit', '4', '--json']
    const first = await run(own, ...flags)
    expect(first.code).toBe(3)
    expect(reportOf(first).failures).toHaveLength(1)
    expect(reportOf(first).results[0]).toMatchObject({ n_total: 3 })
    server.clearLog()
    const second = await run(own, ...flags)
    expect(second.code).toBe(0)
    expect(server.log.map(({ model }) => model)).toEqual(['donald'])
    await server.close()
    own.remove()
  })
})

describe('recorded answers', () => {
  const recorded = async (rows: readonly unknown[], ...more: string[]): Promise<Ended> => {
    box.write('answers.json', JSON.stringify(rows))
    return run(box, '-c', 'answers.json', '-j', 'lab/donald', '--json', ...more)
  }

  it('are judged like anybody, under the name in the file or another', async () => {
    const done = await recorded(outputs('somebody'))
    expect(done.code).toBe(0)
    expect(reportOf(done).results).toMatchObject([{ model: 'somebody', n_total: 12, n_draws: 0 }])
    const renamed = await run(box, '-c', 'other=answers.json', '-j', 'lab/donald', '--json')
    expect(reportOf(renamed).results).toMatchObject([{ model: 'other' }])
  })

  it('equal to the baseline are draws that no judge is asked about', async () => {
    sim.clearLog()
    const done = await recorded(baseline.map((row) => ({ ...row, generator: 'copycat' })))
    expect(reportOf(done).results).toMatchObject([{ n_draws: 12, win_rate: 50 }])
    expect(sim.log).toEqual([])
  })

  it('with missing and extra instructions are counted and listed', async () => {
    const rows = [
      ...outputs('partial').slice(2),
      { instruction: 'Nobody asked', output: 'x', generator: 'partial' },
    ]
    const done = await recorded(rows)
    expect(done.code).toBe(3)
    const report = reportOf(done)
    expect(report.results).toMatchObject([{ model: 'partial', n_total: 10 }])
    expect(report.failures.map(({ item }) => item).sort()).toEqual([
      'answer\tpartial\t0',
      'answer\tpartial\t1',
    ])
    expect(done.stderr).toContain('id-unknown (1)')
    expect(done.stderr).toContain('record-missing (2)')
  })

  it('with duplicates and empty outputs are counted, and judged as they are', async () => {
    const [first, ...others] = outputs('sloppy') as { instruction: string; output: string }[]
    const done = await recorded([{ ...first, output: '' }, first, ...others, others[0]])
    expect(done.code).toBe(3)
    expect(done.stderr).toContain('answer-empty (1)')
    expect(done.stderr).toContain('record-duplicate (1)')
    expect(reportOf(done).results).toMatchObject([{ n_total: 12 }])
  })

  it.each([
    [
      'annotations',
      [{ instruction: 'a', output_1: 'b', output_2: 'c', preference: 1 }],
      'this looks like annotations',
    ],
    ['other rows', [{ question_id: 1, text: 'x' }], 'expected an array of {instruction, output, generator}'],
    ['an empty list', [], 'expected an array of {instruction, output, generator}'],
  ])('of another format are refused: %s', async (_, rows, message) => {
    const done = await recorded(rows)
    expect(done.code).toBe(2)
    expect(done.stderr).toContain(message)
    expect(done.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('that are no JSON are refused', async () => {
    writeFileSync(join(box.cwd, 'broken.json'), '[{"instruction": ')
    const done = await run(box, '-c', 'broken.json', '-j', 'lab/donald')
    expect(done.code).toBe(2)
    expect(done.stderr).toContain('broken.json')
  })
})

describe('mistakes', () => {
  it.each([
    [['-j', 'lab/donald'], 'Nobody is to be measured'],
    [['-c', 'lab/ada'], 'Nobody judges'],
    [['-c', 'trioo', '-j', 'lab/donald'], 'Did you mean "trio"?'],
    [['-c', 'nowhere.json', '-j', 'lab/donald'], 'there is no such file'],
    [['-c', 'lab/ada', '-j', 'weigthed'], 'Did you mean "weighted"?'],
    [['-c', 'lab/ada', '-c', 'lab/ada', '-j', 'lab/donald'], 'Two contestants are called "lab/ada"'],
    [['-c', 'lab/ada', '-j', 'lab/donald', '--edition', '3'], 'has the editions 1 and 2'],
    [['-c', 'lab/ada', '-j', 'lab/donald', '--sample', '13'], 'the benchmark has 12 samples'],
    [['-c', 'lab/ada', '-j', 'lab/donald', '-j', 'lab/grace'], 'takes one --judge'],
    [['-c', 'lab/ada', '-j', 'lab/donald', '--data', 'nowhere'], 'There is no folder'],
  ])('%j is told in one line', async (flags, message) => {
    const { code, stderr } = await run(box, ...flags)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('comparison', () => {
  it('pairs contestants by sample, of one run and of several', async () => {
    box.write('short.json', JSON.stringify(outputs('short')))
    const one = reportOf(await run(box, '-c', 'lab/ada', '-c', 'short.json', '-j', 'lab/donald', '--json'))
    const other = reportOf(await run(box, '-c', 'lab/grace', '-j', 'lab/donald', '--json'))
    const { code, stdout } = await box.run([
      'eval',
      'compare',
      one.run,
      other.run,
      '--json',
      '--difference',
      '10',
    ])
    expect(code).toBe(0)
    const pairs = JSON.parse(stdout) as Record<string, unknown>[]
    expect(pairs.map(({ a, b }) => [a, b])).toEqual([
      ['lab/ada', 'short'],
      ['lab/ada', 'lab/grace'],
      ['short', 'lab/grace'],
    ])
    for (const pair of pairs) {
      expect(pair).toMatchObject({ items: 12 })
      expect(pair['difference']).toBeCloseTo(Number(pair['meanA']) - Number(pair['meanB']), 9)
      expect(pair['itemsForDifference']).toBeGreaterThan(0)
    }
    const again = await box.run(['eval', 'compare', one.run, other.run, '--json', '--difference', '10'])
    expect(again.stdout).toBe(stdout)
  })

  it('needs two contestants', async () => {
    const only = reportOf(await run(box, '-c', 'lab/ada', '-j', 'lab/donald', '--limit', '2', '--json'))
    const { code, stderr } = await box.run(['eval', 'compare', only.run])
    expect(code).toBe(2)
    expect(stderr).toContain('A comparison needs two contestants')
  })
})

describe('judges against people', () => {
  const gold = INSTRUCTIONS.flatMap((instruction, index) =>
    [1, 2, 2, index % 2 === 0 ? 1 : 2].map((preference, annotator_index) => ({
      instruction,
      output_1: `${index}`,
      output_2: `The sum of ${index} and ${index + 3} is ${2 * index + 3}, since counting on gives it.`,
      preference,
      annotator_index,
      datasplit: 'eval',
    })),
  )

  it('are rows of one table: asked now, of an earlier run, humans and longest', async () => {
    box.write('gold.json', JSON.stringify(gold))
    const flags = ['--gold', 'gold.json', '-j', 'verdict@lab/donald', '-j', 'panel=ranking@trio']
    const first = await box.run(['eval', 'run', 'alpaca-judges', ...flags, '--json'])
    expect(first.code).toBe(0)
    const report = reportOf(first)
    expect(report.results.map(({ model }) => model).sort()).toEqual([
      'humans',
      'longest',
      'panel',
      'verdict@lab/donald',
    ])
    const panel = report.results.find(({ model }) => model === 'panel')
    expect(panel).toMatchObject({ '# parsed': 48 })
    expect(panel?.['Price [$/1000 examples]']).toBeGreaterThan(0)
    expect(panel?.['Swap consistency']).toBeGreaterThan(0)
    sim.clearLog()
    const table = await box.run([
      ...['eval', 'judges', '--gold', 'gold.json', '--with', report.run],
      ...['--judge', 'weighted@lab/grace', '--judge-seeds', '1', '--json'],
    ])
    expect(table.code).toBe(0)
    const rows = JSON.parse(table.stdout) as Record<string, unknown>[]
    expect(rows.map(({ judge }) => judge).sort()).toEqual([
      'humans',
      'longest',
      'panel',
      'verdict@lab/donald',
      'weighted@lab/grace',
    ])
    expect(new Set(sim.log.map(({ model }) => model))).toEqual(new Set(['grace']))
    const shown = rows.find(({ judge }) => judge === 'panel')
    expect(shown?.['Human agreement']).toBe(panel?.['Human agreement'])
  })
})

describe('a run that is at work', () => {
  it('is not begun a second time beside itself', async () => {
    const stuck = [{ match: { model: 'ada', call: 1 }, fault: 'hang-before' }]
    const server = await startSimServer({ seed: 7, script: stuck })
    const own = project(server.url)
    const flags = ['-c', 'lab/ada', '-j', 'lab/donald', '--limit', '1']
    const first = own.start(['eval', 'run', 'alpaca-eval', '--data', 'data', ...flags], { input: '' })
    await first.until(() => server.inFlight === 1, 'the first call')
    const second = await run(own, ...flags)
    expect(second.code).toBe(2)
    expect(second.stderr).toContain('is at work on run alpaca-eval-')
    first.child.kill('SIGINT')
    expect((await first.ended).code).toBe(130)
    const third = await run(own, ...flags, '--json')
    expect(reportOf(third)).toMatchObject({ status: 'finished' })
    await server.close()
    own.remove()
  })

  it('that nobody answers ends with the reason and the code of its errors', async () => {
    const { code, stderr } = await run(box, '-c', 'lab/ada+401', '-j', 'lab/donald')
    expect(code).toBe(4)
    expect(stderr).toContain('12 failed')
    expect(stderr.match(/refused the API key/g)).toHaveLength(2)
  })
})

const SHARED = 'benchmarks/alpaca_eval'
describe.skipIf(!hasShared(SHARED))('published answers', () => {
  it('are judged again by the official judge configuration over any model', async () => {
    const flags = ['--data', sharedPath(SHARED), '-j', 'weighted_alpaca_eval_gpt4_turbo@lab/donald']
    const contestant = sharedPath(`${SHARED}/model_outputs/Together-MoA-Lite.json.gz`)
    const done = await box.run([
      ...['eval', 'run', 'alpaca-eval', '-c', contestant, ...flags, '--sample', '40', '--json'],
    ])
    expect(done.code).toBe(0)
    const [row] = reportOf(done).results
    expect(row).toMatchObject({ model: 'Together-MoA-Lite', n_total: 40 })
    expect(row?.['lc_winrate_by_instruction']).toBeGreaterThan(0)
  })
})
