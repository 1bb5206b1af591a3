import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebLab, answered, ask, choose, hasBrowser } from './lab.js'
import { HOSTILE_QUESTION } from './hostile.js'

describe.skipIf(!hasBrowser)('what a hostile model can do to the page', () => {
  let lab: WebLab
  beforeAll(async () => (lab = await WebLab.open()), 120_000)
  afterAll(() => lab?.close())

  it('is nothing: no script, no frame, no request, no address that runs, no cover, no turned text', async () => {
    const { page, complaints } = await lab.page()
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(lab.url)) foreign.push(request.url())
    })
    await choose(page, 'hostile')
    await ask(page, HOSTILE_QUESTION)
    await answered(page)
    expect(await page.locator('.pane').first().innerText()).toContain('‹U+202E›')
    expect(await page.locator('#app img, .pane script, .pane iframe').count()).toBe(0)
    await choose(page, 'lab/mallory+pace=0')
    await page.getByRole('link', { name: 'Chat' }).click()
    await ask(page, HOSTILE_QUESTION)
    await answered(page)
    await page.getByText('The end of it.').first().waitFor()
    await page.locator('.formula math').first().waitFor()
    const found = await page.evaluate(() => {
      const answer = document.querySelector('.answer .markdown')
      const all = [...document.querySelectorAll('#app *')]
      return {
        harmed: (window as { harmed?: number }).harmed,
        elements: all.filter(
          (element) =>
            /^(script|iframe|object|embed|style|form)$/i.test(element.tagName) && answer?.contains(element),
        ).length,
        images: answer?.querySelectorAll('img').length,
        handlers: all.filter((element) => [...element.attributes].some(({ name }) => name.startsWith('on')))
          .length,
        links: [...(answer?.querySelectorAll('a') ?? [])].map(({ href, rel, target }) => ({
          href,
          rel,
          target,
        })),
        rows: answer?.querySelectorAll('tbody tr').length,
        text: answer?.textContent ?? '',
        wide: document.documentElement.scrollWidth > innerWidth,
      }
    })
    expect(found.harmed).toBeUndefined()
    expect(found).toMatchObject({ elements: 0, images: 0, handlers: 0, rows: 100, wide: false })
    expect(found.links.map(({ href }) => href)).toEqual([
      'https://example.com/fine',
      'http://127.0.0.1:9/pixel.png?who=reader',
    ])
    for (const { rel, target } of found.links) {
      expect(rel).toContain('noopener')
      expect(target).toBe('_blank')
    }
    expect(/[\u202a-\u202e\u2066-\u2069\u0000\u0007\u001b]/.exec(found.text)).toBeNull()
    expect(found.text).toContain('‹U+202E›')
    expect(found.text).toContain('covering text')
    expect(found.text).toContain('<script>window.harmed = 10</script>')
    expect(found.text).toContain('costs $5 or $6')
    expect(foreign).toEqual([])
    expect(complaints).toEqual([])
    await page.getByRole('button', { name: 'Show all 600 rows' }).first().click()
    expect(await page.locator('.answer tbody tr').count()).toBe(600)
    await page.context().close()
  })

  it('serves pages under a policy without inline script, and hashed files for ever', async () => {
    const page = await fetch(`${lab.url}/ui/`)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain('unsafe')
    const html = await page.text()
    expect(html).not.toMatch(/<script(?![^>]*src=)|style=|onload=/)
    const [, asset = ''] = /src="\.\/(assets\/[^"]+)"/.exec(html) ?? []
    const script = await fetch(`${lab.url}/ui/${asset}`)
    expect(script.headers.get('cache-control')).toContain('immutable')
    const again = await fetch(`${lab.url}/ui/`, {
      headers: { 'if-none-match': page.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
    expect((await fetch(`${lab.url}/ui/assets/../../package.json`)).status).toBe(404)
    expect((await fetch(`${lab.url}/ui/assets/%2e%2e/index.html`)).status).toBe(404)
  })

  it('refuses changes that do not carry the token of the session, and pages of strangers', async () => {
    const session = await fetch(`${lab.url}/ui/api/session`)
    const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(session.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
    const { csrf } = (await session.json()) as { csrf: string }
    const change = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${lab.url}/ui/api/conversations`, {
        method: 'POST',
        headers: { cookie, ...headers },
        body: JSON.stringify({ model: 'no-such-model', parent: null, question: { text: 'x' } }),
      })
    expect((await change({})).status).toBe(403)
    expect((await change({ 'x-moa-csrf': 'wrong' })).status).toBe(403)
    expect((await change({ 'x-moa-csrf': csrf, origin: 'https://evil.example' })).status).toBe(403)
    expect((await change({ 'x-moa-csrf': csrf })).status).toBe(404)
    expect((await fetch(`${lab.url}/ui/api/conversations`)).status).toBe(401)
  })
})
