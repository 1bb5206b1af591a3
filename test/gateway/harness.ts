import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Gateway, listen, type GatewayOptions, type Listening } from '../../src/gateway/index.js'
import { openWorkspace, type Workspace } from '../../src/cli/workspace/open.js'
import { workspaceCatalog } from '../../src/cli/serve/catalog.js'
import { startSimServer, type SimServer, type SimServerOptions } from '../../src/sim/index.js'

export type Fetch = (path: string, init?: RequestInit) => Promise<Response>

/** How a client reaches the gateway. */
export const TRANSPORTS = ['in process', 'over a socket'] as const
export type TransportName = (typeof TRANSPORTS)[number]

/** Recipes over the simulator as provider `lab`. */
const RECIPES = {
  pair: { proposers: ['lab/ada', 'lab/grace'], aggregator: 'lab/edsger', description: 'Two and one.' },
  layers: { proposers: ['lab/ada', 'lab/grace'], aggregator: 'lab/edsger', layers: 3 },
  slow: { proposers: ['lab/ada+first=60000', 'lab/grace+first=60000'], aggregator: 'lab/edsger' },
  'late-failure': { proposers: ['lab/ada'], aggregator: 'lab/edsger+error-mid=3' },
  hopeless: { proposers: ['lab/ada+400'], aggregator: 'lab/edsger+400' },
  limping: { proposers: ['lab/ada', 'lab/grace+400'], aggregator: 'lab/edsger' },
}

export interface LabOptions {
  readonly gateway?: Partial<Omit<GatewayOptions, 'catalog'>>
  readonly config?: Readonly<Record<string, unknown>>
  readonly sim?: SimServerOptions
}

/** A gateway as `moa serve` puts it together, with the simulator as its only provider. */
export class Lab {
  readonly sim: SimServer
  readonly gateway: Gateway
  readonly workspace: Workspace
  readonly listening: Listening
  readonly #home: string

  private constructor(parts: {
    sim: SimServer
    gateway: Gateway
    workspace: Workspace
    listening: Listening
    home: string
  }) {
    this.sim = parts.sim
    this.gateway = parts.gateway
    this.workspace = parts.workspace
    this.listening = parts.listening
    this.#home = parts.home
  }

  static async open({
    gateway: options = {},
    config = {},
    sim: simOptions = {},
  }: LabOptions = {}): Promise<Lab> {
    const sim = await startSimServer({ seed: 7, ...simOptions })
    const home = mkdtempSync(join(tmpdir(), 'moa-gateway-'))
    const file = join(home, 'moa.config.json')
    writeFileSync(
      file,
      JSON.stringify({
        providers: { lab: { baseURL: sim.url, apiKey: 'upstream-secret', retry: { attempts: 1 } } },
        prices: Object.fromEntries(
          ['ada', 'grace', 'edsger', 'kurt'].map((name) => [`lab/${name}`, { input: 1, output: 2 }]),
        ),
        recipes: RECIPES,
        defaultRecipe: 'pair',
        ...config,
      }),
    )
    const host = { env: {}, cwd: home, home, platform: process.platform }
    const workspace = await openWorkspace({ config: file, host })
    const gateway = new Gateway({ catalog: await workspaceCatalog(workspace), loopback: true, ...options })
    const listening = await listen(gateway, { port: 0, host: '127.0.0.1' })
    return new Lab({ sim, gateway, workspace, listening, home })
  }

  get url(): string {
    return this.listening.url
  }

  fetch(transport: TransportName): Fetch {
    return transport === 'over a socket'
      ? (path, init) => fetch(this.url + path, init)
      : async (path, init) => this.gateway.app.request(`http://localhost${path}`, init)
  }

  async close(): Promise<void> {
    await this.listening.close(0)
    await this.workspace.close()
    await this.sim.close()
    rmSync(this.#home, { recursive: true, force: true })
  }
}

export const HELLO = [{ role: 'user', content: 'What are some fun things to do in SF?' }]

/** A chat request as JSON; `model` is `pair` unless it says otherwise. */
export function chat(
  fields: Readonly<Record<string, unknown>> = {},
  headers: Record<string, string> = {},
): RequestInit {
  return post({ model: 'pair', messages: HELLO, ...fields }, headers)
}

export function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
}

export type Json = Record<string, unknown>

/** What a stream of server-sent events holds, line by line. */
export interface EventText {
  readonly lines: readonly string[]
  /** Parsed `data:` lines without the last `[DONE]`. */
  readonly data: readonly Json[]
  readonly done: boolean
}

export function readEvents(text: string): EventText {
  const lines = text.split('\n')
  const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6))
  return {
    lines,
    data: data.filter((line) => line !== '[DONE]').map((line) => JSON.parse(line) as Json),
    done: data.at(-1) === '[DONE]',
  }
}

export interface Chunk {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly choices: readonly {
    readonly delta: {
      role?: string
      content?: string
      reasoning_content?: string
      tool_calls?: readonly { index: number; id?: string; function: { name?: string; arguments: string } }[]
    }
    readonly finish_reason: string | null
  }[]
  readonly usage?: Json | null
  readonly moa?: Json
  readonly error?: Json
}

export function chunksOf(text: string): readonly Chunk[] {
  return readEvents(text).data as unknown as Chunk[]
}

export const textOf = (chunks: readonly Chunk[]): string =>
  chunks.flatMap(({ choices }) => choices?.map(({ delta }) => delta.content ?? '') ?? []).join('')

export const reasoningOf = (chunks: readonly Chunk[]): string =>
  chunks.flatMap(({ choices }) => choices?.map(({ delta }) => delta.reasoning_content ?? '') ?? []).join('')

/** Waits until a condition holds, looking every few milliseconds. */
export async function until(condition: () => boolean, what: string, patienceMs = 10_000): Promise<void> {
  const end = Date.now() + patienceMs
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
