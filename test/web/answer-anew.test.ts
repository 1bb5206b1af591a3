import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebLab, hasBrowser } from './lab.js'

interface ListedKey {
  readonly name: string
  readonly spentTodayUsd: number
}

describe.skipIf(!hasBrowser)('answering anew at a gateway with keys', () => {
  let lab: WebLab
  let page: Page
  beforeAll(async () => {
    lab = await WebLab.open({ flags: ['--write'], config: 'history: { content: true }\n' })
    const limits = [
      '--daily-budget',
      '1',
      '--requests-per-minute',
      '3',
      '--model',
      'council',
      '--model',
      'lab/ada',
    ]
    const limited = [...limits, '--model', 'lab/edsger']
    const key = (await lab.sandbox.run(['keys', 'create', 'anna', ...limited])).stdout.trim()
    lab.sandbox.write(
      'moa.config.yaml',
      `providers:\n  lab: { baseURL: "${lab.sim.url}", apiKey: "sim-key" }\nhistory: { content: true }\nrecipes:\n  council: { proposers: [lab/ada, lab/grace], aggregator: lab/barbara }\nprices: { lab/ada: { input: 1, output: 4 }, lab/grace: { input: 1, output: 4 }, lab/barbara: { input: 3, output: 12 } }\n`,
    )
    await lab.killGateway()
    await lab.startGateway(lab.port)
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
    const body = JSON.stringify({ model: 'council', messages: [{ role: 'user', content: 'Why tides?' }] })
    const reply = await fetch(`${lab.url}/v1/chat/completions`, { method: 'POST', headers, body })
    expect(reply.status).toBe(200)
    await reply.json()
    ;({ page } = await lab.page())
    await page.getByLabel('API key').fill(key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForSelector('#question')
    await page.goto(`${lab.url}/ui/#/runs`)
    await page.locator('tr', { hasText: 'council' }).getByRole('link').first().click()
    await page.getByRole('tab', { name: 'Answer anew' }).click()
  }, 120_000)
  afterAll(() => lab?.close())

  const spent = async (): Promise<number> => {
    const { stdout } = await lab.sandbox.run(['keys', 'list', '--json'])
    const keys = JSON.parse(stdout) as readonly ListedKey[]
    return keys.find(({ name }) => name === 'anna')?.spentTodayUsd ?? Number.NaN
  }
  const askWith = async (aggregator: string): Promise<void> => {
    await page.getByLabel('Aggregator').fill(aggregator)
    await page.getByRole('button', { name: 'Answer anew' }).click()
  }

  it('counts against the key, stands under what was spent today, and is kept as a run', async () => {
    const before = await spent()
    expect(before).toBeGreaterThan(0)
    await askWith('lab/ada')
    await page.getByRole('heading', { name: 'New answer by lab/ada' }).waitFor()
    const facts = (await page.locator('.side header .muted').first().textContent()) ?? ''
    const after = await spent()
    expect(after).toBeGreaterThan(before)
    // The proposals were paid for before: one call of a cheap model is all that is added.
    expect(after - before).toBeLessThan(before)
    expect(facts).toContain('$')
    await page.getByRole('link', { name: 'Its run' }).click()
    await page.getByRole('heading', { level: 1, name: 'council*' }).waitFor()
    await page.goto(`${lab.url}/ui/#/status`)
    await page
      .getByRole('region', { name: /^Spent today/ })
      .getByRole('row', { name: /council anna 2 0/ })
      .waitFor()
    await page.goBack()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'council', exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Answer anew' }).click()
  })

  it('is refused to a key that may not use the aggregator, can’t be charged for it, or asks too often', async () => {
    const asked = lab.sim.log.length
    await askWith('lab/grace')
    await page.getByText('This key may not use "lab/grace"').waitFor()
    await askWith('lab/edsger')
    await page.getByText('This key has a budget, but the price of a model is unknown').waitFor()
    expect(lab.sim.log.length).toBe(asked)
    await askWith('lab/ada')
    await page.getByRole('heading', { name: 'New answer by lab/ada' }).waitFor()
    await askWith('lab/ada')
    await page.getByText(/per minute|a minute/).waitFor()
  })
})
