import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isAbort, MoaError } from '../../core/errors.js'
import { sleep } from '../../util/abort.js'
import { systemClock, type Clock } from '../../util/clock.js'
import { diskError } from './content.js'

/** An HTTP reply whose body is read as it comes. Redirects have been followed. */
export interface FetchedFile {
  readonly status: number
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

/** Sends a GET. Throws when there is no reply at all. */
export type FileFetcher = (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<FetchedFile>

export interface DownloadProgress {
  readonly bytes: number
  readonly totalBytes?: number
}

export interface DownloadOptions {
  readonly url: string
  /** Where the file grows; kept when the download breaks off, and gone on with. */
  readonly part: string
  /** What the whole file must hash to, where known. */
  readonly sha256?: string
  readonly fetchFile: FileFetcher
  readonly signal: AbortSignal
  readonly onProgress?: (progress: DownloadProgress) => void
  /** Tries in all. Default 5. */
  readonly attempts?: number
  readonly clock?: Clock
}

/** Larger than any file of the catalogue; a limit against filling the disk. */
const MAX_BYTES = 1024 ** 3
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/**
 * Downloads a file to `part`. What is there of it already is not asked for again; a connection that breaks off is
 * taken up where it broke.
 *
 * @returns the hash of the whole file.
 * @throws MoaError `upstream_rejected` for a file that is not there, `unreachable` when all tries failed,
 * `data_invalid` when the hash is another one (nothing is kept then), `file_unreadable` for the disk's errors;
 * `signal.reason` when aborted.
 */
export async function download(options: DownloadOptions): Promise<{ sha256: string; bytes: number }> {
  const { part, signal, attempts = 5, clock = systemClock } = options
  await onDisk(part, () => mkdir(dirname(part), { recursive: true }))
  for (let attempt = 1; ; attempt += 1) {
    try {
      const done = await tryOnce(options)
      const fault = hashFault(options, done)
      if (fault === undefined) return done
      await rm(part, { force: true })
      // What was kept of an earlier try may have been the rotten piece.
      if (!done.resumed || attempt >= attempts) throw fault
    } catch (error) {
      signal.throwIfAborted()
      const failure = asFailure(error, options.url)
      if (!failure.retryable || attempt >= attempts) throw failure
      await sleep(waitMs(attempt, failure.retryAfterMs), signal, clock)
    }
  }
}

interface Done {
  readonly sha256: string
  readonly bytes: number
  readonly resumed: boolean
}

async function tryOnce(options: DownloadOptions): Promise<Done> {
  const { url, part, fetchFile, signal } = options
  const kept = await keptPart(options)
  const headers = {
    // Ranges are about the bytes of the file, not of a packed form of it.
    'accept-encoding': 'identity',
    ...(kept.bytes > 0 && { range: `bytes=${kept.bytes}-` }),
    ...(kept.bytes > 0 && kept.etag !== undefined && { 'if-range': kept.etag }),
  }
  const reply = await fetchFile(url, { headers, signal })
  const resumed = kept.bytes > 0 && resumesAt(reply, kept.bytes)
  if (reply.status === 416 && kept.bytes > 0) {
    await discard(reply)
    await forget(part)
    throw new MoaError('unreachable', `${url} has no more to give than what is kept.`, { retryable: true })
  }
  if (!resumed && reply.status !== 200) {
    await discard(reply)
    throw refused(reply, url)
  }
  return receive(reply, { ...options, from: resumed ? kept.bytes : 0 })
}

/** What there is of an earlier try. Without a known hash only the same version of the file may be gone on with. */
async function keptPart({ part, sha256 }: DownloadOptions): Promise<{ bytes: number; etag?: string }> {
  const bytes = await stat(part).then(
    ({ size }) => size,
    () => 0,
  )
  const etag = await readFile(`${part}.etag`, 'utf8').catch(() => undefined)
  if (bytes === 0 || (etag === undefined && sha256 === undefined)) return { bytes: 0 }
  return { bytes, ...(etag !== undefined && { etag }) }
}

function resumesAt(reply: FetchedFile, bytes: number): boolean {
  return reply.status === 206 && (reply.header('content-range') ?? '').startsWith(`bytes ${bytes}-`)
}

async function receive(reply: FetchedFile, options: DownloadOptions & { from: number }): Promise<Done> {
  const { url, part, from, onProgress, signal } = options
  const etag = reply.header('etag')
  const length = Number(reply.header('content-length') ?? NaN)
  const totalBytes = Number.isFinite(length) ? from + length : undefined
  const hash = createHash('sha256')
  if (from > 0) await hashFile(part, hash)
  else {
    await forget(part)
    if (etag?.startsWith('"')) await onDisk(part, () => writeFile(`${part}.etag`, etag))
  }
  let bytes = from
  const file = await onDisk(part, () => open(part, 'a'))
  try {
    for await (const chunk of reply.body) {
      signal.throwIfAborted()
      bytes += chunk.length
      if (bytes > MAX_BYTES)
        throw new MoaError(
          'data_invalid',
          `${url} is larger than ${MAX_BYTES} bytes, so it is not what is expected.`,
        )
      await onDisk(part, () => file.write(chunk))
      hash.update(chunk)
      onProgress?.({ bytes, ...(totalBytes !== undefined && { totalBytes }) })
    }
    await onDisk(part, () => file.sync())
  } finally {
    await file.close()
  }
  if (totalBytes !== undefined && bytes < totalBytes)
    throw new MoaError('unreachable', `${url} broke off after ${bytes} of ${totalBytes} bytes.`, {
      retryable: true,
    })
  return { sha256: hash.digest('hex'), bytes, resumed: from > 0 }
}

async function hashFile(path: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
}

function hashFault({ url, sha256 }: DownloadOptions, done: Done): MoaError | undefined {
  if (sha256 === undefined || done.sha256 === sha256) return undefined
  return new MoaError(
    'data_invalid',
    `${url} gave ${done.bytes} bytes with SHA-256 ${done.sha256}, but ${sha256} was expected; nothing was kept. The file has changed, or something on the way (a mirror, a proxy, a sign-in page) gave another one.`,
  )
}

function refused(reply: FetchedFile, url: string): MoaError {
  const { status } = reply
  const retryable = status === 429 || status === 408 || status >= 500
  const seconds = Number(reply.header('retry-after') ?? NaN)
  const what =
    status === 404 || status === 410
      ? 'there is no such file; check the mirror, or whether the publisher has moved it'
      : status === 401 || status === 403
        ? 'access is denied; the publisher or the mirror wants you to sign in'
        : status === 206 || status < 400
          ? 'a whole file was expected'
          : 'try again later, or name a mirror with --mirror'
  return new MoaError('upstream_rejected', `${url} answered with status ${status}: ${what}.`, {
    status,
    retryable,
    ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }),
  })
}

/** Reads what is left of a reply nobody needs, so that its connection is free. */
async function discard({ body }: FetchedFile): Promise<void> {
  let bytes = 0
  for await (const chunk of body) if ((bytes += chunk.length) > 65_536) return
}

async function forget(part: string): Promise<void> {
  await Promise.all([rm(part, { force: true }), rm(`${part}.etag`, { force: true })])
}

function asFailure(error: unknown, url: string): MoaError {
  if (error instanceof MoaError) return error
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } }
  const why = cause?.code ?? cause?.message ?? message
  return new MoaError(
    'unreachable',
    isAbort(error)
      ? `${url} took too long.`
      : `${url} can't be reached (${why}); check the connection, or name a mirror with --mirror.`,
    { cause: error, retryable: true },
  )
}

function waitMs(attempt: number, askedMs = 0): number {
  return Math.min(LONGEST_WAIT_MS, Math.max(askedMs, FIRST_WAIT_MS * 2 ** (attempt - 1)))
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw diskError(error, path)
  }
}
