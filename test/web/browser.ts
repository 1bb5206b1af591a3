import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/google-chrome']

/** A browser of this machine; `undefined` where there is none, and then browser tests are skipped, saying so. */
export function browserPath(): string | undefined {
  const found = PLACES.find((path) => existsSync(path))
  if (found === undefined) console.warn(`skipped: no browser at ${PLACES.join(', ')}`)
  return found
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath() ?? '', args: ['--no-sandbox'] })
}
