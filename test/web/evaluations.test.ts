import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasShared, sharedPath } from '../shared.js'
import { built, Sandbox, type Started } from '../cli/moa.js'
import { browserPath, openBrowser } from './browser.js'

const folder = 'benchmarks/alpaca_eval'
const ready = hasShared(`${folder}/instructions.json`) && browserPath() !== undefined

describe.skipIf(!ready)('evaluation runs in the web interface', () => {
  let sandbox: Sandbox
  let browser: Browser
  let gateway: Started
  beforeAll(async () => {
    await built()
    sandbox = new Sandbox()
    const { code, stderr } = await sandbox.run([
      ...[
        'eval',
        'run',
        'alpaca-eval',
        '--contestant',
        'ada=sim/ada',
        '--contestant',
        'grace=sim/grace',
        '--judge',
        'weighted@sim/edsger',
      ],
      ...['--data', sharedPath(folder), '--limit', '4', '-q'],
    ])
    expect(code, stderr).toBeLessThan(4)
    gateway = sandbox.start(['serve', '--port', '0'])
    await gateway.until(() => gateway.stdout.includes('http'), 'the gateway to listen')
    browser = await openBrowser()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    gateway?.child.kill()
    await gateway?.ended
    sandbox?.remove()
  })

  it('are listed, opened, voted on, and keep the votes', async () => {
    const page = await browser.newPage({ deviceScaleFactor: 1 })
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`${gateway.stdout.trim().split('\n')[0]}/ui/#/evaluations`)
    await page.getByRole('link', { name: /^alpaca-eval-/ }).click()
    await page.getByRole('heading', { level: 1, name: 'AlpacaEval 2' }).waitFor()
    await page.getByRole('tab', { name: /Items/ }).click()
    await page.getByRole('button', { name: 'Open item 0', exact: true }).click()
    const votes = page.getByRole('group', { name: 'Your vote: ada' })
    await votes.getByRole('button', { name: 'Better than the baseline' }).click()
    await votes.getByRole('button', { name: 'Better than the baseline', pressed: true }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByText(/1 votes/).innerText()).toMatch(/^(0|100) % \(1 votes\)$/)
    await page.reload()
    await page.getByText(/1 votes/).waitFor()
    expect(faults).toEqual([])
    await page.close()
  })

  it('have an address for each item, which opens it, leafs on and goes back', async () => {
    const page = await browser.newPage()
    const base = `${gateway.stdout.trim().split('\n')[0]}/ui/`
    await page.goto(`${base}#/evaluations`)
    await page.getByRole('link', { name: /^alpaca-eval-/ }).click()
    await page.getByRole('tab', { name: /Items/ }).click()
    await page.getByRole('button', { name: 'Open item 2', exact: true }).click()
    await page.getByRole('heading', { level: 2, name: 'Item 2' }).waitFor()
    const address = page.url()
    expect(address).toMatch(/#\/evaluations\/alpaca-eval-[^/]+\/2$/)
    const other = await browser.newPage()
    await other.goto(address)
    await other.getByRole('heading', { level: 2, name: 'Item 2' }).waitFor()
    await other.getByRole('button', { name: 'Next' }).click()
    await other.getByRole('heading', { level: 2, name: 'Item 3' }).waitFor()
    expect(other.url()).toMatch(/\/3$/)
    await other.goBack()
    await other.getByRole('heading', { level: 2, name: 'Item 2' }).waitFor()
    await other.goto(address.replace(/2$/, 'nothing'))
    await other.getByText('There is no item nothing here').waitFor()
    await other.close()
    await page.close()
  })

  it('say which single model a recipe is compared with at first, and where that comes from', async () => {
    const { stdout } = await sandbox.run(['eval', 'list', '--json'])
    const [{ id = '' } = {}] = JSON.parse(stdout) as { id?: string }[]
    const shown = JSON.parse((await sandbox.run(['eval', 'show', id, '--json'])).stdout) as {
      results: { model: string; length_controlled_winrate: number }[]
    }
    const [best] = shown.results.sort((a, b) => b.length_controlled_winrate - a.length_controlled_winrate)
    const page = await browser.newPage()
    await page.goto(`${gateway.stdout.trim().split('\n')[0]}/ui/#/runs/compare`)
    await page.getByText('The best single model of the newest evaluation by AlpacaEval 2').waitFor()
    expect(await page.getByLabel('Single model').inputValue()).toBe(`sim/${best?.model}`)
    await page.getByRole('link', { name: id }).click()
    await page.getByRole('heading', { level: 1, name: 'AlpacaEval 2' }).waitFor()
    await page.close()
  })

  it('are shown to sessions alone, and take votes only from their own page', async () => {
    const base = `${gateway.stdout.trim().split('\n')[0]}/ui/`
    expect((await fetch(`${base}api/evaluations`)).status).toBe(401)
    const page = await browser.newPage()
    await page.goto(base)
    await page.getByRole('navigation').first().waitFor()
    const status = (call: string): Promise<number> =>
      page.evaluate<number>(`${call}.then((reply) => reply.status)`)
    expect(await status("fetch('api/evaluations')")).toBe(200)
    expect(await status("fetch('api/evaluations/nothing')")).toBe(404)
    expect(await status("fetch('api/evaluations/nothing/votes', { method: 'PUT', body: '{}' })")).toBe(403)
    await page.close()
  })
})
