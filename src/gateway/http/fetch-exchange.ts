import { MoaError } from '../../core/index.js'
import type { Exchange, HeaderList } from './exchange.js'

/** Bytes that may wait for the reader before the writer is told to wait. */
const HIGH_WATER = 64 * 1024

/** An exchange over the web's `Request` and `Response`: in process, and wherever there is no Node server. */
export class FetchExchange implements Exchange {
  readonly always: string[] = []
  readonly method: string
  readonly path: string
  readonly query: string
  readonly remoteAddress = undefined
  /** Resolves when there is a reply, or the beginning of one. */
  readonly response: Promise<Response>
  readonly #request: Request
  readonly #encoder = new TextEncoder()
  readonly #gone: (() => void)[] = []
  #reply: (response: Response) => void = () => {}
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #resume: (() => void) | undefined
  #over = false

  constructor(request: Request) {
    this.#request = request
    this.method = request.method
    const url = new URL(request.url)
    this.path = url.pathname
    this.query = url.search
    this.response = new Promise((resolve) => (this.#reply = resolve))
    request.signal.addEventListener('abort', () => this.#leave(), { once: true })
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined
  }

  async body(allow: (bytes: number) => void): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for await (const part of this.#request.body ?? []) {
      allow((part as Uint8Array).length)
      parts.push(part as Uint8Array)
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
  }

  onGone(callback: () => void): void {
    if (this.#request.signal.aborted) callback()
    else this.#gone.push(callback)
  }

  send({ status, headers, body }: { status: number; headers: HeaderList; body: string | Buffer }): void {
    this.#over = true
    const withBody = this.method !== 'HEAD' && status !== 204
    this.#reply(
      new Response(withBody ? toBody(body) : null, { status, headers: pairs([...this.always, ...headers]) }),
    )
  }

  begin(status: number, headers: HeaderList): void {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => {
          this.#resume?.()
          this.#resume = undefined
        },
        cancel: () => this.#leave(),
      },
      { highWaterMark: HIGH_WATER, size: (chunk) => chunk?.length ?? 0 },
    )
    this.#reply(new Response(body, { status, headers: pairs([...this.always, ...headers]) }))
  }

  write(text: string): Promise<void> | undefined {
    const controller = this.#controller
    if (this.#over || controller === undefined || text === '') return undefined
    controller.enqueue(this.#encoder.encode(text))
    if ((controller.desiredSize ?? 0) > 0) return undefined
    return new Promise((resolve) => {
      const before = this.#resume
      this.#resume = () => {
        before?.()
        resolve()
      }
    })
  }

  end(text: string): void {
    void this.write(text)
    if (this.#over) return
    this.#over = true
    this.#controller?.close()
  }

  destroy(): void {
    if (this.#over) return
    this.#over = true
    this.#controller?.error(new MoaError('aborted', 'The connection was dropped.'))
  }

  #leave(): void {
    if (this.#over) return
    this.#over = true
    this.#resume?.()
    for (const callback of this.#gone) callback()
  }
}

function pairs(list: HeaderList): [string, string][] {
  const result: [string, string][] = []
  for (let index = 0; index + 1 < list.length; index += 2)
    result.push([list[index] as string, list[index + 1] as string])
  return result
}

/** A buffer may be a view of a larger piece of memory, which `Response` would not mind but its type does. */
const toBody = (body: string | Buffer): string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' ? body : new Uint8Array(body)
