import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContextOptions, type Page, type Request } from 'playwright-core'
import { recordedAnswers, startSimServer, type SimServer } from '../../src/sim/index.js'
import { Sandbox, built, type Started } from '../cli/moa.js'
import { HOSTILE_ANSWER, HOSTILE_QUESTION } from './hostile.js'

const CHROMIUM = [
  process.env['MOA_CHROMIUM'] ?? '',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path))

/** Whether there is a browser to test with; says once why not. */
export const hasBrowser = CHROMIUM !== undefined
if (!hasBrowser)
  console.warn(
    'skipped: tests of the web interface need Chromium; install chromium-headless-shell, or name it in MOA_CHROMIUM.',
  )

const RECIPES = `
defaultRecipe: council
recipes:
  council: { proposers: [lab/ada, lab/grace, lab/edsger], aggregator: lab/barbara, description: "Three and one." }
  layered: { proposers: [lab/ada, lab/grace], aggregator: lab/barbara, layers: 3 }
  limping: { proposers: [lab/ada, lab/grace, lab/alan+error-mid=5], aggregator: lab/barbara }
  pretend: { proposers: [sim/ada, sim/grace], aggregator: sim/barbara }
  slow: { proposers: [lab/ada+pace=60+tokens=80, lab/grace+pace=60+tokens=80], aggregator: lab/barbara+pace=150+tokens=400 }
  hopeless: { proposers: [lab/ada+400], aggregator: lab/barbara+400 }
  hostile: { proposers: [lab/mallory+pace=0, lab/ada], aggregator: lab/barbara }
prices: { lab/ada: { input: 1, output: 4 }, lab/grace: { input: 1, output: 4 }, lab/barbara: { input: 3, output: 12 } }
`

/** The command line's own gateway as a process, with simulated models behind a server, and a browser before it. */
export class WebLab {
  readonly sandbox = new Sandbox()
  readonly sim: SimServer
  readonly browser: Browser
  url = ''
  #server: Started | undefined
  readonly #flags: readonly string[]

  private constructor(sim: SimServer, browser: Browser, flags: readonly string[]) {
    this.sim = sim
    this.browser = browser
    this.#flags = flags
  }

  /** @param gateway further flags of `moa serve`, and more of its configuration file */
  static async open(
    gateway: { readonly flags?: readonly string[]; readonly config?: string } = {},
  ): Promise<WebLab> {
    await built()
    const sim = await startSimServer({
      seed: 3,
      keepBodies: true,
      latency: { first: 20, pace: 4 },
      recordings: recordedAnswers(
        [{ instruction: HOSTILE_QUESTION, output: HOSTILE_ANSWER, generator: 'mallory' }],
        { fallback: 'ada' },
      ),
    })
    const browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox'] })
    const lab = new WebLab(sim, browser, gateway.flags ?? [])
    lab.sandbox.write(
      'moa.config.yaml',
      `providers:\n  lab: { baseURL: "${sim.url}", apiKey: "sim-key", retry: { attempts: 1 } }\n${RECIPES}${gateway.config ?? ''}`,
    )
    await lab.startGateway()
    return lab
  }

  /** @param port the one before, so that pages find the gateway again */
  async startGateway(port = 0): Promise<void> {
    const server = this.sandbox.start([
      'serve',
      ...this.#flags,
      '--port',
      String(port),
      '--log',
      'off',
      '--shutdown-timeout',
      '0',
    ])
    await server.until(() => server.stdout.includes('\n'), 'the address of the gateway')
    this.url = server.stdout.trim()
    this.#server = server
  }

  /** Ends the gateway the hard way. */
  async killGateway(): Promise<void> {
    this.#server?.child.kill('SIGKILL')
    await this.#server?.ended
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** A page with storage of its own that has the chat open. Whatever it complains about is in the list. */
  async page(options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(this.url)
    await page.waitForSelector('#question, form.sign-in')
    return { page, complaints }
  }

  async close(): Promise<void> {
    await this.browser.close()
    this.#server?.child.kill('SIGTERM')
    await this.#server?.ended
    await this.sim.close()
    this.sandbox.remove()
  }
}

/** Chooses who answers. */
export async function choose(page: Page, recipe: string): Promise<void> {
  await page.getByRole('button', { name: /^Who answers/ }).click()
  await page
    .getByRole('menuitemradio', { name: new RegExp(`^${recipe.replaceAll('+', '\\+')}(?![\\w+])`) })
    .click()
}

/** Asks with the keyboard. */
export async function ask(page: Page, question: string): Promise<void> {
  await page.fill('#question', question)
  await page.press('#question', 'Enter')
}

/** Waits until no answer is being written any more. */
export async function answered(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).waitFor({ timeout: 25_000 })
  await page.locator('.turn-actions').last().waitFor()
}

/** Requests that wait on their way to the gateway. */
export interface Held {
  /** Lets them pass once the first has come, and those that follow at once; resolves when it is answered. */
  release(): Promise<void>
}

/** Keeps requests for a URL (glob) from the gateway until they are released. */
export async function hold(
  page: Page,
  url: string | RegExp,
  which: (request: Request) => boolean = () => true,
): Promise<Held> {
  const { promise: came, resolve: come } = deferred<Request>()
  const { promise: open, resolve: release } = deferred<undefined>()
  await page.route(url, async (route) => {
    if (which(route.request())) {
      come(route.request())
      await open
    }
    await route.continue()
  })
  return {
    async release() {
      const request = await came
      release(undefined)
      await request.response()
    },
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => (resolve = settle))
  return { promise, resolve }
}
