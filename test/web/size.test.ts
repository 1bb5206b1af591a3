import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { built } from '../cli/moa.js'

const MOST_BYTES = 150_000

describe('the built pages', () => {
  let folder = ''
  beforeAll(async () => (folder = join(dirname(await built()), '../web/app')), 120_000)

  it(`load the chat with at most ${MOST_BYTES / 1000} kB gzip`, () => {
    const files = new Set(['index.html'])
    const visit = (name: string): void => {
      if (files.has(name)) return
      files.add(name)
      const text = readFileSync(join(folder, name), 'utf8')
      if (!name.endsWith('.js')) return
      for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g))
        visit(`assets/${imported}`)
    }
    const html = readFileSync(join(folder, 'index.html'), 'utf8')
    for (const [, name = ''] of html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) visit(name)
    // The chat is what opens first; its code comes with a dynamic import.
    const entry = [...files].find((name) => /index-[^/]+\.js$/.test(name)) ?? ''
    const [, chat = ''] =
      /import\(["'`]\.\/(page-[^"'`]+\.js)["'`]\)/.exec(readFileSync(join(folder, entry), 'utf8')) ?? []
    visit(`assets/${chat}`)
    const styles = readFileSync(join(folder, entry), 'utf8').matchAll(
      /["'`](?:\.\/)?(?:assets\/)?(page-[\w-]+\.css)["'`]/g,
    )
    for (const [, name = ''] of styles) visit(`assets/${name}`)
    const sizes = [...files].map((name) => gzipSync(readFileSync(join(folder, name))).length)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect(files.size).toBeGreaterThan(4)
    expect(total).toBeLessThanOrEqual(MOST_BYTES)
    expect([...files].some((name) => /formula|highlighter/.test(name))).toBe(false)
  })
})
