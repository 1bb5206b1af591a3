import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { textOf, type Message } from '../../src/core/index.js'
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
afterEach(() => sim.clearLog())
afterAll(async () => {
  await sim.close()
  box.remove()
})

/** Messages of the calls to a model, oldest first. */
const asked = (model: string): (readonly Message[])[] =>
  sim.log.filter((entry) => entry.model === model).map(({ messages = [] }) => messages)
const lastUserText = (messages: readonly Message[] | undefined): string =>
  textOf(messages?.findLast(({ role }) => role === 'user')?.content ?? '')

describe('moa ask', () => {
  it('prints the answer alone on standard output and progress on standard error', async () => {
    const { code, stdout, stderr } = await box.run(['ask', 'Why is the sky blue?'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Merged from 3 proposals:\n/)
    expect(stdout.endsWith('\n')).toBe(true)
    expect(stdout).not.toContain('\u001b')
    expect(stderr).toMatch(
      /layer 1 of 2 · proposals\n( {2}lab\/\w+: \d+ tokens in .*\n){3}layer 2 of 2 · answer\n/,
    )
    expect(stderr).toMatch(/lab\/barbara +1 +.* unknown\n/)
    expect(stderr).toMatch(/total +4 .* unknown\n/)
    expect(sim.log.map(({ model }) => model).sort()).toEqual(['ada', 'alan', 'barbara', 'grace'])
  })

  it('is quiet when asked to be', async () => {
    const { stdout, stderr } = await box.run(['ask', '--quiet', 'Hi'])
    expect(stdout).toContain('Merged from 3 proposals')
    expect(stderr).toBe('')
  })

  it('takes several words, standard input, or both', async () => {
    await box.run(['ask', '-q', 'one', 'two'])
    expect(lastUserText(asked('ada')[0])).toBe('one two')
    await box.run(['ask', '-q'], { input: 'piped\n' })
    expect(lastUserText(asked('ada')[1])).toBe('piped')
    await box.run(['ask', '-q', 'Summarise:'], { input: 'a long text\n' })
    expect(lastUserText(asked('ada')[2])).toBe('Summarise:\n\na long text')
    await box.run(['ask', '-q', '--no-stdin', 'Hi'], { input: 'not this' })
    expect(lastUserText(asked('ada')[3])).toBe('Hi')
  })

  it('does not wait for an input that nobody closes when there is a question', async () => {
    const started = box.start(['ask', '-q', 'Hi'])
    expect((await started.ended).code).toBe(0)
  })

  it('adds files: text under its name, images and PDFs as parts', async () => {
    box.write('notes.txt', 'some notes\n')
    box.write('dot.png', Buffer.from('iVBORw0KGgo=', 'base64'))
    box.write('paper.pdf', '%PDF-1.4')
    await box.run(['ask', '-q', '-f', 'notes.txt', '--file', 'dot.png', '-f', 'paper.pdf', 'What is this?'])
    const [user] = asked('ada')[0] ?? []
    expect(user?.content).toEqual([
      { type: 'text', text: 'What is this?\n\nnotes.txt:\n\nsome notes' },
      { type: 'image', url: 'data:image/png;base64,iVBORw0KGgo=' },
      { type: 'file', data: 'data:application/pdf;base64,JVBERi0xLjQ=', filename: 'paper.pdf' },
    ])
  })

  it('sends a system prompt to every model', async () => {
    await box.run(['ask', '-q', '--system', 'Be brief.', 'Hi'])
    for (const { messages } of sim.log)
      expect(messages?.[0]).toMatchObject({ role: 'system', content: 'Be brief.' })
  })

  it('asks the proposers and the aggregator named, in as many layers as named', async () => {
    const args = ['-p', 'lab/linus', '--proposer', 'lab/kurt', '-a', 'lab/radia', '--layers', '3']
    expect((await box.run(['ask', '-q', ...args, 'Hi'])).code).toBe(0)
    expect(sim.log.map(({ model }) => model).sort()).toEqual(['kurt', 'kurt', 'linus', 'linus', 'radia'])
  })

  it('asks a single model by its address', async () => {
    const { stdout, stderr } = await box.run(['ask', '--recipe', 'lab/linus', 'Hi'])
    expect(stdout).not.toContain('Merged')
    expect(stderr).toMatch(/lab\/linus +1 /)
    expect(sim.log).toHaveLength(1)
  })

  it('gives temperature and seed to every model, and the token limit to the answer', async () => {
    const { stdout } = await box.run([
      'ask',
      '--json',
      '-t',
      '0',
      '--seed',
      '5',
      '--max-tokens',
      '12',
      'Tell me more',
    ])
    const result = JSON.parse(stdout) as {
      finishReason: string
      usage: unknown
      proposals: { finishReason: string }[]
    }
    expect(result.finishReason).toBe('length')
    expect(result.proposals.map(({ finishReason }) => finishReason)).toEqual(['stop', 'stop', 'stop'])
    const again = await box.run([
      'ask',
      '--json',
      '-t',
      '0',
      '--seed',
      '5',
      '--max-tokens',
      '12',
      'Tell me more',
    ])
    expect((JSON.parse(again.stdout) as { answer: string }).answer).toBe(
      (JSON.parse(stdout) as { answer: string }).answer,
    )
  })

  it('shows proposals in the way of the reference scripts with --mode together', async () => {
    const template = box.write('template.txt', 'Answers of others:')
    const { code, stderr } = await box.run(['ask', '--mode', 'together', '--template', template, 'Hi'])
    expect(code).toBe(0)
    const [system, user] = asked('barbara')[0] ?? []
    expect(textOf(system?.content ?? '')).toMatch(/^Answers of others:\n1\. .*\n2\. /s)
    expect(textOf(user?.content ?? '')).toBe('Hi')
    expect(stderr).toContain('is not the published one')
  })

  it('prints proposals with --show-proposals', async () => {
    const { stdout, stderr } = await box.run(['ask', '--show-proposals', 'Hi'])
    for (const name of ['ada', 'grace', 'alan']) expect(stderr).toContain(`── lab/${name}, layer 1 ──\n`)
    expect(stdout).not.toContain('──')
  })

  it('prints one JSON object with --json', async () => {
    const { code, stdout } = await box.run(['ask', '--json', 'Hi'])
    expect(code).toBe(0)
    const result = JSON.parse(stdout) as Record<string, unknown>
    expect(result).toMatchObject({
      recipe: 'moa-lite',
      recipeHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      runId: expect.stringMatching(/^run_/),
      simulated: false,
      answer: expect.stringContaining('Merged from 3 proposals'),
      model: 'barbara',
      finishReason: 'stop',
      cost: { usd: null, unpricedCalls: 4 },
      degraded: [],
      failures: [],
    })
    expect(result['proposals']).toHaveLength(3)
    expect(result['calls']).toHaveLength(4)
    expect(result['durationMs']).toBeTypeOf('number')
    const tokens = sim.log.reduce((sum, entry) => sum + entry.completionTokensServed, 0)
    expect((result['usage'] as { outputTokens: number }).outputTokens).toBe(tokens)
  })

  it('prints every event as a line of JSON with --jsonl', async () => {
    const { stdout } = await box.run(['ask', '--jsonl', 'Hi'])
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; text?: string })
    expect(events[0]).toMatchObject({ type: 'run-start', simulated: false })
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
    expect(new Set(events.map(({ type }) => type))).not.toContain('proposal-delta')
    const answer = events
      .filter(({ type }) => type === 'answer-delta')
      .map(({ text }) => text)
      .join('')
    expect(answer).toContain('Merged from 3 proposals')
    const live = await box.run(['ask', '--jsonl', '--show-proposals', 'Hi'])
    expect(live.stdout).toContain('"type":"proposal-delta"')
  })

  it('goes on without a proposer that fails, and says so', async () => {
    const { code, stdout, stderr } = await box.run(['ask', '-p', 'lab/ada', '-p', 'lab/alan+500', 'Hi'])
    expect(code).toBe(0)
    expect(stdout).toContain('Merged from 1 proposal')
    expect(stderr).toMatch(/ {2}lab\/alan\+500: failed, lab .*HTTP 500/)
    expect(stderr).toMatch(/^! lab\/alan\+500: /m)
  })

  it('ends with 3 when the answer broke off, 4 when nobody answered', async () => {
    const broken = await box.run(['ask', '-p', 'lab/ada', '-a', 'lab/barbara+disconnect=4', 'Hi'])
    expect(broken.code).toBe(3)
    expect(broken.stdout.trim()).not.toBe('')
    expect(broken.stderr).toContain('broke off')
    const failed = await box.run(['ask', '--json', '-p', 'lab/ada+500', '-a', 'lab/barbara+500', 'Hi'])
    expect(failed.code).toBe(4)
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: 'all_failed' } })
    expect(failed.stderr).toMatch(/^moa: No model of recipe/m)
  })

  it('keeps within a deadline and within a budget', async () => {
    const late = await box.run([
      'ask',
      '--deadline',
      '1',
      '-p',
      'lab/ada',
      '-p',
      'lab/grace+hang-before',
      'Hi',
    ])
    expect(late.code).toBe(0)
    expect(late.stdout).toContain('Merged from 1 proposal')
    expect(late.stderr).toMatch(/lab\/grace\+hang-before: (dropped|failed)/)
    const dear = await box.run(['ask', '--max-cost', '0.01', 'Hi'])
    expect([dear.code, dear.stdout]).toEqual([4, ''])
    expect(dear.stderr).toMatch(/^moa: .*price.*lab\/ada/m)
  })

  it('says when the answer was cut off', async () => {
    const { code, stderr } = await box.run(['ask', '--recipe', 'lab/ada+length=5', 'Hi'])
    expect(code).toBe(0)
    expect(stderr).toContain('cut off at its token limit')
  })

  it('takes escape sequences of models out of what it prints', async () => {
    const trap = await startSimServer({
      recordings: { generators: ['trap'], find: () => 'before\u001b]0;owned\u0007\u001b[2Jafter\u0007' },
    })
    try {
      box.write('trap.yaml', `providers: { lab: { baseURL: "${trap.url}" } }\n`)
      const { stdout } = await box.run(['ask', '--config', 'trap.yaml', '--recipe', 'lab/trap', 'Hi'])
      expect(stdout).toBe('beforeafter\n')
    } finally {
      await trap.close()
    }
  })

  it('prices what it knows the price of', async () => {
    box.write('priced.yaml', labConfig(sim.url, 'prices: { lab/ada: { input: 1, output: 2 } }'))
    const { stderr } = await box.run(['ask', '--config', 'priced.yaml', 'Hi'])
    expect(stderr).toMatch(/lab\/ada .* \$0\.0\d+\n/)
    expect(stderr).toMatch(/lab\/grace .* unknown\n/)
    expect(stderr).toMatch(/total .* ≥ \$0\.0\d+\n/)
  })
})

describe('without any provider', () => {
  it('answers from simulated models and labels them', async () => {
    const empty = new Sandbox()
    try {
      const { code, stdout, stderr } = await empty.run(['ask', '--json', '-q', 'Hi'])
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ recipe: 'demo', simulated: true })
      expect(stderr).toContain('SIMULATED: no provider was found')
    } finally {
      empty.remove()
    }
  })

  it('answers a question with moa start', async () => {
    const empty = new Sandbox()
    try {
      const { code, stdout } = await empty.run(['start', 'What are some fun things to do in SF?'])
      expect([code, stdout.length > 100]).toEqual([0, true])
    } finally {
      empty.remove()
    }
  })
})
