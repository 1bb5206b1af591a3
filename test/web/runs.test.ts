import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults } from './faults.js'
import { WebLab, hasBrowser } from './lab.js'

async function asked(lab: WebLab, model: string, content: string): Promise<void> {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content }], moa: { deadline_ms: 20_000 } })
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(`${lab.url}/v1/chat/completions`, { method: 'POST', headers, body })
  await reply.json()
}

const goTo = (page: Page, place: string): Promise<unknown> =>
  page.goto(`${new URL(page.url()).origin}/ui/#/${place}`)

async function openRun(page: Page, recipe: string): Promise<void> {
  page.setDefaultTimeout(12_000)
  await goTo(page, 'runs')
  await page.locator('tr', { hasText: recipe }).getByRole('link').first().click()
  await page.getByRole('heading', { level: 1, name: recipe }).waitFor()
}

describe.skipIf(!hasBrowser)('the run view', () => {
  let lab: WebLab
  beforeAll(async () => {
    lab = await WebLab.open({ config: 'history: { content: true }\n' })
    await asked(lab, 'limping', 'How do heat pumps work?')
    await asked(lab, 'layered', 'Why do tides come twice a day?')
    await asked(lab, 'hopeless', 'Is anybody there?')
  }, 120_000)
  afterAll(() => lab?.close())

  it('lists runs with their question and outcome, and those that failed alone when asked to', async () => {
    const { page, complaints } = await lab.page()
    await goTo(page, 'runs')
    await page.getByText('Why do tides come twice a day?').waitFor()
    expect(await page.locator('tbody tr').count()).toBe(3)
    await page.getByLabel('Show').selectOption('failed')
    await page.getByText('Why do tides come twice a day?').waitFor({ state: 'detached' })
    expect(await page.locator('tbody tr').allTextContents()).toEqual([expect.stringContaining('hopeless')])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('shows what happened when, why it is degraded, and who was sent what', async () => {
    const { page } = await lab.page()
    await openRun(page, 'limping')
    await page.getByRole('heading', { name: 'Not as the recipe asks' }).waitFor()
    const failed = page.getByRole('row', { name: /lab\/alan\+error-mid=5 failed/ })
    expect(await failed.locator('.bar-failed').count()).toBe(1)
    expect(await page.getByRole('row', { name: /Stage 2: Synthesize/ }).count()).toBe(1)
    expect(await page.locator('.timeline-deadline').count()).toBeGreaterThan(0)
    await page.getByRole('tab', { name: 'Prompts' }).click()
    await page.locator('summary', { hasText: 'lab/barbara' }).click()
    await page.getByText(/2 proposed answers/).waitFor()
    await page.getByRole('tab', { name: 'Calls' }).click()
    expect(await page.locator('tbody tr').count()).toBe(4)
    await page.context().close()
  })

  it('answers anew with another aggregator and fewer proposals without asking a proposer', async () => {
    const { page } = await lab.page()
    await openRun(page, 'layered')
    await page.getByRole('tab', { name: 'Answer anew' }).click()
    const before = lab.sim.log.length
    await page.getByLabel('Aggregator').fill('lab/edsger')
    await page.getByRole('checkbox', { name: 'lab/grace' }).uncheck()
    await page.getByRole('button', { name: 'Answer anew' }).click()
    await page.getByRole('heading', { name: 'New answer by lab/edsger' }).waitFor()
    expect(lab.sim.log.slice(before).map(({ model }) => model)).toEqual(['edsger'])
    await page.context().close()
  })

  it('hides names until there is a vote, and counts it in a leaderboard that outlives the gateway', async () => {
    const { page } = await lab.page()
    await goTo(page, 'runs/compare')
    await page.getByLabel('Question').fill('Why is the sky blue?')
    await page.getByLabel('Recipe').selectOption('council')
    await page.getByLabel('Single model').selectOption('lab/ada')
    const seen: string[] = []
    page.on('response', (response) => {
      if (response.url().includes('/comparisons')) void response.text().then((text) => seen.push(text))
    })
    await page.getByRole('button', { name: 'Ask both' }).click()
    await page.getByRole('button', { name: 'A is better' }).waitFor()
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.some((text) => /"name"|"cost"|"durationMs"/.test(text))).toBe(false)
    await page.getByRole('button', { name: 'A is better' }).click()
    const told = await page.getByText(/^Counted\./).textContent()
    const [, first = '', second = ''] = /A was (.*), B was (.*)\.$/.exec(told ?? '') ?? []
    expect([first, second].sort()).toEqual(['council', 'lab/ada'])
    const winner = page.getByRole('row', { name: new RegExp(`^${first} \\d+ 1 0 0$`) })
    await winner.waitFor()
    await lab.killGateway()
    await lab.startGateway(lab.port)
    await page.reload()
    await winner.waitFor()
    await page.context().close()
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390])
      it(`has no serious accessibility fault in ${colorScheme}, ${width} pixels wide`, async () => {
        const { page } = await lab.page({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
        await openRun(page, 'limping')
        for (const part of ['Timeline', 'Prompts', 'Calls', 'Answer anew']) {
          await page.getByRole('tab', { name: part }).click()
          expect(await faults(page)).toEqual([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
        }
        await goTo(page, 'runs/compare')
        await page.getByLabel('Question').waitFor()
        expect(await faults(page)).toEqual([])
        await page.context().close()
      })
})
