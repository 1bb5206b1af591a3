import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { textOf } from '../../src/core/index.js'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, labConfig, type Ended } from './moa.js'

let sim: SimServer
let box: Sandbox
beforeAll(async () => {
  await built()
  sim = await startSimServer({})
  box = new Sandbox()
  box.write('moa.config.yaml', labConfig(sim.url))
})
afterEach(() => sim.clearLog())
afterAll(async () => {
  await sim.close()
  box.remove()
})

const chat = (lines: readonly string[], args: readonly string[] = []): Promise<Ended> =>
  box.run(['chat', ...args], { input: lines.map((line) => `${line}\n`).join('') })
const single = ['-r', 'lab/ada']

describe('moa chat', () => {
  it('keeps the questions and the final answers as history', async () => {
    const { code, stdout } = await chat(['first question', 'second question'], ['--system', 'Be brief.'])
    expect(code).toBe(0)
    const [, second] = sim.log.filter(({ model }) => model === 'ada')
    const [system, question, answer, next] = second?.messages ?? []
    expect(second?.messages).toHaveLength(4)
    expect([system?.content, question?.content]).toEqual(['Be brief.', 'first question'])
    expect(answer).toMatchObject({
      role: 'assistant',
      content: expect.stringMatching(/^Merged from 3 proposals/),
    })
    expect(next?.content).toBe('second question')
    expect(stdout).toContain(textOf(answer?.content ?? '').trim())
  })

  it('joins lines that end with a backslash', async () => {
    await chat(['one \\', 'two'], single)
    expect(sim.log[0]?.messages?.[0]?.content).toBe('one \ntwo')
  })

  it('lists and switches recipes and models, and shows proposals', async () => {
    const { stderr } = await chat(['/recipe', '/models', '/recipe lab/linus', 'Hi', '/models', '/proposals'])
    expect(stderr).toMatch(/^\* moa-lite$/m)
    expect(stderr).toContain('layer 1: lab/ada, lab/grace, lab/alan')
    expect(stderr).toContain('lab/linus answers from now on.')
    expect(stderr).toContain('There are no proposals yet.')
    expect(sim.log.map(({ model }) => model)).toEqual(['linus'])
    const shown = await chat(['Hi', '/proposals'])
    for (const name of ['ada', 'grace', 'alan']) expect(shown.stderr).toContain(`── lab/${name}, layer 1 ──`)
  })

  it('saves the conversation and forgets it', async () => {
    const { stderr } = await chat(
      ['Hi', '/save talk.md', '/save talk.json', '/reset', 'Again', '/save /no/such/folder/x'],
      single,
    )
    expect(stderr).toContain('Saved 1 turn to talk.md.')
    expect(readFileSync(join(box.cwd, 'talk.md'), 'utf8')).toMatch(/^## Question\n\nHi\n\n## Answer\n\n/)
    expect(JSON.parse(readFileSync(join(box.cwd, 'talk.json'), 'utf8'))).toMatchObject([
      { role: 'user', content: 'Hi' },
      { role: 'assistant' },
    ])
    expect(sim.log[1]?.messages).toEqual([{ role: 'user', content: 'Again' }])
    expect(stderr).toContain('moa: Cannot write /no/such/folder/x: there is no such folder.')
  })

  it('goes on after a mistake or a failure, and tells a script of it', async () => {
    const unknown = await chat(['/recpie x', 'Hi'], single)
    expect(unknown.stderr).toContain('There is no /recpie. Did you mean "recipe"?')
    expect([unknown.code, sim.log.length]).toEqual([2, 1])
    sim.clearLog()
    const failed = await chat(['Hi', '/recipe lab/ada', 'again'], ['-r', 'lab/ada+500'])
    expect(failed.code).toBe(4)
    expect(sim.log.at(-1)?.messages).toEqual([{ role: 'user', content: 'again' }])
  })

  it('leaves with /exit and shows its commands with /help', async () => {
    const { code, stderr } = await chat(['/help', '/exit', 'not asked'])
    expect(code).toBe(0)
    for (const command of ['/recipe', '/models', '/proposals', '/save', '/reset', '/exit'])
      expect(stderr).toContain(command)
    expect(sim.log).toEqual([])
  })
})
