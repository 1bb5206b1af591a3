import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimServer, type SimLogEntry, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, type Ended } from './moa.js'

const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** Questions in the published layout: two of each of four kinds, the last two with reference answers. */
const QUESTIONS = [81, 82, 91, 92, 101, 102, 111, 112].map((question_id, index) => ({
  question_id,
  category: ['writing', 'roleplay', 'reasoning', 'math'][index >> 1],
  turns: [`What comes after step ${question_id}, and why?`, `And what came before step ${question_id}?`],
}))
const REFERENCES = QUESTIONS.slice(4).map(({ question_id }) => ({
  question_id,
  answer_id: `reference-${question_id}`,
  model_id: 'gpt-4',
  choices: [{ index: 0, turns: [`Step ${question_id + 1}.`, `Step ${question_id - 1}.`] }],
  tstamp: 1,
}))

const SKILLS = ['Logical Correctness', 'Readability', 'Completeness', 'Factuality']
const INSTANCES = Array.from({ length: 10 }, (_, index) => ({
  idx: index + 1,
  instruction: `Explain how ${index + 2} bridges carry a load.`,
  answer: 'By passing it on to their piers.',
  skill: [0, 1, 2].map((offset) => SKILLS[(index + offset) % SKILLS.length]),
  domain: [index % 2 === 0 ? 'Technology' : 'Natural Science'],
  difficulty: index % 3 === 0 ? 'expert level knowledge' : 'formal education knowledge',
  task: 'made up',
}))

const ARENA = Array.from({ length: 6 }, (_, index) => ({
  uid: `q${index}`,
  category: index < 4 ? 'hard_prompt' : 'creative_writing',
  subcategory: 'coding',
  prompt: `Write a loop that runs ${index} times.`,
}))
const arenaAnswers = jsonl(
  ARENA.map(({ uid, prompt }) => ({
    uid,
    ans_id: `a-${uid}`,
    model: 'house',
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: { answer: 'Use a counter.' } },
    ],
    tstamp: 1,
  })),
)

const config = (url: string): string => `providers:
  lab: { baseURL: "${url}", apiKey: sim-key, retry: { attempts: 1 } }
recipes:
  trio: { proposers: [lab/ada, lab/grace, lab/alan], aggregator: lab/barbara }
`

function project(url: string): Sandbox {
  const box = new Sandbox()
  box.write('moa.config.yaml', config(url))
  box.write('data/mt_bench/question.jsonl', jsonl(QUESTIONS))
  box.write('data/mt_bench/reference_answer/gpt-4.jsonl', jsonl(REFERENCES))
  box.write('data/flask/flask_evaluation.jsonl', jsonl(INSTANCES))
  box.write('data/arena_hard/v2.0/question.jsonl', jsonl(ARENA))
  box.write('house.jsonl', arenaAnswers)
  return box
}

type Row = Readonly<Record<string, unknown>>
interface Report {
  readonly run: string
  readonly status: string
  readonly results: readonly Row[]
  readonly counts: Readonly<
    Record<'answers' | 'judgments', { readonly done: number; readonly total: number }>
  >
}

const run = (box: Sandbox, ...args: string[]): Promise<Ended> =>
  box.run(['eval', 'run', ...args, '--data', 'data', '--json'])
const reportOf = ({ stdout }: Ended): Report => JSON.parse(stdout) as Report
const figures = ({ results }: Report): unknown => results.map(({ answers: _, ...row }) => row)
const finished = (log: readonly SimLogEntry[]): string[] =>
  log
    .filter(({ outcome }) => outcome === 'completed')
    .map(({ model, promptHash }) => `${model} ${promptHash}`)
const lines = (box: Sandbox, path: string): Row[] =>
  readFileSync(join(box.cwd, path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({ seed: 11 })
  box = project(sim.url)
})
afterAll(async () => {
  await sim.close()
  box.remove()
})

/** Runs a command, kills it while two calls of a model hang, and runs it again against a server that answers. */
async function killedAndResumed(
  args: readonly string[],
  {
    model,
    calls,
    done,
  }: { readonly model: string; readonly calls: readonly number[]; readonly done: number },
): Promise<{ before: string[]; after: string[]; resumed: Ended; killed: Sandbox }> {
  const first = await startSimServer({
    seed: 11,
    script: calls.map((call) => ({ match: { model, call }, fault: 'hang-before' })),
  })
  const killed = project(first.url)
  const child = killed.start(['eval', 'run', ...args, '--data', 'data', '--json'], { input: '' })
  await child.until(() => finished(first.log).length === done && first.inFlight === 2, `${model} to hang`)
  child.child.kill('SIGKILL')
  await child.ended
  await first.idle()
  const before = finished(first.log)
  await first.close()
  const second = await startSimServer({ seed: 11 })
  killed.write('moa.config.yaml', config(second.url))
  const resumed = await run(killed, ...args)
  const after = finished(second.log)
  await second.close()
  return { before, after, resumed, killed }
}

describe('mt-bench over HTTP', () => {
  const args = ['mt-bench', '-c', 'trio', '-c', 'lab/ada', '-j', 'lab/donald', '--concurrency', '2']

  it('killed between two turns, goes on without a repeated call and ends like an unbroken run', async () => {
    // Three answers of the aggregator are there; the next two hang: in one place a first turn, in the other a second.
    const alone = ['mt-bench', '-c', 'trio', '-j', 'lab/donald', '--concurrency', '2']
    const { before, after, resumed, killed } = await killedAndResumed(alone, {
      model: 'barbara',
      calls: [4, 5],
      done: 3 + 5 * 3,
    })
    expect(resumed.stderr).toContain('goes on')
    expect(resumed.code).toBe(0)
    expect(after.filter((call) => before.includes(call))).toEqual([])
    // Each of two turns takes four calls of the mixture and a judgment.
    expect(before.length + after.length).toBe(8 * 2 * (4 + 1))
    sim.clearLog()
    const unbroken = await run(box, ...alone)
    expect(figures(reportOf(resumed))).toEqual(figures(reportOf(unbroken)))
    expect(new Set(finished(sim.log))).toEqual(new Set([...before, ...after]))
    killed.remove()
  })

  it('asks the second turn with the first answer in view, at the temperature of the category', async () => {
    const { run: id } = reportOf(await run(box, ...args))
    await box.run(['eval', 'export', id, '-o', 'mt'])
    const answers = lines(box, 'mt/model_answer/trio.jsonl')
    expect(answers.map((row) => row['question_id'])).toEqual(QUESTIONS.map(({ question_id }) => question_id))
    const judgments = lines(box, 'mt/model_judgment/lab__donald_single.jsonl')
    expect(judgments).toHaveLength(32)
    const [first] = (answers[0]!['choices'] as { turns: string[] }[])[0]!.turns
    const second = judgments.find(
      (row) => row['model'] === 'trio' && row['question_id'] === 81 && row['turn'] === 2,
    )!
    expect(second['judge']).toEqual(['lab/donald', 'own-single-v1-multi-turn'])
    expect(second['user_prompt']).toContain(first)
  })

  it('is scored from its own export to the same figures, and by its log to the same again', async () => {
    const report = reportOf(await run(box, ...args))
    await box.run(['eval', 'export', report.run, '-o', 'again'])
    const scored = await box.run([
      'eval',
      'score',
      'mt-bench',
      '--judgments',
      'again/model_judgment/lab__donald_single.jsonl',
      '--json',
    ])
    const { published } = JSON.parse(scored.stdout) as { published: { average: Row[] } }
    expect(published.average.map(({ model, score }) => ({ model, score }))).toEqual(
      report.results.map((row) => ({ model: row['model'], score: row['average'] })),
    )
    expect(figures(reportOf(await box.run(['eval', 'show', report.run, '--json'])))).toEqual(figures(report))
  })

  it('compares pairwise with a baseline and with each other, two games each', async () => {
    sim.clearLog()
    const pair = await run(
      box,
      'mt-bench',
      '--mode',
      'pairwise-baseline',
      '--baseline',
      'lab/ada',
      '-c',
      'lab/grace',
      '-j',
      'lab/donald',
    )
    expect(finished(sim.log).filter((call) => call.startsWith('donald'))).toHaveLength(8 * 2 * 2)
    expect(reportOf(pair).results.map((row) => row['model'])).toEqual(['lab/grace'])
    const all = await run(
      box,
      'mt-bench',
      '--mode',
      'pairwise-all',
      '-c',
      'lab/ada',
      '-c',
      'lab/grace',
      '-c',
      'lab/alan',
      '-j',
      'lab/donald',
      '--limit',
      '2',
    )
    expect(reportOf(all).counts.judgments.total).toBe(2 * 2 * 3)
    expect(reportOf(all).results).toHaveLength(3)
  })

  it('takes recorded answers, and refuses those of another benchmark, unknown modes and flags of others', async () => {
    box.write(
      'recorded.jsonl',
      jsonl(
        QUESTIONS.map(({ question_id }) => ({
          question_id,
          answer_id: 'a',
          model_id: 'x',
          choices: [{ index: 0, turns: ['One.', 'Two.'] }],
          tstamp: 1,
        })),
      ),
    )
    const recorded = await run(box, 'mt-bench', '-c', 'recorded.jsonl', '-j', 'lab/donald')
    expect(recorded.code).toBe(0)
    expect(reportOf(recorded).results[0]).toMatchObject({ model: 'recorded', judgments: 16 })
    for (const [flags, message] of [
      [
        ['-c', 'house.jsonl', '-j', 'lab/donald'],
        /no line holds an MT-Bench answer.*Arena-Hard v2\.0 answer/,
      ],
      [['-c', 'lab/ada', '-j', 'lab/donald', '--mode', 'pair'], /has the modes single, pairwise-baseline/],
      [['-c', 'lab/ada', '-j', 'lab/donald', '--deterministic-judge'], /means nothing to mt-bench/],
      [
        ['-c', 'lab/ada', '-j', 'lab/donald', '--reference-answers', 'claude'],
        /no reference_answer\/claude\.jsonl/,
      ],
      [['-c', 'lab/ada'], /Nobody judges/],
    ] as const) {
      const { code, stderr } = await run(box, 'mt-bench', ...flags)
      expect(code).toBe(2)
      expect(stderr).toMatch(message)
    }
  })
})

describe('flask over HTTP', () => {
  const args = ['flask', '-c', 'trio', '-j', 'lab/donald', '--concurrency', '2']

  it('killed while judging, goes on without a repeated call and ends like an unbroken run', async () => {
    const { before, after, resumed, killed } = await killedAndResumed(args, {
      model: 'donald',
      calls: [4, 5],
      done: 43,
    })
    expect(resumed.code).toBe(0)
    expect(after.filter((call) => before.includes(call))).toEqual([])
    expect(before.length + after.length).toBe(10 * (4 + 1))
    sim.clearLog()
    const unbroken = await run(box, ...args)
    expect(figures(reportOf(resumed))).toEqual(figures(reportOf(unbroken)))
    expect(new Set(finished(sim.log))).toEqual(new Set([...before, ...after]))
    killed.remove()
  })

  it('exports reviews by id that the published aggregation reads to the same means', async () => {
    const report = reportOf(await run(box, ...args))
    await box.run(['eval', 'export', report.run, '-o', 'fl'])
    const reviews = lines(box, 'fl/gpt_review/trio_review.jsonl')
    expect(reviews.map((row) => row['idx'])).toEqual(INSTANCES.map(({ idx }) => idx))
    expect(reviews[0]).toMatchObject({ task: 'made up', skill: INSTANCES[0]!.skill })
    const scored = await box.run([
      'eval',
      'score',
      'flask',
      '--reviews',
      'fl/gpt_review/trio_review.jsonl',
      '--by',
      'skill',
      '--json',
    ])
    const { published } = JSON.parse(scored.stdout) as {
      published: { skill: { rows: { skill: string; avg: number }[] } }
    }
    const { readability, correctness } = report.results[0]!
    expect(published.skill.rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ skill: 'readability', avg: readability }),
        expect.objectContaining({ skill: 'correctness', avg: correctness }),
      ]),
    )
  })
})

describe('arena-hard over HTTP', () => {
  it('plays two games against recorded answers, of one category, and is exported as published', async () => {
    sim.clearLog()
    const args = [
      'arena-hard',
      '-c',
      'lab/ada',
      '-c',
      'trio',
      '--baseline',
      'house.jsonl',
      '-j',
      'lab/donald',
    ]
    const ended = await run(box, ...args)
    expect(ended.code).toBe(0)
    const report = reportOf(ended)
    expect(finished(sim.log).filter((call) => call.startsWith('donald'))).toHaveLength(4 * 2 * 2)
    expect(report.results.map((row) => row['model']).sort()).toEqual(['house', 'lab/ada', 'trio'])
    await box.run(['eval', 'export', report.run, '-o', 'ar'])
    const judgments = lines(box, 'ar/model_judgment/lab__donald/trio.jsonl')
    expect(judgments.map((row) => row['uid'])).toEqual(['q0', 'q1', 'q2', 'q3'])
    expect(judgments[0]).toMatchObject({ model: 'trio', baseline: 'house', category: 'hard_prompt' })
    const scored = await box.run([
      'eval',
      'score',
      'arena-hard',
      '--judgments',
      'ar/model_judgment/lab__donald/trio.jsonl',
      '--json',
    ])
    expect(JSON.parse(scored.stdout)).toMatchObject({ version: 'v2.0', categories: [{ baseline: 'house' }] })
  })

  it('does not overwrite an export unless told to', async () => {
    const { run: id } = reportOf(await run(box, 'flask', '-c', 'lab/ada', '-j', 'lab/donald', '--limit', '2'))
    expect((await box.run(['eval', 'export', id, '-o', 'twice'])).code).toBe(0)
    const second = await box.run(['eval', 'export', id, '-o', 'twice'])
    expect(second.code).toBe(2)
    expect(second.stderr).toMatch(/is there already/)
    expect((await box.run(['eval', 'export', id, '-o', 'twice', '--force'])).code).toBe(0)
    expect(existsSync(join(box.cwd, 'twice/gpt_review/lab__ada_review.jsonl'))).toBe(true)
  })
})
