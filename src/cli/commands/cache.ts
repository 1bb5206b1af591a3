import { existsSync, rmSync } from 'node:fs'
import { RedisCache, ResponseCache, type CacheStats } from '../../cache/index.js'
import type { CacheSettings } from '../../config/settings.js'
import { MoaError } from '../../core/errors.js'
import { openSqliteStore } from '../../store/index.js'
import type { Invocation } from '../program.js'
import { formatCost, formatCount } from '../view/format.js'
import { cacheLink, type CacheLink } from '../workspace/cache-link.js'
import { openWorkspace } from '../workspace/open.js'

export interface CacheOptions {
  readonly json?: boolean
  readonly config?: string
}

const EMPTY: CacheStats = { answers: 0, bytes: 0, hits: 0, savedUsd: 0 }
const MIB = 1024 * 1024
const DAY_MS = 24 * 60 * 60 * 1000

/** `moa cache stats` */
export async function cacheStats({ shell, options }: Invocation<CacheOptions>): Promise<void> {
  const settings = await settingsOf(options)
  const { enabled, file, redis, maxBytes, maxAgeMs } = settings
  const link = redis === undefined ? undefined : cacheLink(settings)
  const stats = link ? await withRedis(link, settings, (cache) => cache.stats()) : readStats(settings)
  const place = link ? { redis: link.place } : { file, maxBytes }
  if (options.json)
    return shell.write(`${JSON.stringify({ enabled, ...place, maxAgeMs, ...stats }, null, 2)}\n`)
  const most = link ? '' : ` of ${mebibytes(maxBytes)} at most`
  const facts = [
    ['state', enabled ? 'on' : 'off; turn it on with `cache: true` in the configuration, or with --cache'],
    link ? ['Redis', link.place] : ['file', file],
    ['answers', `${formatCount(stats.answers)}, ${mebibytes(stats.bytes)}${most}`],
    ['kept for', `${maxAgeMs / DAY_MS} days`],
    [
      'hits',
      `${formatCount(stats.hits)}, saving ${formatCost({ usd: stats.savedUsd, unpricedCalls: 0 })} as far as prices are known`,
    ],
  ]
  await shell.write(facts.map(([name = '', fact]) => `${name.padEnd(9)} ${fact}\n`).join(''))
}

/** `moa cache clear`: empties the cache for all processes that use it; deletes one that is damaged. */
export async function cacheClear({ shell, options }: Invocation<CacheOptions>): Promise<void> {
  const settings = await settingsOf(options)
  const { file, redis } = settings
  if (redis !== undefined) {
    const link = cacheLink(settings)
    const deleted = await withRedis(link, settings, (cache) => cache.clear())
    return shell.note(`Deleted ${formatCount(deleted)} answers from Redis at ${link.place}.`)
  }
  if (!existsSync(file)) return shell.note(`There is no cache at ${file}.`)
  const count = emptied(file)
  if (count !== undefined) return shell.note(`Deleted ${formatCount(count)} answers from ${file}.`)
  for (const name of [`${file}-wal`, `${file}-shm`, file]) remove(name)
  shell.note(`${file} was damaged and is deleted.`)
}

async function withRedis<T>(
  link: CacheLink,
  { maxAgeMs }: CacheSettings,
  work: (cache: RedisCache) => Promise<T>,
): Promise<T> {
  try {
    return await work(new RedisCache(link.client, { maxAgeMs }))
  } finally {
    await link.close()
  }
}

/** `undefined` when the file is no cache that can be read. */
function emptied(file: string): number | undefined {
  let cache: ResponseCache | undefined
  try {
    cache = new ResponseCache(openSqliteStore(file))
    return cache.clear()
  } catch (error) {
    if (!isDamage(error)) throw error
    return undefined
  } finally {
    cache?.close()
  }
}

/** Another process that is writing is no damage. */
const isDamage = (error: unknown): boolean =>
  (error instanceof MoaError && error.code === 'data_invalid') ||
  /malformed|not a database|no such (table|column)/i.test((error as Error).message)

async function settingsOf({ config }: CacheOptions): Promise<CacheSettings> {
  const workspace = await openWorkspace({ config, cache: false })
  await workspace.close()
  return workspace.settings.cache
}

function readStats({ file }: CacheSettings): CacheStats {
  if (!existsSync(file)) return EMPTY
  const cache = new ResponseCache(openSqliteStore(file))
  try {
    return cache.stats()
  } catch (error) {
    throw new MoaError(
      'data_invalid',
      `${file} can't be read (${(error as Error).message}); \`moa cache clear\` begins a new one.`,
      { cause: error },
    )
  } finally {
    cache.close()
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch (error) {
    throw new MoaError(
      'file_unreadable',
      `${file} can't be deleted (${(error as Error).message}); is another process using it?`,
      { cause: error },
    )
  }
}

const mebibytes = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`
