import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { faults } from './faults.js'
import { WebLab, hasBrowser, hold } from './lab.js'

const MORE = `
# What follows the recipes stays as it is.
models: { old/name: lab/ada }
`

async function openEditor(page: Page, name: string): Promise<void> {
  page.setDefaultTimeout(12_000)
  await page.goto(`${new URL(page.url()).origin}/ui/#/recipes/${name}`)
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

describe.skipIf(!hasBrowser)('the recipe editor', () => {
  let lab: WebLab
  const file = (): string => join(lab.sandbox.cwd, 'moa.config.yaml')
  beforeAll(async () => {
    lab = await WebLab.open({ flags: ['--write'], config: MORE })
    writeFileSync(
      file(),
      readFileSync(file(), 'utf8').replace(
        '  layered:',
        '  # Two answer.\n  pair: # small\n    proposers: [lab/ada, lab/grace] # best first\n    aggregator: lab/barbara\n  layered:',
      ),
    )
    // The gateway takes the file over by itself.
    await vi.waitFor(async () => expect(await models()).toContain('"pair"'), {
      timeout: 20_000,
      interval: 200,
    })
  }, 120_000)
  afterAll(() => lab?.close())

  async function models(): Promise<string> {
    return (await fetch(`${lab.url}/v1/models`)).text()
  }

  it('shows form, text, stages and price of a recipe, and each changes the other', async () => {
    const { page, complaints } = await lab.page()
    await openEditor(page, 'pair')
    expect(await page.locator('.yaml-text').inputValue()).toBe(
      'proposers: [lab/ada, lab/grace] # best first\naggregator: lab/barbara\n',
    )
    await page
      .getByRole('img', { name: /Propose: lab\/ada, lab\/grace → Synthesize: lab\/barbara/ })
      .waitFor()
    await page.getByLabel('Layers').fill('3')
    expect(await page.locator('.yaml-text').inputValue()).toBe(
      'proposers: [lab/ada, lab/grace] # best first\naggregator: lab/barbara\nlayers: 3\n',
    )
    await page.getByRole('img', { name: /Propose.*Propose.*Synthesize/ }).waitFor()
    await page.locator('.yaml-text').fill('proposers: [lab/edsger]\naggregator: lab/ada\n')
    expect(await page.getByLabel('Proposers 1', { exact: true }).inputValue()).toBe('lab/edsger')
    await page.getByRole('img', { name: /Propose: lab\/edsger → Synthesize: lab\/ada/ }).waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('says what is wrong in the words of the command line, with its line', async () => {
    const { page } = await lab.page()
    await openEditor(page, 'pair')
    await page.locator('.yaml-text').fill('proposers: [lab/ada]\nagregator: lab/barbara\n')
    const mistake = page.getByRole('button', { name: /^Line 2 / })
    await mistake.waitFor()
    const said = await mistake.textContent()
    const before = readFileSync(file(), 'utf8')
    writeFileSync(
      file(),
      before.replace('    aggregator: lab/barbara\n  layered', '    agregator: lab/barbara\n  layered'),
    )
    const { stderr, code } = await lab.sandbox.run(['config', 'show'])
    writeFileSync(file(), before)
    expect(code).toBe(2)
    expect(stderr).toContain(said?.replace('Line 2 ', '') ?? 'nothing')
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await page.context().close()
  })

  it('saves into the file, comments kept, and the gateway answers with the new recipe', async () => {
    const { page } = await lab.page()
    await openEditor(page, 'pair')
    const before = readFileSync(file(), 'utf8')
    await page.getByLabel(/^Aggregator, then those that stand by 1$/).fill('lab/edsger')
    await page.getByText('No mistakes').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/^Saved to/).waitFor()
    expect(readFileSync(file(), 'utf8')).toBe(
      before.replace('    aggregator: lab/barbara\n  layered', '    aggregator: lab/edsger\n  layered'),
    )
    await page.context().close()
  })

  it('adds a new recipe behind the others', async () => {
    const { page } = await lab.page()
    await openEditor(page, 'council')
    await page.getByRole('button', { name: 'New recipe' }).click()
    await page.getByLabel('Name', { exact: true }).fill('fresh')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('heading', { level: 1, name: 'fresh' }).waitFor()
    await page.locator('.yaml-text').fill('proposers: [lab/ada]\naggregator: lab/grace\n')
    await page.getByText('No mistakes').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/^Saved to/).waitFor()
    const written = parse(readFileSync(file(), 'utf8')) as {
      recipes: Record<string, unknown>
      models: unknown
    }
    expect(written.recipes['fresh']).toEqual({ proposers: ['lab/ada'], aggregator: 'lab/grace' })
    expect(written.models).toEqual({ 'old/name': 'lab/ada' })
    await page.context().close()
  })

  it('deletes a recipe from the file, and not one that others need', async () => {
    const { page, complaints } = await lab.page()
    const remove = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    }
    const before = readFileSync(file(), 'utf8')
    writeFileSync(
      file(),
      before.replace(
        '  layered:',
        '  base:\n    proposers: [lab/ada] # one\n    aggregator: lab/ada\n  child: { extends: base }\n  layered:',
      ),
    )
    await vi.waitFor(async () => expect(await models()).toContain('"child"'), {
      timeout: 20_000,
      interval: 200,
    })
    await openEditor(page, 'base')
    await remove()
    await page.getByText('Recipe "base" is still needed').waitFor()
    expect(readFileSync(file(), 'utf8')).toContain('  base:\n')
    await openEditor(page, 'child')
    const removing = await hold(page, /recipes\/child\?/, (request) => request.method() === 'DELETE')
    await remove()
    // Whoever has opened another one meanwhile stays there.
    await openEditor(page, 'base')
    const caughtUp = page.waitForResponse((response) => response.url().endsWith('/recipes/base'))
    await removing.release()
    await (await caughtUp).finished()
    await vi.waitFor(() => expect(readFileSync(file(), 'utf8')).not.toContain('child'))
    await page
      .locator('.recipes-list')
      .getByRole('link', { name: /^child/ })
      .waitFor({ state: 'detached' })
    await page.getByRole('heading', { level: 1, name: 'base' }).waitFor()
    await remove()
    await page.getByText('Choose a recipe, or begin a new one.').waitFor()
    expect(readFileSync(file(), 'utf8')).toBe(before)
    expect(await models()).not.toContain('"base"')
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([])
    await page.context().close()
  })

  it('keeps what is typed while it saves, and shows no recipe but the one opened last', async () => {
    const { page, complaints } = await lab.page()
    await openEditor(page, 'pair')
    const saving = await hold(page, '**/recipes/pair', (request) => request.method() === 'PUT')
    const field = page.locator('.yaml-text')
    await field.fill('proposers: [lab/ada, lab/edsger]\naggregator: lab/grace\n')
    await page.getByText('No mistakes').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await field.fill('proposers: [lab/edsger]\naggregator: lab/grace\n')
    await saving.release()
    await page.unroute('**/recipes/pair')
    await page.getByText('No mistakes').waitFor()
    expect(await field.inputValue()).toBe('proposers: [lab/edsger]\naggregator: lab/grace\n')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/^Saved to/).waitFor()
    expect(readFileSync(file(), 'utf8')).toContain('proposers: [lab/edsger]\n')
    // The reply for the recipe that was left comes last.
    const late = await hold(page, '**/recipes/layered')
    await page.evaluate(() => (location.hash = '#/recipes/layered'))
    await page.evaluate(() => (location.hash = '#/recipes/council'))
    await page.getByRole('heading', { level: 1, name: 'council' }).waitFor()
    await late.release()
    await page.waitForTimeout(100)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('council')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('does not write over what somebody else has changed meanwhile', async () => {
    const { page } = await lab.page()
    await openEditor(page, 'pair')
    await page.locator('.yaml-text').fill('proposers: [lab/ada]\naggregator: lab/grace\n')
    await page.getByText('No mistakes').waitFor()
    const theirs = `${readFileSync(file(), 'utf8')}# by hand\n`
    writeFileSync(file(), theirs)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/has changed since it was opened here/).waitFor()
    expect(readFileSync(file(), 'utf8')).toBe(theirs)
    await page.context().close()
  })

  it('brings neither secrets of the environment nor files of the machine into a page', async () => {
    const { page } = await lab.page()
    await openEditor(page, 'pair')
    await page.locator('.yaml-text').fill('description: ${HOME}\nproposers: [lab/ada]\naggregator: lab/ada\n')
    await page.getByText(/can only be written in the file itself/).waitFor()
    await page
      .locator('.yaml-text')
      .fill('template: /etc/passwd\nproposers: [lab/ada]\naggregator: lab/ada\n')
    await page.getByText(/template can only be named in the configuration file itself/).waitFor()
    await page.context().close()
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390])
      it(`has no serious accessibility fault in ${colorScheme}, ${width} pixels wide`, async () => {
        const { page } = await lab.page({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
        await openEditor(page, 'layered')
        expect(await faults(page)).toEqual([])
        await page.getByRole('button', { name: 'Spell out the stages' }).click()
        await page.locator('.yaml-text').fill(`${await page.locator('.yaml-text').inputValue()}wrong: 1\n`)
        await page.getByText('1 mistake', { exact: true }).waitFor()
        expect(await faults(page)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
        await page.context().close()
      }, 120_000)
})

describe.skipIf(!hasBrowser)('the recipe editor of a gateway without write access', () => {
  let lab: WebLab
  beforeAll(async () => (lab = await WebLab.open()), 120_000)
  afterAll(() => lab?.close())

  it('shows everything, says why nothing can be changed, and refuses to change it', async () => {
    const { page } = await lab.page()
    await openEditor(page, 'council')
    await page.getByText(/moa serve --write/).waitFor()
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
    expect(await page.locator('.yaml-text').getAttribute('readonly')).not.toBeNull()
    const status = await page.evaluate(async () => {
      const { csrf } = (await (await fetch('/ui/api/session')).json()) as { csrf: string }
      const headers = { 'content-type': 'application/json', 'x-moa-csrf': csrf }
      const body = JSON.stringify({ text: 'proposers: [lab/ada]\naggregator: lab/ada\n' })
      return (await fetch('/ui/api/recipes/mine', { method: 'PUT', headers, body })).status
    })
    expect(status).toBe(403)
    await page.context().close()
  })
})
