import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults } from './faults.js'
import { WebLab, answered, ask, choose, hasBrowser } from './lab.js'

describe.skipIf(!hasBrowser)('the web interface for everybody', () => {
  let lab: WebLab
  beforeAll(async () => (lab = await WebLab.open()), 120_000)
  afterAll(() => lab?.close())

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390])
      it(`has no serious accessibility fault in ${colorScheme}, ${width} pixels wide`, async () => {
        const { page } = await lab.page({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
        expect(await faults(page)).toEqual([])
        await choose(page, 'limping')
        await ask(page, 'Show me everything.')
        await answered(page)
        expect(await faults(page)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
        const main = page.locator('.chat-main')
        expect(await main.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true)
        await page.getByRole('button', { name: 'Settings' }).click()
        expect(await faults(page)).toEqual([])
        await page.context().close()
      }, 120_000)

  it('can be used with the keyboard alone', async () => {
    const { page } = await lab.page()
    // The field for the question has the focus at once.
    await page.keyboard.type('No mouse')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('at all')
    expect(await page.inputValue('#question')).toBe('No mouse\nat all')
    await page.getByRole('button', { name: /^Who answers/ }).focus()
    await page.keyboard.press('Enter')
    await page.locator('[role=menuitemradio]:focus').waitFor()
    await page.keyboard.press('End')
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-haspopup'))).toBe('menu')
    await page.locator('#question').focus()
    await page.keyboard.press('Enter')
    await answered(page)
    await page.getByRole('button', { name: 'More about this conversation' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('[role=menuitem]:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('speaks English and Chinese, and remembers language and theme', async () => {
    const { page } = await lab.page({ locale: 'en-US' })
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('menuitemradio', { name: '中文' }).click()
    await page.getByRole('button', { name: '设置' }).click()
    await page.getByRole('menuitemradio', { name: '深色' }).click()
    await page.reload()
    await page.getByPlaceholder('请输入问题').waitFor()
    expect(await page.getAttribute('html', 'lang')).toBe('zh')
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark')
    await page.context().close()
  })

  it('keeps still for those who ask for it', async () => {
    const { page } = await lab.page({ reducedMotion: 'reduce' })
    await choose(page, 'slow')
    await ask(page, 'Hold still.')
    await page.locator('.pane-mark').first().waitFor()
    const duration = await page
      .locator('.pane-mark')
      .first()
      .evaluate((element) => getComputedStyle(element).animationDuration)
    expect(['0.001s', '1ms']).toContain(duration)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.context().close()
  })
})

/** Serious and critical findings, in words. */
