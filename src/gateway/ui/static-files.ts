import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { MoaError } from '../../core/index.js'
import type { Exchange } from '../http/exchange.js'

const zip = promisify(gzip)

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
}
const COMPRESSED = new Set(['.html', '.js', '.css', '.svg', '.json'])
const YEAR_SECONDS = 365 * 24 * 60 * 60

interface StaticFile {
  readonly type: string
  readonly bytes: Buffer
  readonly etag: string
  /** Its name changes with its content. */
  readonly hashed: boolean
  zipped: Promise<Buffer> | undefined
}

/** A folder of built files, read once into memory; only what was there then can be asked for. */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, StaticFile>

  /** @throws {@link MoaError} `file_unreadable` when the folder is not there */
  constructor(folder: string) {
    try {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      )
      this.#files = new Map(
        files.map((entry) => {
          const path = join(entry.parentPath, entry.name)
          return [path.slice(folder.length).split(sep).filter(Boolean).join('/'), fileOf(path)]
        }),
      )
    } catch (error) {
      throw new MoaError(
        'file_unreadable',
        `The pages of the web interface are not at ${folder}; build the package.`,
        {
          cause: error,
        },
      )
    }
  }

  /**
   * Sends a file.
   *
   * @param name path inside the folder
   * @throws {@link MoaError} `not_found`
   */
  async send(exchange: Exchange, name: string): Promise<number> {
    const file = this.#files.get(name)
    if (file === undefined)
      throw new MoaError('not_found', `There is no page at "${exchange.path.slice(0, 200)}".`)
    const headers = [
      'content-type',
      file.type,
      'etag',
      file.etag,
      'cache-control',
      file.hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
      'vary',
      'accept-encoding',
    ]
    if (exchange.header('if-none-match') === file.etag) {
      exchange.send({ status: 304, headers, body: '' })
      return 304
    }
    const zipped = COMPRESSED.has(extname(name)) && /\bgzip\b/.test(exchange.header('accept-encoding') ?? '')
    const body = zipped ? await (file.zipped ??= zip(file.bytes, { level: 9 })) : file.bytes
    exchange.send({ status: 200, headers: zipped ? [...headers, 'content-encoding', 'gzip'] : headers, body })
    return 200
  }
}

function fileOf(path: string): StaticFile {
  const bytes = readFileSync(path)
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
    hashed: path.split(sep).includes('assets'),
    zipped: undefined,
  }
}
