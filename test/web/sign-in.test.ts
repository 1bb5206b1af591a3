import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebLab, answered, ask, choose, hasBrowser } from './lab.js'

describe.skipIf(!hasBrowser)('the web interface of a gateway with keys', () => {
  let lab: WebLab
  let first = ''
  let second = ''
  beforeAll(async () => {
    lab = await WebLab.open()
    first = (await lab.sandbox.run(['keys', 'create', 'anna'])).stdout.trim()
    second = (await lab.sandbox.run(['keys', 'create', 'ben', '--model', 'council'])).stdout.trim()
    await lab.killGateway()
    await lab.startGateway(lab.port)
  }, 120_000)
  afterAll(() => lab?.close())

  it('asks for a key, keeps it out of the page, and shows each key its own conversations', async () => {
    const { page } = await lab.page()
    await page.getByLabel('API key').fill('moa_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('is not one of this gateway').waitFor()
    await page.getByLabel('API key').fill(first)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForSelector('#question')
    const kept = await page.evaluate(
      () => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie,
    )
    expect(kept).not.toContain(first.slice(4, 16))
    await choose(page, 'lab/ada')
    await ask(page, 'Only for anna')
    await answered(page)
    await page.reload()
    await page.locator('.history').getByText('Only for anna').waitFor()

    const { page: other } = await lab.page()
    await other.getByLabel('API key').fill(second)
    await other.getByRole('button', { name: 'Sign in' }).click()
    await other.waitForSelector('#question')
    await other.getByText('No conversations yet.').waitFor()
    await other.getByRole('button', { name: /^Who answers/ }).click()
    expect(await other.getByRole('menuitemradio').count()).toBe(1)
    const address = new URL(page.url()).hash
    await other.goto(`${lab.url}/ui/${address}`)
    await other.reload()
    await other.getByText('There is no such conversation').waitFor()
    await other.context().close()

    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    await page.context().close()
  })

  it('ends the session of a key that is revoked', async () => {
    const { page } = await lab.page()
    await page.getByLabel('API key').fill(second)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForSelector('#question')
    await lab.sandbox.run(['keys', 'revoke', 'ben'])
    await ask(page, 'Am I still here?')
    await page.getByLabel('API key').waitFor()
    await page.context().close()
  })
})
