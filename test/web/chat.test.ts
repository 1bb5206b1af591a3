import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebLab, answered, ask, choose, hasBrowser, hold } from './lab.js'

describe.skipIf(!hasBrowser)('the chat in a browser', () => {
  let lab: WebLab
  beforeAll(async () => (lab = await WebLab.open()), 120_000)
  afterAll(() => lab?.close())

  it('streams proposals in panes, then shows the answer first, with time, calls, tokens and cost', async () => {
    const { page, complaints } = await lab.page()
    await ask(page, 'Why is the sky blue?')
    await page.locator('.pane-writing .pane-text').first().waitFor()
    expect(await page.locator('.pane').count()).toBe(3)
    await answered(page)
    expect((await page.locator('.answer .markdown').innerText()).length).toBeGreaterThan(50)
    expect(await page.locator('.pane-done').count()).toBe(3)
    expect(await page.locator('.pane').first().innerText()).toMatch(
      /lab\/ada[\s\S]*done[\s\S]*\d tokens[\s\S]*\$0\.0/,
    )
    expect(await page.locator('.run-facts').innerText()).toMatch(
      /council\s+[\d.]+ (s|ms)\s+4 calls\s+[\d,]+ tokens/,
    )
    const answerTop = (await page.locator('.answer').boundingBox())?.y ?? 0
    const paneTop = (await page.locator('.pane').first().boundingBox())?.y ?? 0
    expect(answerTop).toBeLessThan(paneTop)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('says so at an answer when simulated models wrote it, also after a reload', async () => {
    const { page } = await lab.page()
    await choose(page, 'pretend')
    await ask(page, 'Is this real?')
    await answered(page)
    const tag = page.locator('.run-facts').getByText('simulated', { exact: true })
    await tag.waitFor()
    await page.reload()
    await tag.waitFor()
    await page.context().close()
  })

  it('sends earlier turns along with the next question', async () => {
    const { page } = await lab.page()
    await choose(page, 'lab/ada')
    await ask(page, 'First question about herons?')
    await answered(page)
    await ask(page, 'And the second one?')
    await page.locator('.turn').nth(1).waitFor()
    await answered(page)
    const messages = lab.sim.log.at(-1)?.messages ?? []
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(messages[0]?.content).toBe('First question about herons?')
    expect(await page.locator('.question-text').allInnerTexts()).toEqual([
      'First question about herons?',
      'And the second one?',
    ])
    await page.context().close()
  })

  it('tells models what a conversation’s instructions say, also after they were changed', async () => {
    const { page } = await lab.page()
    await choose(page, 'lab/ada')
    await page.getByText('Instructions', { exact: true }).click()
    await page.getByRole('textbox', { name: 'Instructions' }).fill('Speak like a heron.')
    await ask(page, 'Who are you?')
    await answered(page)
    const told = (): unknown => lab.sim.log.at(-1)?.messages?.[0]
    expect(told()).toMatchObject({ role: 'system', content: 'Speak like a heron.' })
    await page.getByText('Instructions', { exact: true }).click()
    await page.getByRole('textbox', { name: 'Instructions' }).fill('Speak like an owl.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Kept; they hold from the next question on.').waitFor()
    await page.reload()
    await page.locator('.turn').first().waitFor()
    await ask(page, 'And now?')
    await page.locator('.turn').nth(1).waitFor()
    await answered(page)
    expect(told()).toMatchObject({ role: 'system', content: 'Speak like an owl.' })
    // Another conversation begins without them.
    await page.goto(`${lab.url}/ui/#/chat`)
    await page.getByRole('heading', { name: 'Ask several models at once' }).waitFor()
    await ask(page, 'Plain?')
    await answered(page)
    expect(told()).toMatchObject({ role: 'user', content: 'Plain?' })
    await page.context().close()
  })

  it('keeps a question with the conversation it was asked in, however fast the user goes elsewhere', async () => {
    const { page, complaints } = await lab.page()
    await choose(page, 'lab/ada')
    await ask(page, 'Where do herons sleep?')
    await answered(page)
    const first = page.url()
    // The link and the keys in one go, before the page has drawn anything.
    await page.evaluate(() => {
      ;(document.querySelector('.navigation a') as HTMLAnchorElement).click()
      return new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }))
    })
    await ask(page, 'And owls?')
    await page.locator('.turn-actions').first().waitFor()
    expect(await page.locator('.question-text').allInnerTexts()).toEqual(['And owls?'])
    expect(page.url()).not.toBe(first)
    // Gone before the gateway has taken the question.
    const question = await hold(page, '**/turns')
    await ask(page, 'Which of them dream?')
    await page.goto(first)
    await page.getByText('Where do herons sleep?').first().waitFor()
    await question.release()
    await page.locator('.turn-actions').first().waitFor()
    expect(await page.locator('.question-text').allInnerTexts()).toEqual(['Where do herons sleep?'])
    await page.goBack()
    await page.getByText('Which of them dream?').first().waitFor()
    expect(await page.locator('.question-text').allInnerTexts()).toEqual([
      'And owls?',
      'Which of them dream?',
    ])
    // The slower of two conversations does not take the place of the one that was opened last.
    const slower = await hold(page, `**/conversations/${first.split('/').at(-1)}`)
    await page.goForward()
    await page.goBack()
    await page.getByText('And owls?').first().waitFor()
    await slower.release()
    await page.locator('.turn-actions').nth(1).waitFor()
    expect(await page.locator('.question-text').allInnerTexts()).toEqual([
      'And owls?',
      'Which of them dream?',
    ])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it.each(['council', 'lab/ada'])('leads from an answer of %s to its run and back', async (name) => {
    const { page, complaints } = await lab.page()
    await choose(page, name)
    await ask(page, `Where does ${name} lead?`)
    await answered(page)
    const conversation = new URL(page.url()).hash
    await page.locator('.run-facts').getByRole('link', { name: 'Run', exact: true }).click()
    await page.getByRole('heading', { level: 1, name }).waitFor()
    await page.getByRole('link', { name: `Conversation: Where does ${name} lead?` }).click()
    await page.locator('.answer .markdown').waitFor()
    expect(new URL(page.url()).hash).toBe(conversation)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('stops an answer and keeps what had come', async () => {
    const { page } = await lab.page()
    await choose(page, 'slow')
    await ask(page, 'Take your time.')
    await page.locator('.pane-writing .pane-text').first().waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.', { exact: true }).waitFor()
    expect(await page.locator('.pane-text').first().innerText()).not.toBe('')
    await page.reload()
    await page.getByText('Stopped.', { exact: true }).waitFor()
    await page.context().close()
  })

  it('answers again and asks again in other words, each a version to go back to', async () => {
    const { page } = await lab.page()
    await ask(page, 'Name a bird.')
    await answered(page)
    await page.getByRole('button', { name: 'Answer again' }).click()
    await page.getByText('2 of 2').waitFor()
    await answered(page)
    await page.locator('.question').hover()
    await page.getByRole('button', { name: 'Edit and ask again' }).click()
    await page.locator('.question-editor textarea').fill('Name a fish.')
    await page.getByRole('button', { name: 'Ask again', exact: true }).click()
    await page.getByText('3 of 3').waitFor()
    await answered(page)
    expect(await page.locator('.question-text').innerText()).toBe('Name a fish.')
    await page.getByRole('button', { name: 'Previous version' }).click()
    await page.getByText('2 of 3').waitFor()
    expect(await page.locator('.question-text').innerText()).toBe('Name a bird.')
    await page.context().close()
  })

  it('shows why a proposer died while the rest goes on', async () => {
    const { page } = await lab.page()
    await choose(page, 'limping')
    await ask(page, 'Who is left?')
    await answered(page)
    expect(await page.locator('.pane-failed').innerText()).toMatch(/alan[\s\S]*failed/)
    expect(await page.locator('.pane-failed .pane-problem').innerText()).not.toBe('')
    expect(await page.locator('.pane-done').count()).toBe(2)
    await page.locator('.degraded summary').click()
    expect(await page.locator('.degraded li').count()).toBeGreaterThan(0)
    await page.context().close()
  })

  it('says why there is no answer at all', async () => {
    const { page } = await lab.page()
    await choose(page, 'hopeless')
    await ask(page, 'Anybody?')
    await page.locator('.failure').waitFor()
    expect(await page.locator('.failure').innerText()).toMatch(/There is no answer\.[\s\S]*lab\/ada/)
    await page.context().close()
  })

  it('shows layers as tabs that the arrow keys walk through', async () => {
    const { page } = await lab.page()
    await choose(page, 'layered')
    await ask(page, 'Twice, please.')
    await answered(page)
    const tabs = page.getByRole('tab')
    expect(await tabs.allInnerTexts()).toEqual(['Layer 1 · 2 proposals', 'Layer 2 · 2 proposals'])
    await tabs.nth(1).focus()
    await page.keyboard.press('ArrowLeft')
    expect(await tabs.nth(0).getAttribute('aria-selected')).toBe('true')
    await page.context().close()
  })

  it('sends pictures, PDFs and text files along', async () => {
    const { page } = await lab.page()
    await choose(page, 'lab/ada')
    const pixel =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    await page.locator('input[type=file]').setInputFiles([
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('herons are tall') },
      { name: 'pixel.png', mimeType: 'image/png', buffer: Buffer.from(pixel, 'base64') },
      { name: 'paper.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') },
    ])
    await page.getByRole('button', { name: 'Remove pixel.png' }).waitFor()
    await ask(page, 'What is in these?')
    await answered(page)
    expect(await page.locator('.question .attachments').innerText()).toContain('notes.txt')
    expect(lab.sim.log.at(-1)?.messages?.[0]?.content).toEqual([
      { type: 'text', text: 'What is in these?\n\nnotes.txt:\n\nherons are tall' },
      { type: 'image', url: `data:image/png;base64,${pixel}` },
      {
        type: 'file',
        filename: 'paper.pdf',
        data: `data:application/pdf;base64,${Buffer.from('%PDF-1.4').toString('base64')}`,
      },
    ])
    await page
      .locator('input[type=file]')
      .setInputFiles([
        { name: 'tool.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([1, 0, 2]) },
      ])
    expect(await page.locator('.composer-problem').innerText()).toMatch(/tool\.bin is neither an image/)
    await page.context().close()
  })
})
