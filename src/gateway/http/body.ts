import { isUtf8 } from 'node:buffer'
import { MoaError } from '../../core/index.js'
import type { Exchange } from './exchange.js'

/** How much of all requests' bodies is in memory at a time, so that large ones can't add up without end. */
export class BodyMemory {
  readonly #most: number
  #used = 0

  /** @param most bytes; further bodies are refused with `overloaded` */
  constructor(most: number) {
    this.#most = most
  }

  get used(): number {
    return this.#used
  }

  take(bytes: number): void {
    if (this.#used + bytes > this.#most)
      throw new MoaError(
        'overloaded',
        'The gateway is reading too many large requests; ask again in a moment.',
        {
          retryable: true,
        },
      )
    this.#used += bytes
  }

  give(bytes: number): void {
    this.#used -= bytes
  }
}

export interface ReadBody {
  readonly bytes: Uint8Array
  /** Says that the body's content is not in memory any more. */
  release(): void
}

/**
 * Reads a request's whole body.
 *
 * @throws {@link MoaError} `payload_too_large`, `unsupported_media_type`, `overloaded`, `aborted`
 */
export async function readBody(
  exchange: Exchange,
  { memory, limit }: { readonly memory: BodyMemory; readonly limit: number },
): Promise<ReadBody> {
  const encoding = exchange.header('content-encoding')
  if (encoding !== undefined && encoding !== 'identity')
    throw new MoaError(
      'unsupported_media_type',
      `Compressed bodies (${encoding.slice(0, 20)}) are not read here.`,
    )
  const tooLarge = (): MoaError =>
    new MoaError(
      'payload_too_large',
      `The body is larger than ${limit} bytes, which is the most that is read here.`,
    )
  if (Number(exchange.header('content-length') ?? 0) > limit) throw tooLarge()
  let size = 0
  const release = (): void => {
    memory.give(size)
    size = 0
  }
  try {
    const bytes = await exchange.body((more) => {
      if (size + more > limit) throw tooLarge()
      memory.take(more)
      size += more
    })
    return { bytes, release }
  } catch (error) {
    release()
    throw error
  }
}

const BYTE_ORDER_MARK = 0xfeff

/** @throws {@link MoaError} `invalid_request` for what is not JSON in UTF-8 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new MoaError('invalid_request', 'The body is empty; expected a JSON object.')
  if (!isUtf8(bytes)) throw new MoaError('invalid_request', 'The body is not valid UTF-8.')
  const text = (
    Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  ).toString('utf8')
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text) as unknown
  } catch (error) {
    // The parser's own message quotes the body.
    const place = /position (\d+)/.exec((error as Error).message)?.[1]
    const where = place === undefined ? '' : ` (at character ${place})`
    throw new MoaError('invalid_request', `The body is not valid JSON${where}.`)
  }
}
