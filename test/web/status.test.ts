import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults } from './faults.js'
import { WebLab, hasBrowser } from './lab.js'

async function asked(lab: WebLab, model: string): Promise<unknown> {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello?' }] })
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${lab.url}/v1/chat/completions`, { method: 'POST', headers, body })).json()
}

describe.skipIf(!hasBrowser)('the status page', () => {
  let lab: WebLab
  beforeAll(async () => (lab = await WebLab.open()), 120_000)
  afterAll(() => lab?.close())

  it('shows reachable providers, an answer under way, its end and what it cost, without a reload', async () => {
    const { page, complaints } = await lab.page()
    await page.goto(`${lab.url}/ui/#/status`)
    await page.getByRole('row', { name: /^lab reachable/ }).waitFor()
    await page.getByText('Nobody waits for an answer.').waitFor()
    const answer = asked(lab, 'lab/ada+first=4000+tokens=20')
    await page
      .getByRole('region', { name: 'Answers under way' })
      .getByRole('row', { name: /^lab\/ada\+first=4000/ })
      .waitFor()
    await answer
    await page.getByText('Nobody waits for an answer.').waitFor()
    await page
      .getByRole('region', { name: /^Spent today/ })
      .getByRole('row', { name: /^lab\/ada\+first=4000\+tokens=20 1 0 1/ })
      .waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('shows breakers that have seen failures, and a provider that is gone', async () => {
    await asked(lab, 'limping')
    const { page } = await lab.page()
    await page.goto(`${lab.url}/ui/#/status`)
    await page
      .getByRole('region', { name: 'Circuit breakers' })
      .getByRole('row', { name: /lab\/alan\+error-mid=5/ })
      .waitFor()
    expect(await page.getByRole('button', { name: 'Ask again' }).isVisible()).toBe(true)
    await page.context().close()
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390])
      it(`has no serious accessibility fault in ${colorScheme}, ${width} pixels wide`, async () => {
        const { page } = await lab.page({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
        await page.goto(`${lab.url}/ui/#/status`)
        await page.getByRole('row', { name: /^lab reachable/ }).waitFor()
        expect(await faults(page)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
        await page.context().close()
      }, 120_000)
})
