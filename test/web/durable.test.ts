import { readFileSync } from 'node:fs'
import type { Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebLab, answered, ask, choose, hasBrowser } from './lab.js'

describe.skipIf(!hasBrowser)('conversations that outlive the page', () => {
  let lab: WebLab
  beforeAll(async () => (lab = await WebLab.open()), 120_000)
  afterAll(() => lab?.close())

  it('goes on through a reload, and through leaving the page and coming back', async () => {
    const { page } = await lab.page()
    await choose(page, 'slow')
    await ask(page, 'Keep writing.')
    await page.locator('.pane-writing .pane-text').first().waitFor()
    await page.reload()
    await page.locator('.pane .pane-text').first().waitFor()
    await page.getByRole('link', { name: 'Status' }).click()
    await page.getByRole('heading', { name: 'Status' }).waitFor()
    await page.goBack()
    await page.locator('.answer .markdown').waitFor()
    const before = (await page.locator('.answer .markdown').innerText()).length
    await page.waitForFunction(
      (length) => (document.querySelector<HTMLElement>('.answer .markdown')?.innerText.length ?? 0) > length,
      before,
    )
    await page.goForward()
    await page.goBack()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.', { exact: true }).waitFor()
    await page.context().close()
  })

  it('keeps what had come when the gateway is killed, and says so when it is back', async () => {
    const { page } = await lab.page()
    await choose(page, 'slow')
    await ask(page, 'Do not lose this.')
    await page.locator('.answer .markdown').waitFor()
    // The turn is written down every two seconds.
    await page.waitForFunction(
      () => (document.querySelector<HTMLElement>('.answer .markdown')?.innerText.length ?? 0) > 120,
    )
    await lab.killGateway()
    await page.getByText('The connection to the gateway is lost').waitFor()
    await lab.startGateway(lab.port)
    await page.getByText('The gateway was stopped while this answer was being written').waitFor()
    expect(await page.locator('.pane-text').first().innerText()).not.toBe('')
    await choose(page, 'lab/ada')
    await page.getByRole('button', { name: 'Answer again' }).click()
    await page.getByText('2 of 2').waitFor()
    await answered(page)
    await page.context().close()
  })

  it('lists, finds, renames, exports, shares and deletes conversations', async () => {
    const { page } = await lab.page()
    await ask(page, 'A question about otters')
    await answered(page)
    const entry = page.locator('.history').getByRole('link', { name: /A question about otters/ })
    await entry.waitFor()
    await menu(page, 'Rename')
    await page.getByLabel('Title', { exact: true }).fill('Otters')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Otters' }).waitFor()
    await page.getByLabel('Search titles').fill('otte')
    expect(await page.locator('.history-list li').count()).toBe(1)

    const markdown = readFileSync(await download(page, 'Export as Markdown'), 'utf8')
    expect(markdown).toMatch(/^# Otters[\s\S]*## Question[\s\S]*otters[\s\S]*### Proposal, layer 1: lab\/ada/)
    const json = JSON.parse(readFileSync(await download(page, 'Export as JSON'), 'utf8')) as {
      turns: { view: { text: string } }[]
    }
    expect(json.turns[0]?.view.text).not.toBe('')

    const shared = readFileSync(await download(page, 'Save as a page to share'), 'utf8')
    expect(shared).toContain("default-src 'none'")
    expect(shared).not.toMatch(/<script|src="http|href="\.\//)
    const reader = await page.context().newPage()
    const asked: string[] = []
    reader.on('request', (request) => asked.push(request.url()))
    await reader.setContent(shared)
    expect(await reader.locator('.shared .question-text').innerText()).toBe('A question about otters')
    expect(asked).toEqual([])
    await reader.close()

    await menu(page, 'Delete')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await entry.waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'New conversation' }).waitFor()
    await page.context().close()
  })
})

async function menu(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More about this conversation' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

async function download(page: Page, item: string): Promise<string> {
  const waiting: Promise<Download> = page.waitForEvent('download')
  await menu(page, item)
  return (await waiting).path()
}
