import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Tests that need a Redis skip where there is none, and say so. */
export function hasRedis(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0
  if (!found) console.warn('skipped: redis-server is not here')
  return found
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A Redis of one's own that keeps nothing. */
export class RedisServer {
  readonly port: number
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #folder: string

  private constructor(port: number, folder: string, more: readonly string[]) {
    this.port = port
    this.#folder = folder
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...more]
    this.#child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve))
  }

  /** @param more further arguments of the server */
  static async start(port: number, more: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(port, mkdtempSync(join(tmpdir(), 'moa-redis-')), more)
    await server.#listening()
    return server
  }

  /** It keeps its connections and answers nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      let log = ''
      this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        log += text
        if (log.includes('Ready to accept connections')) resolve()
      })
      void this.#ended.then(() => reject(new Error(`redis-server ended: ${log}`)))
    })
  }
}
