import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../redis-server.js'
import { hasShared, readShared, sharedPath } from '../shared.js'
import { built, Sandbox } from './moa.js'

/** A mirror that serves what a test puts on it, and can misbehave. */
class Mirror {
  readonly files = new Map<string, Buffer>()
  /** Told of each request before it is answered; returns whether it took care of it. */
  misbehave: (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean = () => false
  readonly requests: { path: string; range: string | undefined }[] = []
  readonly #server: Server = createServer((request, response) => this.#answer(request, response))

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    this.requests.push({ path, range: request.headers.range })
    const body = this.files.get(path)
    if (body === undefined) return void response.writeHead(404).end('no such file')
    if (this.misbehave(request, response, body)) return
    sendFile(request, response, body)
  }
}

function sendFile(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? NaN)
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`
  if (Number.isNaN(from)) {
    response.writeHead(200, { 'content-length': body.length, etag })
    response.end(body)
    return
  }
  response.writeHead(206, {
    'content-length': body.length - from,
    'content-range': `bytes ${from}-${body.length - 1}/${body.length}`,
    etag,
  })
  response.end(body.subarray(from))
}

const HUB = '/datasets/tatsu-lab/alpaca_eval/resolve/2edc6fad8be6b14ea7230aabfd08188da6b8b814'
const VOTES = `${HUB}/alpaca_farm_human_crossannotations.json`
const OUTPUTS =
  '/tatsu-lab/alpaca_eval/cd543a149df89434d8a54582c0151c0b945c3d20/results/some-model/model_outputs.json'
const shared = hasShared('benchmarks/mt_bench/question.jsonl')

describe('moa data', () => {
  let sandbox: Sandbox
  let mirror: Mirror
  beforeAll(built, 180_000)
  beforeEach(async () => {
    sandbox = new Sandbox()
    mirror = await new Mirror().start()
  })
  afterEach(() => {
    sandbox.remove()
    mirror.stop()
  })
  const pull = (...args: string[]) => sandbox.run(['data', 'pull', '--mirror', mirror.url, ...args])

  it('names a proxy that does not answer, and nothing of what Node thinks of proxies', async () => {
    const port = await freePort()
    const { code, stderr } = await sandbox.run(['data', 'pull', 'moa-template'], {
      env: { HTTPS_PROXY: `socks5://127.0.0.1:${port}` },
    })
    expect(code).toBe(4)
    expect(stderr).toContain(`can't be reached: the proxy 127.0.0.1:${port} does not answer (ECONNREFUSED)`)
    expect(stderr).not.toContain('Warning')
  })

  it('downloads a file, tells its terms, notes its hash, and finds it again', async () => {
    const body = Buffer.from('[{"instruction":"i"}]'.repeat(1000))
    mirror.files.set(VOTES, body)
    const { code, stdout, stderr } = await pull('alpaca-eval-human-votes')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('Not for commercial use')
    expect(stderr).toContain('no hash was known')
    const path = stdout.trim()
    expect(readFileSync(path)).toEqual(body)
    expect((await sandbox.run(['data', 'path', 'alpaca-eval-human-votes'])).stdout.trim()).toBe(path)
    const listed = JSON.parse((await sandbox.run(['data', 'list', '--json'])).stdout) as Record<
      string,
      unknown
    >[]
    expect(listed.find(({ name }) => name === 'alpaca-eval-human-votes')).toMatchObject({
      source: 'cache',
      sha256: null,
      origin: { trust: 'first-download', sha256: createHash('sha256').update(body).digest('hex') },
    })
    expect((await pull('alpaca-eval-human-votes')).stderr).toContain('was here already')
    expect(mirror.requests).toHaveLength(1)
  })

  it('goes on where a connection broke off, within one command', async () => {
    const body = Buffer.alloc(300_000, 'abcdefg')
    mirror.files.set(VOTES, body)
    let broken = 0
    mirror.misbehave = (request, response) => {
      if (broken === 2) return false
      const from = Number(/(\d+)-$/.exec(request.headers.range ?? '0-')?.[1])
      broken += 1
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': body.length - from,
        etag: '"v1"',
        ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
      })
      // What has arrived counts, not what was on its way; so it gets the time to arrive.
      response.write(body.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 300))
      return true
    }
    const { code, stdout } = await pull('alpaca-eval-human-votes')
    expect(code).toBe(0)
    expect(readFileSync(stdout.trim())).toEqual(body)
    expect(
      mirror.requests.map(({ range }) => range?.replace(/\d+/, (from) => (Number(from) > 0 ? 'N' : '0'))),
    ).toEqual([undefined, 'bytes=N-', 'bytes=N-'])
  })

  it('follows redirects and serves models that are named', async () => {
    mirror.files.set(OUTPUTS, Buffer.from('[]'))
    mirror.files.set('/elsewhere', Buffer.from('[{"output":"x"}]'))
    mirror.misbehave = ({ url }, response) => {
      if (url !== OUTPUTS) return false
      response.writeHead(302, { location: '/elsewhere' }).end()
      return true
    }
    const { code, stdout } = await pull('alpaca-eval-outputs/some-model')
    expect(code).toBe(0)
    expect(readFileSync(stdout.trim(), 'utf8')).toBe('[{"output":"x"}]')
  })

  it.skipIf(!shared)('refuses content with a wrong hash and keeps nothing of it', async () => {
    const path =
      '/togethercomputer/MoA/819420ff2240a391271f9faf035e9a5f3216cb9c/FastChat/fastchat/llm_judge/data/mt_bench/question.jsonl'
    const good = Buffer.from(readShared('benchmarks/mt_bench/question.jsonl'))
    mirror.files.set(path, Buffer.concat([good.subarray(0, -1), Buffer.from(' ')]))
    const { code, stderr } = await pull('mt-bench-questions')
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /gave 48929 bytes with SHA-256 [0-9a-f]{64}, but 119565ad.* was expected; nothing was kept/,
    )
    expect((await sandbox.run(['data', 'path', 'mt-bench-questions'])).code).toBe(2)
    mirror.files.set(path, good)
    expect((await pull('mt-bench-questions')).code).toBe(0)
    expect((await sandbox.run(['data', 'verify'])).stdout).toBe('ok  mt-bench-questions: the known hash\n')
  })

  it('says what is wrong in one line, with its exit code', async () => {
    const lines = async (...args: string[]) => {
      const { code, stderr } = await sandbox.run(['data', ...args])
      return [code, stderr.trim().split('\n').at(-1)]
    }
    expect(await lines('pull', '--mirror', mirror.url, 'alpaca-eval-gamed')).toEqual([
      4,
      expect.stringMatching(/answered with status 404: there is no such file/),
    ])
    expect(await lines('pull', 'alpaca-eval-gamd')).toEqual([
      2,
      expect.stringContaining('Did you mean "alpaca-eval-gamed"?'),
    ])
    expect(await lines('pull', '--mirror', 'ftp://x', 'flask')).toEqual([
      2,
      expect.stringContaining('expected an http'),
    ])
    expect(await lines('path', 'flask-skills')).toEqual([
      2,
      expect.stringContaining('`moa data pull flask-skills` downloads it from togethercomputer/MoA'),
    ])
    expect(await lines('list', '--data', 'nowhere')).toEqual([
      2,
      expect.stringContaining('There is no folder'),
    ])
    expect(await lines('pull', 'alpaca-eval-outputs/../../etc')).toEqual([
      2,
      expect.stringContaining('no name of a published model'),
    ])
  })

  it('gets what it can of several files and ends with 3', async () => {
    mirror.files.set(VOTES, Buffer.from('[]'))
    const { code, stdout, stderr } = await pull('alpaca-eval-human-votes', 'alpaca-eval-human-annotations')
    expect(code).toBe(3)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('404')
  })

  it('notices that a download was changed later', async () => {
    mirror.files.set(VOTES, Buffer.from('[]'))
    const path = (await pull('alpaca-eval-human-votes')).stdout.trim()
    writeFileSync(path, '[1]')
    const { code, stdout } = await sandbox.run(['data', 'verify'])
    expect(code).toBe(3)
    expect(stdout).toContain('NOT alpaca-eval-human-votes')
    mirror.files.set(VOTES, Buffer.from('[2]'))
    const again = await pull('--force', 'alpaca-eval-human-votes')
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringContaining('was noted at the first download'),
    ])
  })

  it.skipIf(!shared)('cuts the reference template out of its script, for mode together', async () => {
    const template = readShared('benchmarks/moa/synthesis-template.txt')
    const script = `def inject_references_to_messages(\n    messages,\n):\n    system = f"""${template}"""\n    more = """x"""\n`
    mirror.files.set('/togethercomputer/MoA/1b5cab0/utils.py', Buffer.from(script))
    const before = await sandbox.run(['ask', '--recipe', 'demo', '--mode', 'together', 'hello'])
    expect(before.stderr).toContain('moa data pull moa-template')
    expect((await pull('moa-template')).code).toBe(0)
    const explained = await sandbox.run(['explain', '--recipe', 'demo', '--mode', 'together', 'hello'])
    expect({ code: explained.code, stderr: explained.stderr }).toMatchObject({ code: 0 })
    expect(explained.stdout + explained.stderr).not.toContain('not the published one')
    mirror.files.set('/togethercomputer/MoA/1b5cab0/utils.py', Buffer.from(script.replace('You', 'we')))
    const wrong = await pull('--force', 'moa-template')
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('what was cut out of it has SHA-256'),
    ])
  })

  it.skipIf(!shared)('reads a folder of one’s own, packed files included', async () => {
    const folder = sharedPath('benchmarks')
    const { stdout } = await sandbox.run(['data', 'path', 'flask-instances', '--data', folder])
    expect(stdout.trim()).toMatch(/flask_evaluation\.jsonl\.gz$/)
    const verified = await sandbox.run(['data', 'verify', '--data', folder])
    expect(verified.stdout).toContain('ok  alpaca-eval-baseline: the known hash')
    expect(verified.stdout).toContain('?   alpaca-eval-human-votes: not compared: no hash is known')
    expect(verified.stdout).toContain("NOT alpaca-eval-gamed: another file than the publisher's")
    const pulled = await sandbox.run(['data', 'pull', 'flask', '--data', folder])
    expect(pulled.code).toBe(0)
    expect(pulled.stdout.trim().split('\n')).toHaveLength(4)
  })

  it('waits for nobody: a lock of a living process is an error, one of a dead process is not', async () => {
    mirror.files.set(VOTES, Buffer.from('[]'))
    const path = (await pull('alpaca-eval-human-votes')).stdout.trim()
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(`${path}.lock`, String(process.pid))
    expect((await pull('--force', 'alpaca-eval-human-votes')).stderr).toContain(
      `Another process (${process.pid})`,
    )
    writeFileSync(`${path}.lock`, '999999999')
    expect((await pull('--force', 'alpaca-eval-human-votes')).code).toBe(0)
    expect(existsSync(`${path}.lock`)).toBe(false)
    // The number of a process that died belongs to another one now.
    if (!existsSync('/proc/self/stat')) return
    writeFileSync(`${path}.lock`, `${process.pid} 1`)
    expect((await pull('--force', 'alpaca-eval-human-votes')).code).toBe(0)
  })
})
