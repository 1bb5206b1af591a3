import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { built, Sandbox } from '../cli/moa.js'
import { browserPath, openBrowser } from './browser.js'

const HOSTILE = '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">'

interface Annotation {
  instruction: string
  output_1: string
  output_2: string
  generator_1: string
  generator_2: string
  annotator: string
  preference: number | null
  dataset: string
  raw_completion: unknown
}

/** Judged pairs of a model; every answer is hostile in its own way. */
function annotations(model: string, preferences: readonly (number | null)[]): Annotation[] {
  return preferences.map((preference, row) => ({
    instruction: `Question ${row}: ${row === 0 ? HOSTILE : 'why is the sky blue?'}`,
    output_1: `Baseline answer ${row} javascript:alert(1) \u202e reversed`,
    output_2: `Answer of ${model} to ${row} ${HOSTILE}`,
    generator_1: 'base',
    generator_2: model,
    annotator: 'judge',
    preference,
    dataset: row % 2 === 0 ? 'even' : 'odd',
    raw_completion: {
      message: { content: `m ${HOSTILE}` },
      logprobs: {
        content: [
          {
            top_logprobs: [
              { token: 'm', logprob: -0.1 },
              { token: '<b>M</b>', logprob: -2.3 },
            ],
          },
        ],
      },
    },
  }))
}

const CHOSEN_AXE = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }

describe.skipIf(browserPath() === undefined)('the report in a browser', () => {
  let sandbox: Sandbox
  let browser: Browser
  let file: string
  beforeAll(async () => {
    await built()
    sandbox = new Sandbox()
    const first = sandbox.write('a.json', JSON.stringify(annotations('alpha', [1.9, 1.2, 2, 1.5, null, 1.7])))
    const second = sandbox.write('b.json', JSON.stringify(annotations('beta', [1.1, 1.4, 1.3, 1.5, 1.8, 1])))
    file = join(sandbox.cwd, 'report.html')
    const { code, stderr } = await sandbox.run(['eval', 'report', first, second, '-o', file])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    browser = await openBrowser()
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    sandbox?.remove()
  })

  const open = async (options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> => {
    const page = await browser.newPage({ deviceScaleFactor: 1, acceptDownloads: true, ...options })
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('request', (request) => {
      if (!/^(file|blob|data):/.test(request.url())) faults.push(`asked for ${request.url()}`)
    })
    await page.goto(`file://${file}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    page.on('close', () => expect(faults).toEqual([]))
    return page
  }
  const tab = (page: Page, name: RegExp) => page.getByRole('tab', { name }).click()
  const firstCells = (page: Page) => page.locator('tbody tr td:first-child').allInnerTexts()

  it('shows the ranking with intervals and sorts it', async () => {
    const page = await open()
    expect(await firstCells(page)).toEqual(['alpha', 'beta'])
    expect(await page.locator('tbody tr:first-child td').nth(1).innerText()).toMatch(
      /^66\.00\n\d+\.\d – \d+\.\d$/,
    )
    await page.getByRole('button', { name: 'win rate', exact: false }).first().click()
    expect(await firstCells(page)).toEqual(['beta', 'alpha'])
    expect(await page.getByRole('img', { name: /win rate/ }).count()).toBeGreaterThan(0)
    await page.close()
  })

  it('filters, searches and sorts items', async () => {
    const page = await open()
    await tab(page, /Items/)
    expect(await firstCells(page)).toHaveLength(6)
    await page.getByLabel('Category').selectOption('odd')
    expect(await firstCells(page)).toEqual(['1', '3', '5'])
    await page.getByLabel('Outcome').selectOption('losses')
    expect(await firstCells(page)).toEqual(['1'])
    await page.getByRole('combobox', { name: /^of/ }).selectOption('beta')
    expect(await firstCells(page)).toEqual(['1', '5'])
    await page.getByLabel('Category').selectOption('')
    await page.getByLabel('Outcome').selectOption('')
    await page.getByLabel('Search prompts and answers').fill('beta to 4')
    expect(await firstCells(page)).toEqual(['4'])
    await page.getByLabel('Search prompts and answers').fill('')
    await page.getByRole('button', { name: 'alpha' }).click()
    expect((await firstCells(page))[0]).toBe('2')
    expect((await firstCells(page)).at(-1)).toBe('4')
    await page.close()
  })

  it('drills down by keyboard, and hostile text stays text', async () => {
    const page = await open()
    await tab(page, /Items/)
    await page.getByRole('button', { name: 'Open item 0', exact: true }).press('Enter')
    expect(await page.getByRole('region', { name: 'Prompt' }).innerText()).toContain(HOSTILE)
    expect(await page.getByRole('region', { name: 'alpha', exact: true }).innerText()).toContain(HOSTILE)
    const judged = page.getByRole('region', { name: 'Judge: alpha' })
    expect(await judged.innerText()).toContain('<b>M</b> 10.0 %')
    expect(await page.evaluate('window.hacked')).toBeUndefined()
    expect(await page.locator('img, iframe, #report script').count()).toBe(0)
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('heading', { level: 2 }).innerText()).toContain('Item 1')
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: /Items/ }).waitFor()
    await page.close()
  })

  it('lists regressions against another contestant', async () => {
    const page = await open()
    await tab(page, /Compare/)
    await page.getByLabel('Contestant').selectOption('beta')
    await page.getByLabel('compared with').selectOption('alpha')
    expect(await firstCells(page)).toEqual(['0', '2', '5'])
    await page.getByLabel('Only where it is worse').uncheck()
    expect(await firstCells(page)).toHaveLength(5)
    await page.close()
  })

  it('saves tables and figures', async () => {
    const page = await open()
    const saved = async (name: string): Promise<Buffer> => {
      const coming = page.waitForEvent('download')
      await page.getByRole('button', { name }).first().click()
      return readFileSync(await (await coming).path())
    }
    expect((await saved('Save table as CSV: Results')).toString()).toMatch(
      /^model,win_rate,win_rate_low[^\n]*\r\nalpha,/,
    )
    expect((await saved('Save figure as SVG')).toString()).toMatch(/^<svg [^]*alpha[^]*<\/svg>$/)
    expect((await saved('Save figure as PNG')).subarray(1, 4).toString()).toBe('PNG')
    await page.close()
  })

  it.each(['light', 'dark'] as const)(
    'has no serious fault of accessibility in %s, also at phone width',
    async (colorScheme) => {
      const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
      for (const width of [1280, 390]) {
        const page = await open({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
        for (const name of [/Overview/, /Items/, /Compare/, /Disagreements/, /Details/]) {
          await tab(page, name)
          await page.evaluate(axe)
          expect(await violations(page)).toEqual([])
        }
        await tab(page, /Items/)
        await page.getByRole('button', { name: 'Open item 0', exact: true }).click()
        expect(await violations(page)).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        await page.close()
      }
    },
    120_000,
  )
})

interface AxeResults {
  readonly violations: { id: string; impact: string; nodes: { html: string }[] }[]
}

async function violations(page: Page): Promise<unknown[]> {
  const found = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(CHOSEN_AXE)})`)
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, nodes[0]?.html])
}
