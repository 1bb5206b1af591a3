import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimServer, type SimServer } from '../../src/sim/index.js'
import { hasShared, sharedPath } from '../shared.js'
import { built, Sandbox, type Started } from '../cli/moa.js'
import { browserPath, openBrowser } from './browser.js'

const folder = 'benchmarks/alpaca_eval'
const ready = hasShared(`${folder}/instructions.json`) && browserPath() !== undefined
const ITEMS = 6

/** What stands beside a name in the head of a run. */
async function fact(page: Page, name: string): Promise<string> {
  const found = page.locator('.evaluation-head .facts > div', { has: page.getByText(name, { exact: true }) })
  return (await found.locator('dd').allTextContents())[0] ?? ''
}

describe.skipIf(!ready)('an evaluation run that is going on, in the web interface', () => {
  let sandbox: Sandbox
  let sim: SimServer
  let browser: Browser
  let gateway: Started
  beforeAll(async () => {
    await built()
    sandbox = new Sandbox()
    sim = await startSimServer({ seed: 5 })
    sandbox.write('moa.config.yaml', `providers: { lab: { baseURL: "${sim.url}", apiKey: "sim-key" } }\n`)
    gateway = sandbox.start(['serve', '--port', '0'])
    await gateway.until(() => gateway.stdout.includes('http'), 'the gateway to listen')
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    gateway?.child.kill()
    await gateway?.ended
    await sim?.close()
    sandbox?.remove()
  })

  it('is followed without a reload: counts move, items come, and it ends as finished with its figures', async () => {
    const run = sandbox.start(
      [
        ...['eval', 'run', 'alpaca-eval', '--contestant', 'ada=lab/ada+first=1200+tokens=20+pace=1'],
        ...['--judge', 'weighted@lab/edsger+first=1200', '--data', sharedPath(folder)],
        ...['--limit', String(ITEMS), '--concurrency', '1', '-q'],
      ],
      { input: '' },
    )
    const page = await browser.newPage()
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`${gateway.stdout.trim().split('\n')[0]}/ui/#/evaluations`)
    const listed = page.getByRole('link', { name: /^alpaca-eval-/ })
    await page.evaluate(() => Object.assign(window, { stillHere: true }))
    await listed.click()
    await page.getByRole('heading', { level: 1, name: 'AlpacaEval 2' }).waitFor()
    const seen: string[] = []
    for (let status = 'running'; status === 'running';) {
      status = await fact(page, 'Status')
      const now = `${await fact(page, 'Answers')} ${await fact(page, 'Judgments')}`
      if (seen.at(-1) !== now) seen.push(now)
      await page.waitForTimeout(100)
    }
    const { code, stderr } = await run.ended
    expect(code, stderr).toBeLessThan(4)
    expect(seen.some((text) => / [1-5] \/ 6$/.test(text))).toBe(true)
    expect(new Set(seen).size).toBeGreaterThanOrEqual(4)
    const counts = seen.map((text) => [...text.matchAll(/^(\d+)|(\d+)$/g)].map(([found]) => Number(found)))
    expect(counts.map(([answers = 0]) => answers)).toEqual(
      counts.map(([answers = 0]) => answers).sort((a, b) => a - b),
    )
    await page.getByText('finished', { exact: true }).waitFor()
    expect(await fact(page, 'Answers')).toMatch(new RegExp(`^${ITEMS}|^${2 * ITEMS}`))
    await page.getByRole('tab', { name: `Items ${ITEMS}` }).waitFor()
    await page.getByRole('row', { name: /^ada/ }).first().waitFor()
    expect(await page.evaluate(() => 'stillHere' in window)).toBe(true)
    expect(faults).toEqual([])
    await page.close()
  }, 180_000)
})
