import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { textWidth } from '../../src/cli/terminal/width.js'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig } from './moa.js'
import { Pane, hasTmux } from './pane.js'

let sim: SimServer
let box: Sandbox
let pane: Pane | undefined
beforeAll(async () => {
  await built()
  sim = await startSimServer({ latency: { first: 150, pace: 4 } })
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url))
})
afterEach(() => pane?.close())
afterAll(async () => {
  await sim.close()
  box.remove()
})

const open = (args: readonly string[], columns: number, env: Record<string, string> = {}): Pane =>
  (pane = new Pane(box, args, { columns, env }))
const widest = (text: string): number => Math.max(...text.split('\n').map(textWidth))

describe.skipIf(!hasTmux())('a terminal', () => {
  it('shows proposers side by side when it is wide, then the answer and a table', async () => {
    const terminal = open(['ask', 'Why is the sky blue?'], 120)
    const live = await terminal.until(/lab\/ada .* tok .* │ . lab\/grace .* │ . lab\/alan .*tok/)
    expect(live).toContain('layer 1 of 2')
    const end = await terminal.until(/\[code 0\]/)
    expect(end).toMatch(
      /layer 1 of 2 · proposals\n✓ lab\/ada +\d+ tok +\d+\.\d s\n✓ lab\/grace .*\n✓ lab\/alan .*\nlayer 2 of 2 · answer · lab\/barbara\n\nMerged from 3/,
    )
    expect(end).toMatch(/\n• “/)
    expect(end).toMatch(
      /\nmodel +calls +time +tokens in +out +cost\n(lab\/.*\n){4}total +4 .*unknown\n\[code 0\]$/,
    )
  })

  it.each([40, 60, 200])('fits %d columns from the first to the last line', async (columns) => {
    const args = [
      '-p',
      'lab/ada',
      '-p',
      'lab/grace+500',
      '-p',
      'lab/linus',
      'Compare 漢字 with 👩‍👩‍👧 in a table, with code',
    ]
    const terminal = open(['ask', ...args], columns)
    await terminal.until(/✗ lab\/grace/)
    expect(widest(terminal.text())).toBeLessThanOrEqual(columns)
    const end = await terminal.until(/\[code 0\]/)
    expect(widest(end)).toBeLessThanOrEqual(columns)
    expect(end.match(/✗ lab\/grace\+500/g)).toHaveLength(1)
    expect(end).toContain('total')
  })

  it.each([24, 40, 60])('gives each slot one line of figures in %d columns', async (columns) => {
    await box.run(['ask', '-q', '-p', 'lab/ada', '-p', 'lab/grace+500', 'Hi'])
    const { stdout } = await box.run(['runs', 'stats', '--json'])
    const slots = (JSON.parse(stdout) as unknown[]).length
    const terminal = open(['runs', 'stats'], columns)
    const end = await terminal.until(/\[code 0\]/)
    // A row that is too wide would go on in the next line.
    expect(end.split('\n').findIndex((line) => line.includes('[code 0]'))).toBe(1 + slots)
    expect(end).toMatch(/^slot +made it/)
  })

  it('gives each proposer a line when it is narrow, with the reason of a failure below', async () => {
    const terminal = open(['ask', '-p', 'lab/ada', '-p', 'lab/grace+500', 'Hi'], 40)
    const end = await terminal.until(/\[code 0\]/)
    expect(end).toMatch(/✓ lab\/ada +\d+ +\d\.\d s\n✗ lab\/grace\+500 +\d\.\d s\n {4}lab .*HTTP\s+500/)
  })

  it('stays whole when its window changes while it writes', async () => {
    const terminal = open(
      ['ask', '-p', 'lab/ada+pace=15', '-p', 'lab/grace+pace=15', 'Why is the sky blue?'],
      100,
    )
    await terminal.until(/lab\/ada.*tok .* │/)
    terminal.resize(50)
    const end = await terminal.until(/\[code 0\]/)
    expect(end.match(/✓ lab\/ada/g)).toHaveLength(1)
    const answer = end.slice(end.indexOf('Merged from'))
    expect(widest(answer)).toBeLessThanOrEqual(50)
    expect(answer).toContain('total')
  })

  it('prints an answer higher than itself once and whole', async () => {
    const terminal = new Pane(box, ['ask', '--recipe', 'lab/ada+tokens=1200+pace=1', 'Tell me everything'], {
      columns: 60,
      rows: 12,
    })
    pane = terminal
    const end = await terminal.until(/\[code 0\]/)
    const { stdout } = await box.run([
      'ask',
      '-q',
      '--recipe',
      'lab/ada+tokens=1200+pace=0',
      'Tell me everything',
    ])
    const words = (text: string): string => text.replace(/[^\p{L}\d]+/gu, ' ').trim()
    const answer = end.slice(
      end.indexOf('lab/ada+tokens') + 'lab/ada+tokens=1200+pace=1'.length,
      end.indexOf('\nmodel '),
    )
    expect(words(answer)).toBe(words(stdout))
  })

  it('uses colours, but none with NO_COLOR', async () => {
    const coloured = open(['ask', '-q', '--recipe', 'lab/ada', 'Hi there'], 80)
    await coloured.until(/\[code 0\]/)
    coloured.close()
    const terminal = open(['ask', 'Why is the sky blue?'], 80, { NO_COLOR: '1' })
    await terminal.until(/\[code 0\]/)
    expect(terminal.text(true)).not.toContain('\u001b[')
    terminal.close()
    const bright = open(['ask', 'Why is the sky blue?'], 80)
    await bright.until(/\[code 0\]/)
    expect(bright.text(true)).toContain('\u001b[32m✓')
  })

  it('is used as a plain one when it is dumb', async () => {
    const terminal = open(['ask', 'Hi'], 80, { TERM: 'dumb' })
    const end = await terminal.until(/\[code 0\]/)
    expect(end).toMatch(/layer 1 of 2 · proposals\n {2}lab\/\w+: \d+ tokens in/)
  })

  it('ends an answer with Ctrl-C, leaves 130 and the cursor', async () => {
    const terminal = open(['ask', '-p', 'lab/ada+hang-before', '-p', 'lab/grace', 'Hi'], 80)
    await terminal.until(/✓ lab\/grace/)
    terminal.keys('C-c')
    const end = await terminal.until(/\[code 130\]/)
    expect(end).toMatch(/– lab\/ada\+hang-before .*stopped/)
    expect(end).toContain('moa: interrupted.')
    await sim.idle()
  })

  it('stops an answer of a chat with Ctrl-C, and not the chat', async () => {
    const terminal = open(['chat', '-r', 'lab/ada+pace=30+tokens=400'], 80)
    await terminal.until(/›$/)
    terminal.keys('Hello', 'Enter')
    await terminal.until(/~\d+ tok/)
    terminal.keys('C-c')
    await terminal.until(/Stopped; this question is not kept\.\n+›$/)
    terminal.keys('half a word', 'C-c')
    terminal.keys('/recipe lab/linus', 'Enter')
    await terminal.until(/lab\/linus answers from now on\./)
    terminal.keys('C-d')
    await terminal.until(/\[code 0\]/)
  })

  it('lets models be chosen by hand', async () => {
    const fresh = new Sandbox()
    try {
      const terminal = (pane = new Pane(fresh, ['init'], {
        columns: 90,
        rows: 40,
        env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: sim.url },
      }))
      await terminal.until(/Proposers:/)
      terminal.keys('Enter')
      await terminal.until(/Aggregator:/)
      terminal.keys('Down', 'Enter')
      await terminal.until(/Recipe that answers/)
      terminal.keys('Enter')
      const end = await terminal.until(/\[code 0\]/)
      expect(end).toContain('moa.config.yaml')
    } finally {
      fresh.remove()
    }
  })
})
